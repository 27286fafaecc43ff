"""What the normalization layers share: channels, their scale ``gamma`` and their shift ``beta``."""

import numpy as np

from epynn.commons.arguments import as_float
from epynn.commons.errors import ShapeError
from epynn.commons.models import HyperParameters, Layer
from epynn.kernels.arrays import ndarray
from epynn.kernels.normalization import sum_points


class Normalization(Layer):
    """Base of the layers that normalize, then scale and shift each channel."""

    takes_any_scale = True
    weight_names = ()

    def __init__(self, epsilon: float = 1e-5, se_hPars: HyperParameters | None = None) -> None:
        super().__init__(se_hPars)
        # Above 0, so that no division is by 0
        self.epsilon = as_float(epsilon, f'{self.name}.epsilon', low=1e-30)


def require_channels(layer: Layer, A: ndarray) -> None:
    """Refuse an input without an axis of channels, ``(m, ..., d)``, behind that of steps too."""
    if A.ndim < 2:
        raise ShapeError(
            layer.name, 'an input of at least 2 axes (m, ..., d: samples, channels last)',
            f'{A.ndim} axes {A.shape}', 'Reshape a single sample to (1, d).',
        )  # fmt: skip
    if layer.mask is not None and A.ndim < 3:
        raise ShapeError(
            layer.name, 'sequences (m, s, d) where there is a mask', f'an array of shape {A.shape}',
            'Give each step an axis of elements, X[..., np.newaxis], or leave this layer out.',
        )  # fmt: skip


def compute_channel_shapes(layer: Layer, A: ndarray) -> None:
    """Read ``m`` and ``d`` off the input ``(m, ..., d)``: one ``gamma`` and ``beta`` a channel."""
    require_channels(layer, A)
    layer.d['m'], layer.d['d'] = A.shape[0], A.shape[-1]

    layer.ps['gamma'] = (layer.d['d'],)
    layer.ps['beta'] = (layer.d['d'],)


def initialize_channels(layer: Layer) -> None:
    """Start by changing nothing: scale 1, shift 0."""
    layer.p['gamma'] = np.ones(layer.ps['gamma'])
    layer.p['beta'] = np.zeros(layer.ps['beta'])


def compute_channel_gradients(layer: Layer) -> None:
    """Compute ``dgamma = sum(dA Xh)`` and ``dbeta = sum(dA)``, over samples and places."""
    Xh = layer.fc['Xh']
    dA = layer.bc['dA']

    # (m, ..., d) * (m, ..., d) -> (d,)
    layer.g['dgamma'] = sum_points(dA, Xh)

    # (m, ..., d) -> (d,)
    layer.g['dbeta'] = sum_points(dA)


def require_several(layer: Layer, numbers: int, what: str, remedy: str) -> None:
    """Refuse to normalize one number: the difference to its own mean is always 0."""
    if numbers < 2:
        raise ShapeError(layer.name, f'at least 2 numbers {what}', f'{numbers}', remedy)
