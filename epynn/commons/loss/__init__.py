"""Loss functions, their gradients, and the closed forms of loss and output activation together.

``f(Y, A)`` is the loss of each sample, ``(m,)``; ``f(Y, A, deriv=True)`` is the gradient of those
losses with respect to ``A``, ``(m, U)``. There is no mean over the batch here: whoever adds the
samples up decides. ``Y`` is the truth, ``A`` the output, both ``(m, U)``: m samples, U outputs.

All are finite and silent for outputs over the whole finite range. Where a number would pass the
largest finite one, it saturates there. Logarithms are taken at no less than the smallest normal
number of the dtype, and that of ``1 - A`` in BCE at no less than the distance of the dtype below 1;
where such a bound acts the loss as computed is flat, and its gradient is 0. Networks report their
loss from ``Z`` where it has a closed form (:func:`output_loss`), which needs no bound.

=======================  =========================================  =======================
MSE, MAE, MSLE           amounts                                    any output
Huber                    amounts, with outliers                     any output
CCE                      one class, as one-hot columns              softmax
ICCE                     one class, as an integer                   softmax
BCE                      yes or no, each column                     sigmoid
Hinge                    yes or no, each column, as 0 and 1         identity
=======================  =========================================  =======================

Losses with settings are objects: ``Huber(delta=0.5)``, ``LabelSmoothing(CCE, 0.1)``. A loss of your
own is a plain function ``f(Y, A, deriv=False)``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import overload

from epynn.commons.arguments import function_named, refuse_class
from epynn.commons.loss.classification import BCE, CCE, ICCE, Hinge, LabelSmoothing, LossFunction
from epynn.commons.loss.joint import output_gradient, output_loss
from epynn.commons.loss.regression import MAE, MSE, MSLE, Huber

__all__ = [
    'BCE',
    'CCE',
    'ICCE',
    'MAE',
    'MSE',
    'MSLE',
    'Hinge',
    'Huber',
    'LabelSmoothing',
    'LossFunction',
    'loss_functions',
    'output_gradient',
    'output_loss',
    'takes_labels',
    'takes_one_class',
    'takes_probabilities',
    'takes_shares',
]


def takes_labels(loss: LossFunction) -> bool:
    """Return whether the truth of this loss is one integer label a sample, not columns."""
    return loss is ICCE or (isinstance(loss, LabelSmoothing) and loss.loss is ICCE)


def takes_shares(loss: LossFunction) -> bool:
    """Return whether the truth of this loss is made of numbers from 0 to 1."""
    return loss in (BCE, CCE, Hinge) or (isinstance(loss, LabelSmoothing) and loss.loss is not ICCE)


def takes_probabilities(loss: LossFunction) -> bool:
    """Return whether the outputs that this loss takes are numbers from 0 to 1."""
    return loss in (BCE, CCE, ICCE) or isinstance(loss, LabelSmoothing)


def takes_one_class(loss: LossFunction) -> bool:
    """Return whether the outputs that this loss takes are shares of 1, one for each class."""
    return loss in (CCE, ICCE) or (isinstance(loss, LabelSmoothing) and loss.base is CCE)


_LOSSES: Mapping[str, LossFunction] = MappingProxyType(
    {f.__name__: f for f in (MSE, MAE, MSLE, Huber(), BCE, CCE, ICCE, Hinge)}
)
_SUITED: Mapping[str, LossFunction] = MappingProxyType({'softmax': CCE, 'sigmoid': BCE})


@overload
def loss_functions(key: None = None, output_activation: None = None) -> dict[str, LossFunction]: ...
@overload
def loss_functions(key: None, output_activation: str) -> LossFunction: ...
@overload
def loss_functions(
    key: str | LossFunction, output_activation: str | None = None
) -> LossFunction: ...
def loss_functions(
    key: str | LossFunction | None = None, output_activation: str | None = None
) -> dict[str, LossFunction] | LossFunction:
    """Return a loss function by name, or all of them.

    Parameters
    ----------
    key : str or callable, optional
        A name, or a function ``f(Y, A, deriv=False)``, which is returned as it is. 'Huber' is
        ``Huber(delta=1)``.
    output_activation : str, optional
        Name of the activation of the last layer. Where ``key`` is None it chooses the loss that
        suits it: CCE for softmax, BCE for sigmoid, MSE for any other. A ``key`` goes first.

    Returns
    -------
    callable or dict
        The loss function; a new dict of all of them by name where neither argument is given.

    Raises
    ------
    ArgumentError
        The name is unknown; the message lists those that are known.
    ArgumentTypeError
        It is a class, such as Huber, where an object is needed, Huber().
    """
    if key is None and output_activation is None:
        return dict(_LOSSES)
    if key is None:
        suited: LossFunction = _SUITED.get(str(output_activation), MSE)
        return suited
    refuse_class(key, 'loss', 'a loss')
    loss: LossFunction = function_named('loss', _LOSSES, key)
    return loss
