"""Losses of outputs that stand for classes; see :mod:`epynn.commons.loss`."""

from dataclasses import dataclass

import numpy as np

from epynn.commons.arguments import as_float, describe
from epynn.commons.errors import ArgumentError
from epynn.commons.loss.truth import LossFunction, labels_as_columns, pair
from epynn.commons.maths.floating import rounds_to_zero, saturate
from epynn.commons.names import Named
from epynn.kernels.arrays import ndarray


@rounds_to_zero
def CCE(Y: ndarray, A: ndarray, deriv: bool = False) -> ndarray:
    """Categorical cross-entropy, ``L = -sum_U Y log A``: one class a sample, behind a softmax.

    Parameters
    ----------
    Y : array
        Truth, shape (m, U), one-hot or probabilities; integers and booleans too.
    A : array
        Output of the network, shape (m, U).
    deriv : bool, default False
        Return the gradient ``dL/dA = -Y / A`` instead; 0 where ``A`` is below the smallest normal
        number, at which the logarithm stops.

    Returns
    -------
    array
        Loss of each sample, shape (m,), or the gradient, shape (m, U); dtype of ``A``.

    Raises
    ------
    ShapeError
        The shapes differ, or have other than 2 or 3 axes.

    See Also
    --------
    output_loss, output_gradient : Loss and gradient through softmax, exact however small ``A`` is.
    """
    Y, A = pair(Y, A)
    if deriv:
        gradient: ndarray = -Y * inverse(A)
        return gradient
    # 0 - x and not -x: a loss of nothing reads 0, not -0.
    loss: ndarray = 0 - np.sum(Y * log(A), axis=-1)
    return loss


@rounds_to_zero
def ICCE(Y: ndarray, A: ndarray, deriv: bool = False) -> ndarray:
    """Categorical cross-entropy of integer labels, ``L = -log A_Y``, behind a softmax.

    As :func:`CCE` with the labels as one-hot columns, "sparse" in Keras: ``Y`` is (m, 1) or (m,),
    and ``dL/dA = -1 / A`` in the column of the label, 0 elsewhere.

    Parameters
    ----------
    Y, A, deriv : array, array, bool
        As for :func:`CCE`, but for ``Y``; so is the result.

    Raises
    ------
    ShapeError
        There is not one label a sample.
    LabelError
        A label is not a whole number from 0 to U - 1.
    """
    return CCE(*labels_as_columns(Y, A), deriv=deriv)


@rounds_to_zero
def BCE(Y: ndarray, A: ndarray, deriv: bool = False) -> ndarray:
    """Binary cross-entropy, ``L = -sum_U (Y log A + (1 - Y) log(1 - A)) / U``, behind a sigmoid.

    ``dL/dA = ((1 - Y) / (1 - A) - Y / A) / U``; its terms are 0 where ``A`` is below the smallest
    normal number, or ``1 - A`` is 0, as the logarithms stop there. ``Y`` is between 0 and 1.

    Parameters
    ----------
    Y, A, deriv : array, array, bool
        As for :func:`CCE`; so are result and errors.

    See Also
    --------
    output_loss, output_gradient : Loss and gradient through sigmoid, exact however close to 0 or 1
        ``A`` is.

    Notes
    -----
    The two sides are not alike. Close to 0 the numbers lie dense: ``log A`` is right down to the
    smallest normal one. The last number below 1 is 6e-8 away from it in float32, 1e-16 in float64,
    and all that is closer rounds to ``A = 1``. How close it was, no one can tell from ``A``: there
    ``1 - A`` counts as that distance, and the loss as 16.6 or 36.7, the least that it can be.
    Networks report the loss from ``Z``: 17 for a logit of 17.
    """
    Y, A = pair(Y, A)
    U = A.shape[-1]
    if deriv:
        gradient: ndarray = ((1 - Y) * inverse(1 - A) - Y * inverse(A)) / U
        return gradient
    rest = np.maximum(1 - A, np.finfo(A.dtype).epsneg)
    loss: ndarray = (0 - np.sum(Y * log(A) + (1 - Y) * np.log(rest), axis=-1)) / U
    return loss


