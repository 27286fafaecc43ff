"""Backward pass of the GRU layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.commons.recurrence import (
    GateActivations,
    GateGradients,
    gates_side_by_side,
    keep_steps,
    split_gates,
    take_steps,
)
from epynn.gru.parameters import GATES
from epynn.kernels.arrays import Array
from epynn.kernels.recurrence import by_samples, multiply_steps

if TYPE_CHECKING:
    from epynn.gru.models import GRU


def gru_backward(layer: 'GRU', dX: Array) -> Array | None:
    """Reverse :func:`gru_forward`: back through time, from the last step to the first.

    Parameters
    ----------
    dX : ndarray
        Gradient of the loss with respect to the output, ``(m, u)`` or ``(m, s, u)``.

    Returns
    -------
    dX : ndarray or None
        Gradient with respect to the input ``(m, s, e)``; None where nobody reads it.
    """
    # (7) Output: (m, u) or (m, s, u) -> (s, m, u). What is added to dhp[t] arrives in dh[t - 1]
    dhp, dh = layer.receive_states_gradient(dX)
    zr_, zr, z, r, hh_, hh, hp = take_steps(layer.fc, 'zr_ zr z r hh_ hh hp')
    dZ = np.empty_like(dh, shape=(*dh.shape[:2], 3 * layer.d['u']))
    dz_, dr_, dhh_ = split_gates(dZ, 3)  # views (s, m, u)
    dzr_ = dZ[..., : 2 * layer.d['u']]  # (s, m, 2 u)
    dzr = np.empty_like(zr[0])
    dz, dr = split_gates(dzr, 2)  # views (m, u)
    gates_gradient = GateGradients(layer.gate_activations(), zr_, zr)
    candidate_gradient = GateGradients(GateActivations.of(layer.d['u'], layer.activate), hh_, hh)
    U = gates_side_by_side(layer, 'U', GATES)
    VzrT = np.ascontiguousarray(gates_side_by_side(layer, 'V', ('z', 'r')).T)
    VhhT = np.ascontiguousarray(layer.p['Vhh'].T)

    for t in reversed(range(layer.d['s'])):
        # (6) State: h = z * hp + (1 - z) * hh
        np.multiply(dh[t], hp[t] - hh[t], out=dz)
        dhh = dh[t] * (1 - z[t])
        dhp[t] += dh[t] * z[t]

        # (5) Candidate: hh_ = X Uhh + (r * hp) Vhh + bhh
        candidate_gradient.compute(t, dhh, dhh_[t])
        drhp = dhh_[t] @ VhhT
        np.multiply(drhp, hp[t], out=dr)
        dhp[t] += drhp * r[t]

        # (4) Gates: d?_ = d? * activate_?'(?_)
        gates_gradient.compute(t, dzr, dzr_[t])

        # (3) Linear products with the state before: dhp = dz_ Vz^T + dr_ Vr^T
        dhp[t] += dzr_[t] @ VzrT

    keep_steps(layer.bc, dh=dh, dz_=dz_, dr_=dr_, dhh_=dhh_, dZ=dZ)
    if not layer.input_gradient:
        return None

    # (2) Linear products with the inputs of all steps: (s, m, 3 u) @ (e, 3 u)^T -> (s, m, e)
    dX = multiply_steps(dZ, U.T)

    # (1) Input: (s, m, e) -> (m, s, e)
    dX = layer.bc['dX'] = by_samples(dX)

    return dX
