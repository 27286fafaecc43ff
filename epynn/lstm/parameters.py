"""Shapes, parameters and gradients of the LSTM layer."""

from epynn.commons.maths import clip_gradient
from epynn.commons.recurrence import (
    Recurrent,
    compute_gate_gradients,
    compute_gate_shapes,
    initialize_gates,
    take_steps,
)
from epynn.kernels.arrays import ndarray

GATES = ('f', 'i', 'g', 'o')
"""Forget, input, candidate, output: the order of the draws."""

COLUMNS = ('f', 'i', 'o', 'g')
"""The gates side by side: those that mostly share the sigmoid are neighbours."""


def lstm_compute_shapes(layer: Recurrent, A: ndarray) -> None:
    """Read the dimensions off the sequences ``(m, s, e)``; ``U?``, ``V?``, ``b?`` of each gate."""
    compute_gate_shapes(layer, A, GATES)


def lstm_initialize_parameters(layer: Recurrent) -> None:
    """Draw the weights ``Uf Vf Ui Vi Ug Vg Uo Vo``; the biases start at 0."""
    initialize_gates(layer, GATES)


def lstm_compute_gradients(layer: Recurrent) -> None:
    """Compute the gradients of the parameters, summed over steps and samples."""
    (hp,) = take_steps(layer.fc, 'hp')
    (dZ,) = take_steps(layer.bc, 'dZ')

    # (2) Linear products, all gates at once: ?_ = X U? + hp V? + b?
    compute_gate_gradients(layer, COLUMNS, hp, dZ)

    if layer.clip_gradients:
        clip_gradient(layer)
