"""The LayerNorm layer."""

from collections.abc import Mapping
from typing import Any

from epynn.commons.models import Layer
from epynn.commons.normalization import as_epsilon
from epynn.layernorm.backward import layernorm_backward
from epynn.layernorm.forward import layernorm_forward
from epynn.layernorm.parameters import (
    layernorm_compute_gradients,
    layernorm_compute_shapes,
    layernorm_initialize_parameters,
)


class LayerNorm(Layer):
    r"""Normalize the last axis, at each place of each sample by itself; then scale and shift.

    .. math::

        \hat X = \frac{X - mean}{sd}, \quad sd = \sqrt{var + \epsilon}, \qquad
        A = \gamma \hat X + \beta

    Mean and variance are over the last axis: the features of a sample, the elements of a step, the
    channels of a pixel. No number depends on another sample, so that training and inference are
    the same.

    Parameters
    ----------
    epsilon : float, optional
        Added to the variance.
    se_hPars : dict, optional
        Hyper-parameters of this layer alone.

    Notes
    -----
    Shapes: ``X (m, ..., d)`` -> ``A (m, ..., d)``; parameters ``gamma (d,)``, 1 at first, and
    ``beta (d,)``, 0 at first.

    Backward, for one place and its ``d`` channels: ``dXh = gamma dA``, where each ``X_i`` acts on
    its own ``Xh_i``, and through the mean and ``sd`` on all of them:

    - ``d mean / d X_i = 1 / d``;
    - ``d var / d X_i = 2 (X_i - mean) / d``, so that ``d sd / d X_i = Xh_i / d``;
    - ``d Xh_j / d X_i = ([i = j] - 1/d - Xh_j Xh_i / d) / sd``.

    Summed over ``j`` with ``dXh_j``, that is
    ``dX = (dXh - mean(dXh) - Xh mean(dXh Xh)) / sd``, the means over the channels. Further
    ``dgamma = sum(dA Xh)`` and ``dbeta = sum(dA)`` over samples and places.

    References
    ----------
    Ba, Kiros and Hinton, "Layer normalization", 2016. Over the last axis alone, as transformers use
    it; the variance is the mean of squares. To normalize all axes of a sample at once, as the paper
    does for images, take ``GroupNorm(1)``.

    Examples
    --------
    >>> layer = LayerNorm()
    >>> layer.forward(np.random.default_rng(0).standard_normal((32, 10, 64))).shape
    (32, 10, 64)
    """

    takes_any_scale = True
    compute_shapes = layernorm_compute_shapes
    initialize_parameters = layernorm_initialize_parameters
    forward = layernorm_forward
    backward = layernorm_backward
    compute_gradients = layernorm_compute_gradients

    def __init__(self, epsilon: float = 1e-5, se_hPars: Mapping[str, Any] | None = None) -> None:
        super().__init__(se_hPars)
        self.epsilon = as_epsilon(epsilon, 'LayerNorm.epsilon')
