"""Backward pass of the RNN layer."""

import numpy as np

from epynn.commons.recurrence import Recurrent, keep_steps, take_steps
from epynn.kernels.arrays import ndarray
from epynn.rnn.parameters import GATES


def rnn_backward(layer: Recurrent, dX: ndarray) -> ndarray | None:
    """Reverse :func:`rnn_forward`: back through time, from the last step to the first.

    ``(m, u)`` or ``(m, s, u) -> (m, s, e)``; None where nobody reads ``dX``.
    """
    # (4) Output: (m, u) or (m, s, u) -> (s, m, u)
    dh = layer.receive_states_gradient(dX)
    h_, h = take_steps(layer.fc, 'h_ h')
    gate = layer.reverse_gates(h_, h, GATES, layer.activate)
    dhp = np.zeros_like(dh[0])  # from the step after

    for t in reversed(range(layer.d['s'])):
        dh[t] += dhp

        # (3) Activation: dh_ = dh * activate'(h_)
        # (2) Linear product with the state before: dhp = dh_ V^T
        dhp = layer.hold(t, gate.compute(t, dh[t]), dh[t])

    keep_steps(layer.bc, dh=dh, dh_=gate.dZ)
    if not layer.input_gradient:
        return None

    # (2) Linear product with the inputs of all steps: (s, m, u) @ (e, u)^T -> (s, m, e)
    # (1) Input: (s, m, e) -> (m, s, e)
    dX = layer.bc['dX'] = layer.give_input_gradient(GATES, gate.dZ)

    return dX
