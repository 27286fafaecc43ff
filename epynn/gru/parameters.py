"""Shapes, parameters and gradients of the GRU layer."""

from typing import TYPE_CHECKING

from epynn.commons.maths import clip_gradient
from epynn.commons.recurrence import (
    compute_gate_gradients,
    compute_gate_shapes,
    initialize_gates,
    take_steps,
)
from epynn.kernels.arrays import Array

if TYPE_CHECKING:
    from epynn.gru.models import GRU

GATES = ('z', 'r', 'hh')
"""Update, reset, candidate: the order of the draws, and of the gates side by side."""


def gru_compute_shapes(layer: 'GRU', A: Array) -> None:
    """Read the dimensions off the sequences ``(m, s, e)``; ``U?``, ``V?``, ``b?`` of each gate."""
    compute_gate_shapes(layer, A, GATES)


def gru_initialize_parameters(layer: 'GRU') -> None:
    """Draw the weights ``Uz Vz Ur Vr Uhh Vhh``; the biases start at 0."""
    initialize_gates(layer, GATES)


def gru_compute_gradients(layer: 'GRU') -> None:
    """Compute the gradients of the parameters, summed over steps and samples."""
    hp, r = take_steps(layer.fc, 'hp r')
    (dZ,) = take_steps(layer.bc, 'dZ')
    u = layer.d['u']

    # z_ = X Uz + hp Vz + bz and r_ likewise, both at once
    compute_gate_gradients(layer, GATES[:2], dZ[..., : 2 * u], hp)

    # hh_ = X Uhh + (r * hp) Vhh + bhh
    compute_gate_gradients(layer, GATES[2:], dZ[..., 2 * u :], r * hp)

    if layer.clip_gradients:
        clip_gradient(layer)
