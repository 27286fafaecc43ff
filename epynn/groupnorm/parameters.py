"""Shapes, parameters and gradients of the GroupNorm layer."""

from math import prod

from epynn.commons.errors import ShapeError
from epynn.commons.models import Layer
from epynn.commons.normalization import (
    compute_channel_gradients,
    compute_channel_shapes,
    initialize_channels,
    require_several,
)
from epynn.kernels.arrays import ndarray


def groupnorm_compute_shapes(layer: Layer, A: ndarray) -> None:
    """Read the dimensions off the input ``(m, ..., d)`` and derive the shapes of the parameters."""
    compute_channel_shapes(layer, A)
    numbers = prod(A.shape[1:]) // layer.d['g']
    if layer.mask is not None:  # those of the shortest sequence
        numbers = numbers // A.shape[1] * int(layer.mask.sum(axis=1).min())
    require_several(
        layer, numbers, 'a group',
        'Choose fewer groups, or take BatchNorm, which normalizes over the samples.',
    )  # fmt: skip


def groupnorm_initialize_parameters(layer: Layer) -> None:
    """Start by changing nothing: scale 1, shift 0."""
    if layer.d['d'] % layer.d['g']:
        raise ShapeError(
            'GroupNorm.groups', f'a divisor of the {layer.d["d"]} channels of the input',
            f'{layer.d["g"]}', 'Each group needs the same number of channels.',
        )  # fmt: skip
    initialize_channels(layer)


def groupnorm_compute_gradients(layer: Layer) -> None:
    """Compute the gradients of the parameters, summed over samples and places."""
    # (4) Scale and shift each channel: (m, ..., d) -> (d,)
    compute_channel_gradients(layer)
