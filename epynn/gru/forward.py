"""Forward pass of the GRU layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.commons.recurrence import keep_steps
from epynn.gru.parameters import CANDIDATE, GATES, HALVES
from epynn.kernels.arrays import ndarray
from epynn.kernels.steps import split_gates

if TYPE_CHECKING:
    from epynn.gru.models import GRU


def gru_forward(layer: 'GRU', A: ndarray) -> ndarray:
    """Compute ``h = z * hp + (1 - z) * hh``, step after step.

    ``(m, s, e) -> (m, u)``, the last state, or all states ``(m, s, u)`` with ``sequences=True``.
    """
    if layer.reset_after:
        return gru_forward_after(layer, A)

    # (1) Input, steps first: (m, s, e) -> (s, m, e)
    X = layer.receive_steps(A)
    gates = layer.run_gates(X, GATES, *layer.gate_activations())
    candidate = layer.run_gates(X, CANDIDATE, layer.activate)
    hp, h = gates.hp, gates.h  # (s, m, u): h[t] is hp[t + 1]
    layer.begin_states(h=hp[0])  # 0, or what the pass before carried

    for t in range(layer.d['s']):
        # (2) Linear products, two gates at once: ?_ = X U? + hp V? + b?
        # (3) Gates: how much of the state to keep, how much of it the candidate sees
        z, r = gates.compute(t)

        # (4) Candidate: hh_ = X Uhh + (r * hp) Vhh + bhh
        candidate.hp[t] = r * hp[t]
        (hh,) = candidate.compute(t)

        # (5) State; a masked step leaves it as it was
        h[t] = layer.hold(t, z * hp[t] + (1 - z) * hh, hp[t])

    # (6) Output: (s, m, u) -> (m, s, u), or (m, u) of the last step
    z_, r_ = split_gates(gates.Z, layer.d['u'])
    z, r = split_gates(gates.A, layer.d['u'])
    keep_steps(layer.fc, zr_=gates.Z, z_=z_, r_=r_, zr=gates.A, z=z, r=r)
    keep_steps(layer.fc, rhp=candidate.hp, hh_=candidate.Z, hh=candidate.A, h=h, hp=hp)
    layer.carry_states(h=h[-1])
    A = layer.give_states(h)

    return A


def gru_forward_after(layer: 'GRU', A: ndarray) -> ndarray:
    """Compute the same with ``reset_after=True``: the reset gate acts behind the product.

    ``(m, s, e) -> (m, u)``, the last state, or all states ``(m, s, u)`` with ``sequences=True``.
    """
    # (1) Input, steps first: (m, s, e) -> (s, m, e)
    X = layer.receive_steps(A)
    gates = layer.run_gates(X, HALVES, *layer.gate_activations())
    hp, h = gates.hp, gates.h  # (s, m, u): h[t] is hp[t + 1]
    hh_ = np.empty_like(h)
    hh = np.empty_like(h)
    layer.begin_states(h=hp[0])  # 0, or what the pass before carried

    for t in range(layer.d['s']):
        # (2) Linear products, all at once: z_ and r_, hV = hp Vhh + bV, and XU = X Uhh + bhh
        # (3) Gates: how much of the state to keep, how much of hV the candidate sees
        z, r, hV, XU = gates.compute(t)

        # (4) Candidate: hh_ = XU + r * hV
        hh_[t] = XU + r * hV
        layer.activate.compute(hh_[t], hh[t])

        # (5) State; a masked step leaves it as it was
        h[t] = layer.hold(t, z * hp[t] + (1 - z) * hh[t], hp[t])

    # (6) Output: (s, m, u) -> (m, s, u), or (m, u) of the last step
    z_, r_, hV, XU = split_gates(gates.Z, layer.d['u'])
    z, r, *_ = split_gates(gates.A, layer.d['u'])
    keep_steps(layer.fc, Z=gates.Z, z_=z_, r_=r_, hV=hV, XU=XU, gates=gates.A, z=z, r=r)
    keep_steps(layer.fc, hh_=hh_, hh=hh, h=h, hp=hp)
    layer.carry_states(h=h[-1])
    A = layer.give_states(h)

    return A
