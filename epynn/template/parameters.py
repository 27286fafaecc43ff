"""Shapes of the Template layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import Array

if TYPE_CHECKING:
    from epynn.template.models import Template


def template_compute_shapes(layer: 'Template', A: Array) -> None:
    """Read the dimensions off the input ``(m, ...)``."""
    layer.d['m'] = A.shape[0]
