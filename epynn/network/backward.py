"""Backward pass of the network."""

from typing import Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.calls import in_words
from epynn.commons.errors import ArgumentTypeError, EpynnError, ShapeError, StateError
from epynn.commons.loss import output_gradient
from epynn.commons.maths.floating import rounds_to_zero
from epynn.commons.rows import put_rows, take_rows, take_weights
from epynn.kernels.arrays import ndarray
from epynn.network.forward import Look
from epynn.network.ownership import require_ownership
from epynn.network.state import Network


@in_words(
    'EpyNN.backward',
    'Write model.backward(dA), the gradient of the loss with respect to the outputs.',
)
@rounds_to_zero
def model_backward(model: Network, dA: ndarray, dZ: ndarray | None = None) -> Any:
    """Pass the gradient of the loss back through the layers; each computes its gradients ``g``.

    After a forward pass with ``training=True``, nobody reads the gradient with respect to the input
    of the first trainable layer: it need not compute it, and the layers below are not walked.

    Penalties on weights belong to the loss that is reported, a mean over samples. Their gradient is
    added as it is where gradients are averaged, and times ``m`` where they are summed, or times the
    real steps where each has a loss.

    Parameters
    ----------
    dA : ndarray
        Gradient of the loss with respect to the output of the network, as it is to reach the
        layers: with ``reduction='mean'``, ``CCE(Y, A, deriv=True) / m``. :meth:`loss_gradient`
        returns it, and `dZ` with it, as in training.
    dZ : ndarray, optional
        Gradient with respect to ``Z`` of the output layer, where loss and activation have a
        joint closed form. It is exact where the activation saturates.

    Returns
    -------
    dX : ndarray or None
        Gradient with respect to the input of the last layer walked; None if it was not computed.

    Raises
    ------
    ArgumentTypeError
        If `dA` is no array.
    StateError
        If a layer belongs to another network.
    """
    require_ownership(model, 'backward')
    if getattr(dA, 'ndim', 0) == 0:
        raise ArgumentTypeError(
            'EpyNN.backward(dA)', 'an array of the shape of the outputs', describe(dA),
            'Unpack the two: model.backward(*model.loss_gradient(Y, A)).' if isinstance(dA, tuple)
            else 'Pass the gradient of the loss with respect to each output.',
        )  # fmt: skip
    return pass_back(model, dA, dZ)


def pass_back(model: Network, dA: ndarray, dZ: ndarray | None, look: Look | None = None) -> Any:
    """Pass the gradient back; `look` sees what goes into each layer, and what comes out."""
    output = model.layers[-1]
    last = first_trainable(model) if output.training else 0
    rows = len(take_rows(dA, output.output_mask()))
    # Over all ranks, these add up to the samples, or to 1
    scale = rows if model.reduction == 'sum' else int(model.ranks.is_first)
    dX = dA
    output.output_dZ = dZ
    if output.training:
        model.layers[last].input_gradient = False
        model.layers[last].bc.pop('dX', None)
    try:
        for number in reversed(range(last, len(model.layers))):
            layer, dA = model.layers[number], dX
            try:
                dX = layer.backward(dA)
                layer.compute_gradients()
                layer.add_penalty_gradient(scale)
                if look is not None:
                    look(number, dA, dX)
            except EpynnError as error:
                raise error.placed(f', layer {number}') from None
    finally:
        output.output_dZ = None
        model.layers[last].input_gradient = True
    return dX


def first_trainable(model: Network) -> int:
    """Return the number of the first trainable layer, or of the last layer if there is none."""
    numbers = (number for number, layer in enumerate(model.layers) if layer.trainable)
    return next(numbers, len(model.layers) - 1)


@in_words('EpyNN.loss_gradient', 'Write model.loss_gradient(Y, A).')
@rounds_to_zero
def loss_gradient(
    model: Network,
    Y: ndarray,
    A: ndarray,
    w: ndarray | None = None,
    mask: ndarray | None = None,
) -> tuple[ndarray, ndarray | None]:
    """Return the gradients of the loss with respect to ``A`` and, in closed form, ``Z``.

    They are what :meth:`backward` takes: ``model.backward(*model.loss_gradient(Y, A))``.

    Parameters
    ----------
    Y, A : ndarray
        Labels as the Embedding encoded them, and outputs ``(m, u)``, or ``(m, s, u)`` of steps.
    w : ndarray, optional
        Weight of each sample in the loss, ``(m,)``, or of each step, ``(m, s)``; None where all
        weigh 1.
    mask : ndarray, optional
        Which steps are real, ``(m, s)`` of bool; the loss leaves the others out.

    Returns
    -------
    dA : ndarray
        Summed over the batch, or divided by ``m`` with ``reduction='mean'``; of steps, by how many
        are real.
    dZ : ndarray or None
        The same with respect to ``Z`` of the output layer; None without a closed form.
    """
    loss = model.training_loss
    if loss is None:
        raise StateError(
            'EpyNN.loss_gradient', 'an initialized network', 'none', 'Call initialize().'
        )
    if w is not None and np.shape(w) not in ((len(A),), A.shape[:-1]):
        raise ShapeError(
            'EpyNN.loss_gradient(w)', f'a weight for each of the {len(A)} samples', describe(w),
            'Pass those of the set: dset.w.',
        )  # fmt: skip
    # Of steps (m, s, u), the real ones as rows: (M, u)
    Y, A, shape = take_rows(Y, mask), take_rows(A, mask), A.shape
    activation = model.layers[-1].output_layer().last_activation()
    dA = loss(Y, A, deriv=True)
    dZ = None if activation is None else output_gradient(loss, activation, Y, A)
    if w is not None:
        # (m,) -> (m, 1), in the data type of the network
        column = take_weights(np.asarray(w, dA.dtype), shape, mask)[:, np.newaxis]
        dA = dA * column
        dZ = None if dZ is None else dZ * column
    if model.reduction == 'mean':
        m = model.ranks.add(len(A))
        dA = dA / m
        dZ = None if dZ is None else dZ / m
    dZ = None if dZ is None else put_rows(dZ, shape, mask)
    return put_rows(dA, shape, mask), dZ
