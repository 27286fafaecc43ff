"""Shapes of the Template layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.template.models import Template


def template_compute_shapes(layer: 'Template', A: ndarray) -> None:
    """Read the dimensions off the input ``(m, ...)``."""
    layer.d['m'] = A.shape[0]
