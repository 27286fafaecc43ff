"""Shapes, parameters and gradients of the RNN layer."""

from epynn.commons.maths import clip_gradient
from epynn.commons.recurrence import (
    Recurrent,
    compute_gate_gradients,
    compute_gate_shapes,
    initialize_gates,
    take_steps,
)
from epynn.kernels.arrays import ndarray

GATES = ('',)
"""One gate, whose parameters have no letter."""


def rnn_compute_shapes(layer: Recurrent, A: ndarray) -> None:
    """Read the dimensions off the sequences ``(m, s, e)``: ``U (e, u)``, ``V (u, u)``, ``b``."""
    compute_gate_shapes(layer, A, GATES)


def rnn_initialize_parameters(layer: Recurrent) -> None:
    """Draw the weights ``U V``; the bias starts at 0."""
    initialize_gates(layer, GATES)


def rnn_compute_gradients(layer: Recurrent) -> None:
    """Compute the gradients of the parameters, summed over steps and samples."""
    (hp,) = take_steps(layer.fc, 'hp')
    (dh_,) = take_steps(layer.bc, 'dh_')

    # (2) Linear product: h_ = X U + hp V + b
    compute_gate_gradients(layer, GATES, hp, dh_)

    if layer.clip_gradients:
        clip_gradient(layer)
