"""Backward pass of the RNN layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.commons.recurrence import GateActivations, GateGradients, keep_steps, take_steps
from epynn.kernels.arrays import Array
from epynn.kernels.recurrence import by_samples, multiply_steps

if TYPE_CHECKING:
    from epynn.rnn.models import RNN


def rnn_backward(layer: 'RNN', dX: Array) -> Array | None:
    """Reverse :func:`rnn_forward`: back through time, from the last step to the first.

    Parameters
    ----------
    dX : ndarray
        Gradient of the loss with respect to the output, ``(m, u)`` or ``(m, s, u)``.

    Returns
    -------
    dX : ndarray or None
        Gradient with respect to the input ``(m, s, e)``; None where nobody reads it.
    """
    # (5) Output: (m, u) or (m, s, u) -> (s, m, u). What is added to dhp[t] arrives in dh[t - 1]
    dhp, dh = layer.receive_states_gradient(dX)
    h_, h = take_steps(layer.fc, 'h_ h')
    dh_ = np.empty_like(h_)
    gradient = GateGradients(GateActivations.of(layer.d['u'], layer.activate), h_, h)
    VT = np.ascontiguousarray(layer.p['V'].T)

    for t in reversed(range(layer.d['s'])):
        # (4) Activation: dh_ = dh * activate'(h_)
        gradient.compute(t, dh[t], dh_[t])

        # (3) Linear product with the state before: dhp = dh_ V^T
        dhp[t] += dh_[t] @ VT

    keep_steps(layer.bc, dh=dh, dh_=dh_)
    if not layer.input_gradient:
        return None

    # (2) Linear product with the inputs of all steps: (s, m, u) @ (e, u)^T -> (s, m, e)
    dX = multiply_steps(dh_, layer.p['U'].T)

    # (1) Input: (s, m, e) -> (m, s, e)
    dX = layer.bc['dX'] = by_samples(dX)

    return dX
