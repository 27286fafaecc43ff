"""The RMSNorm layer."""

from epynn.commons.normalization import Normalization
from epynn.rmsnorm.backward import rmsnorm_backward
from epynn.rmsnorm.forward import rmsnorm_forward
from epynn.rmsnorm.parameters import (
    rmsnorm_compute_gradients,
    rmsnorm_compute_shapes,
    rmsnorm_initialize_parameters,
)


class RMSNorm(Normalization):
    r"""Divide the last axis by the root of its mean square, at each place; then scale.

    .. math::

        \hat X = \frac{X}{rms}, \quad rms = \sqrt{mean(X^2) + \epsilon}, \qquad A = \gamma \hat X

    LayerNorm without the mean and without the shift: it costs less, and in transformers does as
    well. No number depends on another sample: training and inference are the same.

    Parameters
    ----------
    epsilon : float, optional
        Added to the mean square.
    se_hPars : dict, optional
        Hyper-parameters of this layer alone.

    Notes
    -----
    Shapes: ``X (m, ..., d)`` -> ``A (m, ..., d)``; parameter ``gamma (d,)``, 1 at first.

    Backward: ``dXh = gamma dA``, ``dX = (dXh - Xh mean(dXh Xh)) / rms``, the mean over the
    channels of a place; ``dgamma = sum(dA Xh)`` over samples and places.

    References
    ----------
    Zhang and Sennrich, "Root mean square layer normalization", NeurIPS (2019).

    Examples
    --------
    >>> layer = RMSNorm()
    >>> layer.forward(np.random.default_rng(0).standard_normal((32, 10, 64))).shape
    (32, 10, 64)
    """

    honours_mask = True
    steps_in_turn = True
    compute_shapes = rmsnorm_compute_shapes
    initialize_parameters = rmsnorm_initialize_parameters
    forward = rmsnorm_forward
    backward = rmsnorm_backward
    compute_gradients = rmsnorm_compute_gradients
