"""The BatchNorm layer."""

from epynn.batchnorm.backward import batchnorm_backward
from epynn.batchnorm.forward import batchnorm_forward
from epynn.batchnorm.parameters import (
    batchnorm_compute_gradients,
    batchnorm_compute_shapes,
    batchnorm_initialize_parameters,
)
from epynn.commons.arguments import as_float
from epynn.commons.models import HyperParameters
from epynn.commons.normalization import Normalization
from epynn.kernels.arrays import ndarray
from epynn.kernels.normalization import count_points, sum_points


class BatchNorm(Normalization):
    r"""Normalize each channel over the batch, then scale and shift it.

    .. math::

        \hat X = \frac{X - mean}{sd}, \quad sd = \sqrt{var + \epsilon}, \qquad
        A = \gamma \hat X + \beta

    In training, mean and variance are those of the batch: over all axes but the last, the samples
    and, for images and sequences, the places. Outside training running means of both take their
    place: ``running = momentum * running + (1 - momentum) * batch``. Each sample is then by itself.

    Parameters
    ----------
    momentum : float, optional
        Share of the running statistics that a training pass keeps, from 0 to 1; torch gives that
        name to ``1 - momentum``.
    epsilon : float, optional
        Added to the variance.
    se_hPars : dict, optional
        Hyper-parameters of this layer alone.

    Notes
    -----
    Shapes: ``X (m, ..., d)`` -> ``A (m, ..., d)``; parameters ``gamma (d,)``, 1 at first, and
    ``beta (d,)``, 0 at first. ``s['mean'] (d,)``, 0 at first, and ``s['var'] (d,)``, 1 at first,
    are the running statistics: saved with the model, and changed by training passes alone.

    Backward, for ``N`` points of a channel: ``dXh = gamma dA``, where each ``X_i`` acts on its own
    ``Xh_i``, and through the mean and ``sd`` on all of them:

    - ``d mean / d X_i = 1 / N``;
    - ``d var / d X_i = 2 (X_i - mean) / N``, as the mean's own change cancels out in the sum;
      with it ``d sd / d X_i = (d var / d X_i) / (2 sd) = Xh_i / N``;
    - ``d Xh_j / d X_i = ([i = j] - 1/N - Xh_j Xh_i / N) / sd``.

    Summed over ``j`` with ``dXh_j``, that is
    ``dX = (dXh - mean(dXh) - Xh mean(dXh Xh)) / sd``: what is left of the gradient without its
    mean, and without its part along ``Xh``, since no change of the input can move either. Outside
    training mean and ``sd`` are constants: ``dX = dXh / sd``. In both, ``dgamma = sum(dA Xh)`` and
    ``dbeta = sum(dA)`` over the points.

    A frozen layer (``trainable = False``) works as outside training: neither its parameters nor its
    statistics change, and they fit each other. (As in Keras; in torch the statistics go on
    changing.)

    References
    ----------
    Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal
    covariate shift", ICML (2015). The batch is normalized by its own variance, the mean of squares;
    the running variance takes the unbiased one, ``N / (N - 1)`` times that, as in the paper and in
    torch. (Keras takes the same in both.)

    Examples
    --------
    >>> layer = BatchNorm()
    >>> layer.forward(np.ones((32, 8, 8, 6))).shape
    (32, 8, 8, 6)
    """

    compute_shapes = batchnorm_compute_shapes
    initialize_parameters = batchnorm_initialize_parameters
    forward = batchnorm_forward
    backward = batchnorm_backward
    compute_gradients = batchnorm_compute_gradients

    honours_mask = True
    steps_in_turn = True

    def __init__(
        self,
        momentum: float = 0.9,
        epsilon: float = 1e-5,
        se_hPars: HyperParameters | None = None,
    ) -> None:
        super().__init__(epsilon, se_hPars)
        self.momentum = as_float(momentum, 'BatchNorm.momentum', low=0, high=1)

    def mean_points(
        self, X: ndarray, Y: ndarray | None = None, mask: ndarray | None = None
    ) -> ndarray:
        """Take the mean of ``X``, or ``X Y``, over the points of a channel, on all ranks."""
        N = self.ranks.add(count_points(X, mask))
        mean: ndarray = self.ranks.add(sum_points(X, Y)) / float(N)
        return mean
