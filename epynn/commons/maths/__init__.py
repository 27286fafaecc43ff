"""Activation functions with their derivatives, and where scripts find the rest of the mathematics.

Every activation is a pure function ``f(x, deriv=False)``: its value, or its elementwise derivative
at ``x``. float32 and float64 stay what they are; integers give float64; results are finite and
silent over the whole finite range. :class:`epynn.commons.bound_activation.BoundActivation` joins a
function to the hyper-parameters of one layer and gives the vector-Jacobian product that a backward
pass needs.

They lie by their shape: those between two bounds, softmax too, in ``sigmoids``; those that let all
pass, or the positive side, in ``rectifiers``; those that multiply their input by a gate in
``gated``. Scripts import from here, initializers and clipping too.
"""

from epynn.commons.maths.clipping import clip_gradient
from epynn.commons.maths.gated import gelu, gelu_tanh, hard_swish, mish, silu
from epynn.commons.maths.initializers import (
    INITIALIZERS,
    Constant,
    Initializer,
    Normal,
    Uniform,
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    lecun_normal,
    lecun_uniform,
    ones,
    orthogonal,
    xavier,
    zeros,
)
from epynn.commons.maths.known_activations import (
    ACTIVATIONS,
    ActivationFunction,
    activation_functions,
)
from epynn.commons.maths.rectifiers import elu, identity, lrelu, relu, selu, softplus
from epynn.commons.maths.sigmoids import (
    hard_sigmoid,
    hard_tanh,
    relu6,
    sigmoid,
    softmax,
    softsign,
    tanh,
)

__all__ = [
    'ACTIVATIONS', 'INITIALIZERS', 'ActivationFunction', 'Constant', 'Initializer', 'Normal',
    'Uniform', 'activation_functions', 'clip_gradient', 'elu', 'gelu', 'gelu_tanh', 'glorot_normal',
    'glorot_uniform', 'hard_sigmoid', 'hard_swish', 'hard_tanh', 'he_normal', 'he_uniform',
    'identity', 'lecun_normal', 'lecun_uniform', 'lrelu', 'mish', 'ones', 'orthogonal', 'relu',
    'relu6', 'selu', 'sigmoid', 'silu', 'softmax', 'softplus', 'softsign', 'tanh', 'xavier',
    'zeros',
]  # fmt: skip
