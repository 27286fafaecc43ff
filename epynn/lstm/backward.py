"""Backward pass of the LSTM layer."""

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
from epynn.kernels.arrays import Array
from epynn.kernels.recurrence import by_samples, make_states, multiply_steps
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
    # (7) Output: (m, u) or (m, s, u) -> (s, m, u). What is added to dhp[t] arrives in dh[t - 1]
    dhp, dh = layer.receive_states_gradient(dX)
    dCp_, dC_ = make_states(dh, layer.d['u'])
    Z, gates, f, i, o, g, C_, C, Cp_ = take_steps(layer.fc, 'Z gates f i o g C_ C Cp_')
    dZ = np.empty_like(Z)
    df_, di_, do_, dg_ = split_gates(dZ, 4)  # views (s, m, u)
    dgates = np.empty_like(Z[0])
    df, di, do, dg = split_gates(dgates, 4)  # views (m, u)
    gates_gradient = GateGradients(layer.gate_activations(), Z, gates)
    cell_gradient = GateGradients(GateActivations.of(layer.d['u'], layer.activate), C_, C)
    dC = np.empty_like(C[0])
    U, V = (gates_side_by_side(layer, symbol, COLUMNS) for symbol in 'UV')
    VT = np.ascontiguousarray(V.T)

    for t in reversed(range(layer.d['s'])):
        # (6) State: h = o * C
        np.multiply(dh[t], C[t], out=do)
        np.multiply(dh[t], o[t], out=dC)

        # (5) Memory cell: C_ = Cp_ * f + i * g. It reaches the loss by C, and by the next step
        cell_gradient.compute(t, dC, dC)
        dC_[t] += dC
        np.multiply(dC_[t], Cp_[t], out=df)
        np.multiply(dC_[t], g[t], out=di)
        np.multiply(dC_[t], i[t], out=dg)
        np.multiply(dC_[t], f[t], out=dCp_[t])

        # (4) Gates: d?_ = d? * activate_?'(?_)
        gates_gradient.compute(t, dgates, dZ[t])

        # (3) Linear products with the state before: dhp = sum over the gates of d?_ V?^T
        dhp[t] += dZ[t] @ VT

    keep_steps(layer.bc, dh=dh, dC_=dC_, df_=df_, di_=di_, do_=do_, dg_=dg_, dZ=dZ)
    if not layer.input_gradient:
        return None

    # (2) Linear products with the inputs of all steps: (s, m, 4 u) @ (e, 4 u)^T -> (s, m, e)
    dX = multiply_steps(dZ, U.T)

    # (1) Input: (s, m, e) -> (m, s, e)
    dX = layer.bc['dX'] = by_samples(dX)

    return dX
