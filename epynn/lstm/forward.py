"""Forward pass of the LSTM layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.commons.recurrence import gates_side_by_side, keep_steps
from epynn.kernels.arrays import Array
from epynn.kernels.recurrence import make_states, multiply_steps
from epynn.lstm.parameters import GATES

if TYPE_CHECKING:
    from epynn.lstm.models import LSTM


def lstm_forward(layer: 'LSTM', A: Array) -> Array:
    """Compute ``C_ = Cp_ * f + i * g`` and ``h = o * activate(C_)``, step after step.

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
    U, V, b = (gates_side_by_side(layer, symbol, GATES) for symbol in 'UVb')

    # (2) Linear products with the inputs of all steps: (s, m, e) @ (e, 4 u) -> (s, m, 4 u)
    Z = multiply_steps(X, U)
    Z += b
    f_, i_, g_, o_ = np.split(Z, 4, axis=2)  # views (s, m, u)

    # States before and after each step, (s, m, u): h[t] is hp[t + 1], and hp[0] is 0
    hp, h = make_states(Z, layer.d['u'])
    Cp_, C_ = make_states(Z, layer.d['u'])
    f, i, g, o, C = (np.empty_like(h) for _ in range(5))

    for t in range(layer.d['s']):
        # (3) Linear products with the state before, all gates at once: ?_ = X U? + hp V? + b?
        Z[t] += hp[t] @ V

        # (4) Gates: what to forget, what to let in, the candidate, what to give out
        f[t] = layer.activate_forget(f_[t])
        i[t] = layer.activate_input(i_[t])
        g[t] = layer.activate_candidate(g_[t])
        o[t] = layer.activate_output(o_[t])

        # (5) Memory cell
        C_[t] = Cp_[t] * f[t] + i[t] * g[t]
        C[t] = layer.activate(C_[t])

        # (6) State
        h[t] = o[t] * C[t]

    # (7) Output: (s, m, u) -> (m, s, u), or (m, u) of the last step
    keep_steps(layer.fc, f_=f_, f=f, i_=i_, i=i, g_=g_, g=g, o_=o_, o=o)
    keep_steps(layer.fc, C_=C_, C=C, Cp_=Cp_, h=h, hp=hp)
    A = layer.give_states(h)

    return A
