"""Forward pass of the RNN layer."""

from typing import TYPE_CHECKING

from epynn.commons.recurrence import keep_steps
from epynn.kernels.arrays import Array
from epynn.kernels.recurrence import make_states, multiply_steps

if TYPE_CHECKING:
    from epynn.rnn.models import RNN


def rnn_forward(layer: 'RNN', A: Array) -> Array:
    """Compute ``h = activate(X U + hp V + b)``, step after step.

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
    U, V, b = (layer.p[name] for name in 'UVb')

    # (2) Linear product with the inputs of all steps: (s, m, e) @ (e, u) -> (s, m, u)
    h_ = multiply_steps(X, U)
    h_ += b

    # States before and after each step, (s, m, u): h[t] is hp[t + 1], and hp[0] is 0
    hp, h = make_states(h_, layer.d['u'])

    for t in range(layer.d['s']):
        # (3) Linear product with the state before: h_ = X U + hp V + b
        h_[t] += hp[t] @ V

        # (4) Activation
        h[t] = layer.activate(h_[t])

    # (5) Output: (s, m, u) -> (m, s, u), or (m, u) of the last step
    keep_steps(layer.fc, h_=h_, h=h, hp=hp)
    A = layer.give_states(h)

    return A
