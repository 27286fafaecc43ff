"""The GroupNorm layer."""

from epynn.commons.arguments import as_int
from epynn.commons.models import HyperParameters
from epynn.commons.normalization import Normalization
from epynn.groupnorm.backward import groupnorm_backward
from epynn.groupnorm.forward import groupnorm_forward
from epynn.groupnorm.parameters import (
    groupnorm_compute_gradients,
    groupnorm_compute_shapes,
    groupnorm_initialize_parameters,
)


class GroupNorm(Normalization):
    r"""Normalize groups of channels, each sample by itself; then scale and shift each channel.

    .. math::

        \hat X = \frac{X - mean}{sd}, \quad sd = \sqrt{var + \epsilon}, \qquad
        A = \gamma \hat X + \beta

    Mean and variance are over all places of a sample and the ``d / g`` neighbouring channels of a
    group. One group takes the whole sample; as many groups as channels is known as instance
    normalization. No number depends on another sample: training and inference are the same.

    Parameters
    ----------
    groups : int
        Number of groups ``g``; the channels have to be a multiple of it.
    epsilon : float, optional
        Added to the variance.
    se_hPars : dict, optional
        Hyper-parameters of this layer alone.

    Notes
    -----
    Shapes: ``X (m, ..., d)`` -> ``A (m, ..., d)``; parameters ``gamma (d,)``, 1 at first, and
    ``beta (d,)``, 0 at first.

    Backward, as :class:`~epynn.batchnorm.models.BatchNorm` derives it, with the numbers of one
    group in one sample for the ``N`` points of a channel: ``dXh = gamma dA``,
    ``dX = (dXh - mean(dXh) - Xh mean(dXh Xh)) / sd``; ``dgamma = sum(dA Xh)`` and
    ``dbeta = sum(dA)`` over samples and places.

    References
    ----------
    Wu and He, "Group normalization", ECCV (2018); the variance is the mean of squares. Channels are
    last here, and so are the groups made of them.

    Examples
    --------
    >>> layer = GroupNorm(4)
    >>> layer.forward(np.random.default_rng(0).standard_normal((2, 8, 8, 16))).shape
    (2, 8, 8, 16)
    """

    compute_shapes = groupnorm_compute_shapes
    initialize_parameters = groupnorm_initialize_parameters
    forward = groupnorm_forward
    backward = groupnorm_backward
    compute_gradients = groupnorm_compute_gradients

    honours_mask = True

    def __init__(
        self, groups: int, epsilon: float = 1e-5, se_hPars: HyperParameters | None = None
    ) -> None:
        super().__init__(epsilon, se_hPars)
        self.d['g'] = as_int(groups, 'GroupNorm.groups')
