"""Backward pass of the LSTM layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.commons.recurrence import (
    GateActivations,
    gates_side_by_side,
    keep_steps,
    split_gates,
    take_steps,
)
from epynn.kernels.arrays import Array
from epynn.kernels.recurrence import by_samples, make_states
from epynn.lstm.parameters import COLUMNS

if TYPE_CHECKING:
    from epynn.lstm.models import LSTM


def lstm_backward(layer: 'LSTM', dX: Array) -> Array | None:
    """Reverse :func:`lstm_forward`: back through time, from the last step to the first.

    Parameters
    ----------
    dX : ndarray
        Gradient of the loss with respect to the output, ``(m, u)`` or ``(m, s, u)``.

    Returns
    -------
    dX : ndarray or None
        Gradient with respect to the input ``(m, s, e)``; None where nobody reads it.
    """
    # (6) Output: (m, u) or (m, s, u) -> (s, m, u). What is added to dhp[t] arrives in dh[t - 1]
    dhp, dh = layer.receive_states_gradient(dX)
    dCp_, dC_ = make_states(dh, layer.d['u'])
    Z, gates, f, i, o, g, C_, C, Cp_ = take_steps(layer.fc, 'Z gates f i o g C_ C Cp_')
    U, V = (gates_side_by_side(layer, symbol, COLUMNS) for symbol in 'UV')
    activate_gates = layer.gate_activations()
    activate_cell = GateActivations.of(layer.d['u'], layer.activate)
    dZ, dC_dh = np.empty_like(Z), np.empty_like(C)
    df_, di_, do_, dg_ = split_gates(dZ, 4)  # views (s, m, u)

    # What dh and dC_ will be multiplied by waits for neither of them: all steps at once.
    # In (5): do_ = dh * C * activate_o'(o_), dC = dh * o * activate'(C_)
    # In (4): df_ = dC_ * Cp_ * activate_f'(f_), and so di_ with g, dg_ with i
    activate_cell.slopes(C_, C, dC_dh)
    dC_dh *= o
    activate_gates.slopes(Z, gates, dZ)
    do_ *= C
    df_ *= Cp_
    di_ *= g
    dg_ *= i

    dC, dhp_t = np.empty_like(C[0]), np.empty_like(C[0])

    for t in reversed(range(layer.d['s'])):
        # (5) State: h = o * C
        np.multiply(dh[t], dC_dh[t], out=dC)
        activate_cell.complete_gradient(C_[t], C[t], dC)
        do_[t] *= dh[t]

        # (4) Memory cell: C_ = Cp_ * f + i * g. It reaches the loss by C, and by the next step
        dC_[t] += dC
        df_[t] *= dC_[t]
        di_[t] *= dC_[t]
        dg_[t] *= dC_[t]
        np.multiply(dC_[t], f[t], out=dCp_[t])

        # (3) Gates: d?_ = d? * activate_?'(?_)
        activate_gates.complete_gradient(Z[t], gates[t], dZ[t])

        # (2) Linear products with the state before: dhp = sum over the gates of d?_ V?^T
        np.matmul(dZ[t], V.T, out=dhp_t)
        dhp[t] += dhp_t

    keep_steps(layer.bc, dh=dh, dC_=dC_, df_=df_, di_=di_, dg_=dg_, do_=do_, dZ=dZ)
    if not layer.input_gradient:
        return None

    # (2) Linear products with the inputs of all steps: (s, m, 4 u) @ (e, 4 u)^T -> (s, m, e)
    dX = np.matmul(dZ, U.T, out=np.empty_like(dZ, shape=(*dZ.shape[:2], layer.d['e'])))

    # (1) Input: (s, m, e) -> (m, s, e)
    dX = layer.bc['dX'] = by_samples(dX)

    return dX