@rounds_to_zero
def Hinge(Y: ndarray, A: ndarray, deriv: bool = False) -> ndarray:
    """Hinge loss, ``L = sum_U max(0, 1 - t A) / U`` with ``t = 2 Y - 1``, behind identity.

    Labels are 0 and 1, as everywhere in the library; t is -1 and 1. An output is a margin,
    on the right side of 0 by 1 or more where it costs nothing. Networks decide accordingly: yes
    above 0; of several columns, machines of one class against the rest each, the largest.

    ``dL/dA = -t / U`` where ``t A < 1``, else 0. The loss saturates at the largest finite number.

    Parameters
    ----------
    Y, A, deriv : array, array, bool
        As for :func:`CCE`; so are result and errors.

    References
    ----------
    Cortes and Vapnik, 1995. Support-vector networks.
    """
    Y, A = pair(Y, A)
    U = A.shape[-1]
    t = 2 * Y - 1
    with np.errstate(over='ignore'):
        if deriv:
            return np.where(t * A < 1, -t / U, np.zeros_like(A))
        return saturate(np.sum(np.maximum(1 - t * A, 0), axis=-1) / U)


@dataclass(frozen=True, repr=False)
class LabelSmoothing(Named):
    """A cross-entropy whose truth is never quite sure: part of it goes to all classes alike.

    The truth becomes ``(1 - share) Y + share / U`` for CCE and ICCE, with U classes, and
    ``(1 - share) Y + share / 2`` for BCE, where each column is a question of its own. As in torch
    and Keras.

    Parameters
    ----------
    loss : function, default CCE
        CCE, ICCE or BCE.
    share : float, default 0.1
        What is taken from the truth, 0 to 1.

    References
    ----------
    Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, 2016. Rethinking the Inception architecture for
    computer vision.
    """

    loss: LossFunction = CCE
    share: float = 0.1

    def __post_init__(self) -> None:
        if self.loss not in (CCE, ICCE, BCE):
            raise ArgumentError(
                'LabelSmoothing.loss', 'CCE, ICCE or BCE', describe(self.loss),
                'Import it from epynn: LabelSmoothing(CCE, 0.1).',
            )  # fmt: skip
        as_float(self.share, 'LabelSmoothing.share', low=0, high=1)

    def __repr__(self) -> str:
        return f'LabelSmoothing({self.loss.__name__}, share={self.share!r})'

    @property
    def __name__(self) -> str:
        """Name for the tables."""
        return f'smooth_{self.loss.__name__}'

    def smooth(self, Y: ndarray, A: ndarray) -> tuple[ndarray, ndarray]:
        """Return the smoothed truth, in columns, and the output; both (m, U)."""
        Y, A = labels_as_columns(Y, A) if self.loss is ICCE else pair(Y, A)
        answers = 2 if self.loss is BCE else A.shape[-1]
        share = float(self.share)
        return (1 - share) * Y + share / answers, A

    @rounds_to_zero
    def __call__(self, Y: ndarray, A: ndarray, deriv: bool = False) -> ndarray:
        """Return the loss of each sample, or its gradient; all as for the loss itself."""
        base = BCE if self.loss is BCE else CCE  # labels are columns by now
        return base(*self.smooth(Y, A), deriv=deriv)


def unsmoothed(loss: LossFunction) -> LossFunction:
    """Return the loss that is smoothed, or the loss itself."""
    return loss.loss if isinstance(loss, LabelSmoothing) else loss


def log(x: ndarray) -> ndarray:
    """Return the logarithm of x, taken at no less than the smallest normal number."""
    logarithm: ndarray = np.log(np.maximum(x, np.finfo(x.dtype).tiny))
    return logarithm


def inverse(x: ndarray) -> ndarray:
    """Return the derivative of `log`: 1 / x, and 0 below the smallest normal number."""
    tiny = np.finfo(x.dtype).tiny
    return np.where(x >= tiny, 1 / np.maximum(x, tiny), np.zeros_like(x))
