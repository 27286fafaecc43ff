"""Backward pass of the LSTM layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.commons.recurrence import gates_side_by_side, keep_steps, take_steps
from epynn.kernels.arrays import Array
from epynn.kernels.recurrence import by_samples, make_states, multiply_steps
from epynn.lstm.parameters import GATES

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
    f_, f, i_, i, g_, g, o_, o, C_, C, Cp_ = take_steps(layer.fc, 'f_ f i_ i g_ g o_ o C_ C Cp_')
    dZ = np.empty_like(dh, shape=(*dh.shape[:2], 4 * layer.d['u']))
    df_, di_, dg_, do_ = np.split(dZ, 4, axis=2)  # views (s, m, u)
    U, V = (gates_side_by_side(layer, symbol, GATES) for symbol in 'UV')
    VT = np.ascontiguousarray(V.T)

    for t in reversed(range(layer.d['s'])):
        # (6) State: h = o * C
        do = dh[t] * C[t]
        dC = dh[t] * o[t]

        # (5) Memory cell: C_ = Cp_ * f + i * g. It reaches the loss by C, and by the next step
        dC_[t] += layer.activate.gradient(dC, C_[t], C[t])
        df = dC_[t] * Cp_[t]
        di = dC_[t] * g[t]
        dg = dC_[t] * i[t]
        dCp_[t] = dC_[t] * f[t]

        # (4) Gates: d?_ = d? * activate_?'(?_)
        df_[t] = layer.activate_forget.gradient(df, f_[t], f[t])
        di_[t] = layer.activate_input.gradient(di, i_[t], i[t])
        dg_[t] = layer.activate_candidate.gradient(dg, g_[t], g[t])
        do_[t] = layer.activate_output.gradient(do, o_[t], o[t])

        # (3) Linear products with the state before: dhp = sum over the gates of d?_ V?^T
        dhp[t] += dZ[t] @ VT

    keep_steps(layer.bc, dh=dh, dC_=dC_, df_=df_, di_=di_, dg_=dg_, do_=do_, dZ=dZ)
    if not layer.input_gradient:
        return None

    # (2) Linear products with the inputs of all steps: (s, m, 4 u) @ (e, 4 u)^T -> (s, m, e)
    dX = multiply_steps(dZ, U.T)

    # (1) Input: (s, m, e) -> (m, s, e)
    dX = layer.bc['dX'] = by_samples(dX)

    return dX
