"""Shapes, parameters and gradients of the LayerNorm layer."""

from epynn.commons.models import Layer
from epynn.commons.normalization import (
    compute_channel_gradients,
    compute_channel_shapes,
    initialize_channels,
    require_several,
)
from epynn.kernels.arrays import ndarray


def layernorm_compute_shapes(layer: Layer, A: ndarray) -> None:
    """Read the dimensions off the input ``(m, ..., d)`` and derive the shapes of the parameters."""
    compute_channel_shapes(layer, A)
    require_several(
        layer, layer.d['d'], 'along the last axis',
        'Leave the layer out, or take BatchNorm, which normalizes over the samples.',
    )  # fmt: skip


def layernorm_initialize_parameters(layer: Layer) -> None:
    """Start by changing nothing: scale 1, shift 0."""
    initialize_channels(layer)


def layernorm_compute_gradients(layer: Layer) -> None:
    """Compute the gradients of the parameters, summed over samples and places."""
    # (4) Scale and shift each channel: (m, ..., d) -> (d,)
    compute_channel_gradients(layer)
