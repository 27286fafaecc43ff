"""Shapes, parameters and gradients of the GRU layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.commons.maths import clip_gradient
from epynn.commons.recurrence import (
    compute_gate_gradients,
    compute_gate_shapes,
    initialize_gates,
    take_steps,
)
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.gru.models import GRU

GATES = ('z', 'r')
"""Update and reset, side by side."""

CANDIDATE = ('hh',)
"""What may become the state; it is computed from the reset state."""

HALVES = (*GATES, 'hV', 'XU')
"""With ``reset_after=True``: gates, and the two halves of the candidate, side by side."""

OF_HALVES = {'VhV': 'Vhh', 'bhV': 'bV', 'UXU': 'Uhh', 'bXU': 'bhh'}
"""Parameters of the halves: that of the state has no weights of the input, nor the other way."""


def gru_compute_shapes(layer: 'GRU', A: ndarray) -> None:
    """Read the dimensions off the sequences ``(m, s, e)``; ``U?``, ``V?``, ``b?`` of each gate."""
    compute_gate_shapes(layer, A, (*GATES, *CANDIDATE))
    if layer.reset_after:
        layer.ps['bV'] = (1, layer.d['u'])


def gru_initialize_parameters(layer: 'GRU') -> None:
    """Draw the weights ``Uz Vz Ur Vr Uhh Vhh``; the biases start at 0."""
    initialize_gates(layer, (*GATES, *CANDIDATE))
    if layer.reset_after:
        layer.p['bV'] = np.zeros(layer.ps['bV'])


def gru_compute_gradients(layer: 'GRU') -> None:
    """Compute the gradients of the parameters, summed over steps and samples."""
    if layer.reset_after:
        gru_compute_gradients_after(layer)
        return

    hp, rhp = take_steps(layer.fc, 'hp rhp')
    dzr_, dhh_ = take_steps(layer.bc, 'dzr_ dhh_')

    # (2) Linear products, two gates at once: ?_ = X U? + hp V? + b?
    compute_gate_gradients(layer, GATES, hp, dzr_)

    # (4) Candidate: hh_ = X Uhh + (r * hp) Vhh + bhh
    compute_gate_gradients(layer, CANDIDATE, rhp, dhh_)

    if layer.clip_gradients:
        clip_gradient(layer)


def gru_compute_gradients_after(layer: 'GRU') -> None:
    """Compute the gradients of the parameters with ``reset_after=True``."""
    (hp,), (dZ,) = take_steps(layer.fc, 'hp'), take_steps(layer.bc, 'dZ')

    # (2) Linear products, all at once: z_ and r_, hV = hp Vhh + bV, and XU = X Uhh + bhh
    compute_gate_gradients(layer, HALVES, hp, dZ)
    for name, parameter in OF_HALVES.items():
        layer.g[f'd{parameter}'] = layer.g.pop(f'd{name}')
    del layer.g['dUhV'], layer.g['dVXU']  # weights that are not there

    if layer.clip_gradients:
        clip_gradient(layer)
