"""Shapes, parameters and gradients of the GRU layer."""

from epynn.commons.maths import clip_gradient
from epynn.commons.recurrence import (
    Recurrent,
    compute_gate_gradients,
    compute_gate_shapes,
    initialize_gates,
    take_steps,
)
from epynn.kernels.arrays import ndarray

GATES = ('z', 'r')
"""Update and reset, side by side."""

CANDIDATE = ('hh',)
"""What may become the state; it is computed from the reset state."""


def gru_compute_shapes(layer: Recurrent, A: ndarray) -> None:
    """Read the dimensions off the sequences ``(m, s, e)``; ``U?``, ``V?``, ``b?`` of each gate."""
    compute_gate_shapes(layer, A, (*GATES, *CANDIDATE))


def gru_initialize_parameters(layer: Recurrent) -> None:
    """Draw the weights ``Uz Vz Ur Vr Uhh Vhh``; the biases start at 0."""
    initialize_gates(layer, (*GATES, *CANDIDATE))


def gru_compute_gradients(layer: Recurrent) -> None:
    """Compute the gradients of the parameters, summed over steps and samples."""
    hp, rhp = take_steps(layer.fc, 'hp rhp')
    dzr_, dhh_ = take_steps(layer.bc, 'dzr_ dhh_')

    # (2) Linear products, two gates at once: ?_ = X U? + hp V? + b?
    compute_gate_gradients(layer, GATES, hp, dzr_)

    # (4) Candidate: hh_ = X Uhh + (r * hp) Vhh + bhh
    compute_gate_gradients(layer, CANDIDATE, rhp, dhh_)

    if layer.clip_gradients:
        clip_gradient(layer)
