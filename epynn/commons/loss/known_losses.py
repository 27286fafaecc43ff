"""The losses that go by name, and what each of them takes; see :mod:`epynn.commons.loss`."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import overload

from epynn.commons.arguments import function_named, refuse_class
from epynn.commons.loss.classification import BCE, CCE, ICCE, Hinge, unsmoothed
from epynn.commons.loss.regression import MAE, MSE, MSLE, Huber
from epynn.commons.loss.truth import LossFunction

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


def takes_labels(loss: LossFunction) -> bool:
    """Return whether the truth of this loss is one integer label a sample, not columns."""
    return unsmoothed(loss) is ICCE


def takes_shares(loss: LossFunction) -> bool:
    """Return whether the truth of this loss is made of numbers from 0 to 1."""
    return unsmoothed(loss) in (BCE, CCE, Hinge)


def takes_probabilities(loss: LossFunction) -> bool:
    """Return whether the outputs that this loss takes are numbers from 0 to 1."""
    return unsmoothed(loss) in (BCE, CCE, ICCE)


def takes_one_class(loss: LossFunction) -> bool:
    """Return whether the outputs that this loss takes are shares of 1, one for each class."""
    return unsmoothed(loss) in (CCE, ICCE)
