"""Activation functions from modules of PyTorch."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from torch import nn

from epynn.commons.maths import (
    ActivationFunction,
    activation_functions,
    elu,
    gelu,
    gelu_tanh,
    hard_sigmoid,
    hard_tanh,
    lrelu,
    mish,
    softmax,
    softplus,
)
from epynn.interchange.pytorch import modules
from epynn.interchange.pytorch.layers import ACTIVATIONS
from epynn.interchange.pytorch.parts import Part

Activated: TypeAlias = tuple[ActivationFunction, dict[str, float]]
"""A function, and the hyper-parameters that a layer takes for it."""

FUNCTIONS: Mapping[Any, ActivationFunction] = MappingProxyType({
    **{
        kind: activation_functions(name)
        for name, kind in ACTIVATIONS.items()
        if isinstance(kind, type)
    },
    nn.Hardsigmoid: hard_sigmoid, nn.Softplus: softplus, nn.Mish: mish, nn.Softmax: softmax,
})  # fmt: skip
"""The function of each class of modules."""


def function_of(part: Part) -> ActivationFunction | None:
    """Return the activation function that a module computes, if it is one."""
    found = [function for kind, function in FUNCTIONS.items() if type(part.module) is kind]
    return found[0] if found and not isinstance(part.module, nn.Identity) else None


def activation_from(walk: Any, part: Part) -> Activated:
    """Return the activation function of a module, and its hyper-parameters."""
    function, module = function_of(part), part.module
    assert function is not None
    if function is lrelu:
        return function, {'LRELU_alpha': module.negative_slope}
    if function is elu:
        return function, {'ELU_alpha': module.alpha}
    if function is hard_tanh:
        part.require(min_val=-1.0, max_val=1.0)
    if function is gelu:
        return (gelu if module.approximate == 'none' else gelu_tanh), {}
    if function is softplus:
        part.require(beta=1.0, threshold=20.0)
    if function is softmax:
        return function, {'softmax_temperature': temperature_of(walk, part)}
    return function, {}


def temperature_of(walk: Any, part: Part) -> float:
    """Return the temperature of a softmax, if it runs along the channels."""
    if isinstance(part.module, modules.Softmax):
        return part.module.temperature
    axes, dim = len(walk.shape), part.module.dim
    if dim is not None:
        dim %= axes + 1
    if dim == axes or dim == 1:
        walk.lie(part, dim < axes)
        return 1.0
    raise part.refuse(
        'dim=-1', f'dim={part.module.dim}', 'It runs along the channels: torch.nn.Softmax(-1).'
    )
