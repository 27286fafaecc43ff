"""Backward pass of the LSTM layer."""

import numpy as np

from epynn.commons.recurrence import Recurrent, keep_steps, take_steps
from epynn.kernels.arrays import ndarray
from epynn.kernels.steps import split_gates
from epynn.lstm.parameters import COLUMNS


def lstm_backward(layer: Recurrent, dX: ndarray) -> ndarray | None:
    """Reverse :func:`lstm_forward`: back through time, from the last step to the first.

    ``(m, u)`` or ``(m, s, u) -> (m, s, e)``; None where nobody reads ``dX``.
    """
    # (6) Output: (m, u) or (m, s, u) -> (s, m, u)
    dh = layer.receive_states_gradient(dX)
    Z, A, f, i, o, g, C_, C, Cp_ = take_steps(layer.fc, 'Z gates f i o g C_ C Cp_')
    gates = layer.reverse_gates(Z, A, COLUMNS, *layer.gate_activations())
    cell = layer.reverse_activation(C_, C, layer.activate)
    dC_ = np.empty_like(C_)
    dhp = dCp_ = np.zeros_like(dh[0])  # from the step after

    for t in reversed(range(layer.d['s'])):
        dh[t] += dhp

        # (5) State: h = o * C
        do, dC = dh[t] * C[t], dh[t] * o[t]

        # (4) Memory cell: C = activate(C_), and C_ = Cp_ * f + i * g
        dC_[t] = dCp_ + cell.gradient(t, dC)
        df, di, dg = dC_[t] * Cp_[t], dC_[t] * g[t], dC_[t] * i[t]
        dCp_ = layer.hold(t, dC_[t] * f[t], dCp_)

        # (3) Gates: d?_ = d? * activate_?'(?_)
        # (2) Linear products with the state before: dhp = sum over the gates of d?_ V?^T
        dhp = layer.hold(t, gates.compute(t, df, di, do, dg), dh[t])

    df_, di_, do_, dg_ = split_gates(gates.dZ, layer.d['u'])
    keep_steps(layer.bc, dh=dh, dC_=dC_, dZ=gates.dZ, df_=df_, di_=di_, do_=do_, dg_=dg_)
    if not layer.input_gradient:
        return None

    # (2) Linear products with the inputs of all steps: (s, m, 4 u) @ (e, 4 u)^T -> (s, m, e)
    # (1) Input: (s, m, e) -> (m, s, e)
    dX = layer.bc['dX'] = layer.give_input_gradient(COLUMNS, gates.dZ)

    return dX
