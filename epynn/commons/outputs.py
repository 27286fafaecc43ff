"""The activation functions of a layer, and what they tell of its output."""

from collections.abc import Mapping
from typing import Any

from epynn.commons.arguments import as_function, check_call
from epynn.commons.bound_activation import BoundActivation, check_elementwise
from epynn.commons.calls import constructor_names
from epynn.commons.state import State
from epynn.kernels.arrays import ndarray


def layer_set_activations(layer: State, **functions: Any) -> None:
    """Store activation functions as attributes and note their names in `activation`.

    Parameters
    ----------
    **functions
        The functions by argument name: ``activate=relu``.
    """
    for argument, function in functions.items():
        where = f'{layer.name}.{argument}'
        function = as_function(function, where, 'relu')
        check_call(function, where, 'f(x, deriv=False), an activation', 1, 'deriv')
        check_elementwise(function, where)
        activate = BoundActivation(function, layer.se_hPars)
        setattr(layer, argument, activate)
        if argument in layer.activation and argument in constructor_names(type(layer)):
            layer.arguments[argument] = function  # in place of that of the constructor
        layer.activation[argument] = activate.__name__


def layer_set_hyperparameters(layer: State, se_hPars: Mapping[str, Any]) -> None:
    """Give the layer's activation functions their hyper-parameters, the layer's own first."""
    for argument in layer.activation:
        getattr(layer, argument).set_hyperparameters({**se_hPars, **(layer.se_hPars or {})})


def layer_activation_gradient(layer: State, dA: ndarray) -> ndarray:
    """Return ``dZ = dA * activate'(Z)``; for softmax, the product with its Jacobian.

    In the output layer of a network in training, loss and activation may have a joint closed
    form, such as ``A - Y`` for sigmoid with binary cross-entropy. The network then leaves it
    in `output_dZ`, which is exact where ``dA`` alone would overflow.
    """
    if layer.output_dZ is not None:
        return layer.output_dZ
    return layer.activate.gradient(dA, layer.fc['Z'], layer.fc['A'])


def layer_last_activation(layer: State) -> BoundActivation | None:
    """Return the activation whose output is that of the layer, ``A = activate(Z)``, or None.

    The class has to say so, by `activation_is_last`, and is taken at its word for the passes
    that it had then: a class derived from it that has others has to say so again, and an object
    that was given others does not count.
    """
    passes = ('forward', 'backward', 'activation_gradient')
    says = layer.activation_is_last and layer.has_passes_of('activation_is_last', *passes)
    return layer.activate if says else None


def layer_output_range(layer: State) -> tuple[float, float] | None:
    """Return the smallest and the largest number that may come out; None if it is not known.

    A class that says so is taken at its word for the forward pass that it had then.
    """
    activate = layer_last_activation(layer)
    return activate.range if activate is not None and activate.is_bundled else None
