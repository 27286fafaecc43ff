"""Shapes, parameters and gradients of the RNN layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.commons.maths import clip_gradient
from epynn.commons.recurrence import compute_gate_gradients, take_steps
from epynn.kernels.arrays import Array

if TYPE_CHECKING:
    from epynn.rnn.models import RNN


GATES = ('',)
"""One gate, whose parameters have no letter."""


def rnn_compute_shapes(layer: 'RNN', A: Array) -> None:
    """Read the dimensions off the sequences ``(m, s, e)`` and derive the parameters' shapes."""
    d = layer.d
    d['m'], d['s'], d['e'] = A.shape

    layer.fs['U'] = (d['e'], d['u'])
    layer.fs['V'] = (d['u'], d['u'])
    layer.fs['b'] = (1, d['u'])


def rnn_initialize_parameters(layer: 'RNN') -> None:
    """Draw the weights; the bias starts at 0."""
    layer.p['U'] = layer.initialization(layer.fs['U'], rng=layer.np_rng)
    layer.p['V'] = layer.initialization(layer.fs['V'], rng=layer.np_rng)
    layer.p['b'] = np.zeros(layer.fs['b'])


def rnn_compute_gradients(layer: 'RNN') -> None:
    """Compute the gradients of the parameters, summed over steps and samples."""
    (hp,) = take_steps(layer.fc, 'hp')
    (dh_,) = take_steps(layer.bc, 'dh_')

    # h_ = X U + hp V + b
    compute_gate_gradients(layer, GATES, hp, dh_)

    if layer.clip_gradients:
        clip_gradient(layer)
