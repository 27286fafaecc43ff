"""The LayerNorm layer."""

from epynn.commons.normalization import Normalization
from epynn.layernorm.backward import layernorm_backward
from epynn.layernorm.forward import layernorm_forward
from epynn.layernorm.parameters import (
    layernorm_compute_gradients,
    layernorm_compute_shapes,
    layernorm_initialize_parameters,
)


class LayerNorm(Normalization):
    r"""Normalize the last axis, at each place of each sample by itself; then scale and shift.

    .. math::

        \hat X = \frac{X - mean}{sd}, \quad sd = \sqrt{var + \epsilon}, \qquad
        A = \gamma \hat X + \beta

    Mean and variance are over the last axis: the features of a sample, the elements of a step, the
    channels of a pixel. No number depends on another sample: training and inference are the same.

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

    Backward, as :class:`~epynn.batchnorm.models.BatchNorm` derives it, with the ``d`` channels of
    one place for the ``N`` points of a channel: ``dXh = gamma dA``,
    ``dX = (dXh - mean(dXh) - Xh mean(dXh Xh)) / sd``; ``dgamma = sum(dA Xh)`` and
    ``dbeta = sum(dA)`` over samples and places.

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

    compute_shapes = layernorm_compute_shapes
    initialize_parameters = layernorm_initialize_parameters
    forward = layernorm_forward
    backward = layernorm_backward
    compute_gradients = layernorm_compute_gradients

    honours_mask = True
    steps_in_turn = True
