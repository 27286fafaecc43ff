"""Loss and output activation together: closed forms that are exact for any logit.

The output ``A`` of a softmax or a sigmoid tells of the linear product ``Z`` only as far as it
resolves: in float32 ``sigmoid(17)`` is 1. Loss and gradient in terms of ``Z`` do without it.
"""

import numpy as np

from epynn.commons.bound_activation import BoundActivation
from epynn.commons.loss.classification import BCE, CCE, ICCE, LabelSmoothing, unsmoothed
from epynn.commons.loss.truth import LossFunction, labels_as_columns, pair
from epynn.commons.maths import sigmoid, softmax, softplus
from epynn.commons.maths.floating import saturate
from epynn.kernels.arrays import ndarray


def output_gradient(
    loss: LossFunction, activation: BoundActivation, Y: ndarray, A: ndarray
) -> ndarray | None:
    """Gradient of the loss through the output activation, ``dL/dZ``, where it has a closed form.

    - CCE behind softmax: ``(A sum_U(Y) - Y) / T``. From ``dL/dA = -Y / A`` and the Jacobian
      ``A_j (delta_ij - A_i) / T``, the divisions by A cancel.
    - BCE behind sigmoid: ``(A - Y) / U``. ``dL/dA = (A - Y) / (A (1 - A) U)`` meets
      ``A (1 - A)``, which cancels.
    - ICCE is CCE of the labels as columns, and a smoothed loss is the loss of the smoothed truth.

    What cancels is what would underflow: the closed forms are exact for any Z, where the general
    product ``activation.gradient(loss(Y, A, deriv=True), Z, A)`` vanishes.

    Parameters
    ----------
    loss : callable
        Loss function.
    activation : BoundActivation
        Activation of the last layer.
    Y : array
        Truth, shape (m, U); labels (m, 1) for ICCE.
    A : array
        Output of the network, shape (m, U).

    Returns
    -------
    array or None
        ``dL/dZ`` of the per-sample losses, shape (m, U), dtype of ``A``; None for the other pairs.

    Raises
    ------
    ShapeError, LabelError
        As the loss itself.
    """
    if not has_closed_form(loss, activation):
        return None
    Y, A = in_columns(loss, Y, A)
    if activation.function is softmax:
        dZ: ndarray = (A * np.sum(Y, axis=-1, keepdims=True) - Y) / activation.hyperparameters['T']
    else:
        dZ = (A - Y) / A.shape[-1]
    return dZ


def output_loss(
    loss: LossFunction, activation: BoundActivation, Y: ndarray, Z: ndarray
) -> ndarray | None:
    """Loss of each sample from the linear product ``Z``, where it has a closed form.

    - CCE behind softmax: ``sum_U Y (log sum_j exp(z_j) - z)`` with ``z = (Z - max Z) / T``. The
      largest ``exp(z)`` is 1, and the sum of the others enters by ``log1p``.
    - BCE behind sigmoid: ``sum_U (Y softplus(-Z) + (1 - Y) softplus(Z)) / U``.
    - ICCE is CCE of the labels as columns, and a smoothed loss is the loss of the smoothed truth.

    All terms are of one sign: nothing cancels, and small losses are as exact as large ones.

    Arguments and errors as for :func:`output_gradient`, but for ``Z``, the linear product of the
    last layer, (m, U). The loss, (m,), has its dtype and saturates at the largest finite number.
    """
    if not has_closed_form(loss, activation):
        return None
    Y, Z = in_columns(loss, Y, Z)
    Z = saturate(Z)
    with np.errstate(over='ignore', under='ignore'):
        if activation.function is softmax:
            largest = np.argmax(Z, axis=-1)[..., np.newaxis]
            z = saturate((Z - np.take_along_axis(Z, largest, -1)) / activation.hyperparameters['T'])
            e = np.exp(z)
            np.put_along_axis(e, largest, 0, axis=-1)
            terms = Y * (np.log1p(e.sum(axis=-1, keepdims=True)) - z)
        else:
            terms = (Y * softplus(-Z) + (1 - Y) * softplus(Z)) / Z.shape[-1]
        return saturate(terms.sum(axis=-1))


def has_closed_form(loss: LossFunction, activation: BoundActivation) -> bool:
    """Return whether loss and activation go together: CCE and its relatives, BCE."""
    base = unsmoothed(loss)
    suited = {CCE: softmax, ICCE: softmax, BCE: sigmoid}
    return any(base is known and activation.function is f for known, f in suited.items())


def in_columns(loss: LossFunction, Y: ndarray, A: ndarray) -> tuple[ndarray, ndarray]:
    """Return the truth that the loss compares with the output, and the output; both (m, U)."""
    if isinstance(loss, LabelSmoothing):
        return loss.smooth(Y, A)
    return labels_as_columns(Y, A) if loss is ICCE else pair(Y, A)
