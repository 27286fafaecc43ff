"""Shapes, parameters and gradients of the RNN layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.commons.maths import clip_gradient
from epynn.commons.recurrence import take_steps
from epynn.kernels.arrays import Array
from epynn.kernels.normalization import sum_points
from epynn.kernels.recurrence import multiply_steps_weight_gradient

if TYPE_CHECKING:
    from epynn.rnn.models import RNN


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
    X, hp = take_steps(layer.fc, 'X hp')
    (dh_,) = take_steps(layer.bc, 'dh_')

    # (s, m, e)^T @ (s, m, u) -> (e, u)
    layer.g['dU'] = multiply_steps_weight_gradient(X, dh_)

    # (s, m, u)^T @ (s, m, u) -> (u, u)
    layer.g['dV'] = multiply_steps_weight_gradient(hp, dh_)

    # (s, m, u) -> (1, u)
    layer.g['db'] = sum_points(dh_)[np.newaxis]

    if layer.clip_gradients:
        clip_gradient(layer)
