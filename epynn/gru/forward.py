"""Forward pass of the GRU layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.commons.recurrence import gates_side_by_side, keep_steps, split_gates
from epynn.gru.parameters import GATES
from epynn.kernels.arrays import Array
from epynn.kernels.recurrence import make_states, multiply_steps

if TYPE_CHECKING:
    from epynn.gru.models import GRU


def gru_forward(layer: 'GRU', A: Array) -> Array:
    """Compute ``h = z * hp + (1 - z) * hh``, step after step.

    Parameters
    ----------
    A : ndarray
        Output of the layer before, ``(m, s, e)``.

    Returns
    -------
    A : ndarray
        The last state ``(m, u)``, or all states ``(m, s, u)`` with ``sequences=True``.
    """
    # (1) Input, steps first: (m, s, e) -> (s, m, e)
    X = layer.receive_steps(A)
    U, b = (gates_side_by_side(layer, symbol, GATES) for symbol in 'Ub')
    Vzr, Vhh = gates_side_by_side(layer, 'V', ('z', 'r')), layer.p['Vhh']

    # (2) Linear products with the inputs of all steps: (s, m, e) @ (e, 3 u) -> (s, m, 3 u)
    Z = multiply_steps(X, U)
    Z += b
    z_, r_, hh_ = split_gates(Z, 3)  # views (s, m, u)
    zr_ = Z[..., : 2 * layer.d['u']]  # (s, m, 2 u)

    # States before and after each step, (s, m, u): h[t] is hp[t + 1], and hp[0] is 0
    hp, h = make_states(Z, layer.d['u'])
    zr, hh = np.empty_like(zr_), np.empty_like(h)
    z, r = split_gates(zr, 2)
    activate_gates = layer.gate_activations()

    for t in range(layer.d['s']):
        # (3) Linear products with the state before, two gates at once: ?_ = X U? + hp V? + b?
        zr_[t] += hp[t] @ Vzr

        # (4) Gates: how much of the state to keep, how much of it the candidate sees
        activate_gates.compute(zr_[t], zr[t])

        # (5) Candidate: hh_ = X Uhh + (r * hp) Vhh + bhh
        hh_[t] += (r[t] * hp[t]) @ Vhh
        hh[t] = layer.activate(hh_[t])

        # (6) State
        h[t] = z[t] * hp[t] + (1 - z[t]) * hh[t]

    # (7) Output: (s, m, u) -> (m, s, u), or (m, u) of the last step
    keep_steps(layer.fc, zr_=zr_, z_=z_, r_=r_, zr=zr, z=z, r=r, hh_=hh_, hh=hh, h=h, hp=hp)
    A = layer.give_states(h)

    return A
