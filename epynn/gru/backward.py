"""Backward pass of the GRU layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.commons.recurrence import keep_steps, take_steps
from epynn.gru.parameters import CANDIDATE, GATES, HALVES
from epynn.kernels.arrays import ndarray
from epynn.kernels.steps import split_gates

if TYPE_CHECKING:
    from epynn.gru.models import GRU


def gru_backward(layer: 'GRU', dX: ndarray) -> ndarray | None:
    """Reverse :func:`gru_forward`: back through time, from the last step to the first.

    ``(m, u)`` or ``(m, s, u) -> (m, s, e)``; None where nobody reads ``dX``.
    """
    if layer.reset_after:
        return gru_backward_after(layer, dX)

    # (6) Output: (m, u) or (m, s, u) -> (s, m, u)
    dh = layer.receive_states_gradient(dX)
    zr_, zr, z, r, hh_, hh, hp = take_steps(layer.fc, 'zr_ zr z r hh_ hh hp')
    gates = layer.reverse_gates(zr_, zr, GATES, *layer.gate_activations())
    candidate = layer.reverse_gates(hh_, hh, CANDIDATE, layer.activate)
    dhp = np.zeros_like(dh[0])  # from the step after

    for t in reversed(range(layer.d['s'])):
        dh[t] += dhp

        # (5) State: h = z * hp + (1 - z) * hh
        dz, dhh = dh[t] * (hp[t] - hh[t]), dh[t] * (1 - z[t])

        # (4) Candidate: hh_ = X Uhh + (r * hp) Vhh + bhh
        drhp = candidate.compute(t, dhh)
        dr = drhp * hp[t]

        # (3) Gates: d?_ = d? * activate_?'(?_)
        # (2) Linear products with the state before, which (5) and (4) used, too
        # dhp = dz_ Vz^T + dr_ Vr^T + dh * z + drhp * r
        dhp = layer.hold(t, gates.compute(t, dz, dr) + dh[t] * z[t] + drhp * r[t], dh[t])

    dz_, dr_ = split_gates(gates.dZ, layer.d['u'])
    keep_steps(layer.bc, dh=dh, dzr_=gates.dZ, dz_=dz_, dr_=dr_, dhh_=candidate.dZ)
    if not layer.input_gradient:
        return None

    # (2) Linear products with the inputs of all steps: (s, m, u) @ (e, u)^T -> (s, m, e)
    # (1) Input: (s, m, e) -> (m, s, e)
    dX = layer.give_input_gradient(GATES, gates.dZ)
    dX += layer.give_input_gradient(CANDIDATE, candidate.dZ)
    layer.bc['dX'] = dX

    return dX


def gru_backward_after(layer: 'GRU', dX: ndarray) -> ndarray | None:
    """Reverse :func:`gru_forward_after`: back through time, from the last step to the first.

    ``(m, u)`` or ``(m, s, u) -> (m, s, e)``; None where nobody reads ``dX``.
    """
    # (6) Output: (m, u) or (m, s, u) -> (s, m, u)
    dh = layer.receive_states_gradient(dX)
    Z, A, z, r, hV, hh_, hh, hp = take_steps(layer.fc, 'Z gates z r hV hh_ hh hp')
    gates = layer.reverse_gates(Z, A, HALVES, *layer.gate_activations())
    candidate = layer.reverse_activation(hh_, hh, layer.activate)
    dhh_ = np.empty_like(hh_)
    dhp = np.zeros_like(dh[0])  # from the step after

    for t in reversed(range(layer.d['s'])):
        dh[t] += dhp

        # (5) State: h = z * hp + (1 - z) * hh
        dz, dhh = dh[t] * (hp[t] - hh[t]), dh[t] * (1 - z[t])

        # (4) Candidate: hh_ = XU + r * hV
        dhh_[t] = candidate.gradient(t, dhh)
        dr, dhV = dhh_[t] * hV[t], dhh_[t] * r[t]

        # (3) Gates: d?_ = d? * activate_?'(?_)
        # (2) Linear products with the state before, which (5) used, too
        # dhp = dz_ Vz^T + dr_ Vr^T + dhV Vhh^T + dh * z
        dhp = layer.hold(t, gates.compute(t, dz, dr, dhV, dhh_[t]) + dh[t] * z[t], dh[t])

    dz_, dr_, dhV, _ = split_gates(gates.dZ, layer.d['u'])
    keep_steps(layer.bc, dh=dh, dZ=gates.dZ, dz_=dz_, dr_=dr_, dhV=dhV, dhh_=dhh_)
    if not layer.input_gradient:
        return None

    # (2) Linear products with the inputs of all steps: (s, m, 4 u) @ (e, 4 u)^T -> (s, m, e)
    # (1) Input: (s, m, e) -> (m, s, e)
    dX = layer.bc['dX'] = layer.give_input_gradient(HALVES, gates.dZ)

    return dX
