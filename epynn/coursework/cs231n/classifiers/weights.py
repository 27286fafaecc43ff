"""How the networks of the course draw their weights, and the penalty on them."""

import numpy as np

from epynn.commons.penalties import L2
from epynn.kernels.arrays import Array


def draw_weights(scale: float, *shape: int) -> Array:
    """Draw weights from a normal distribution of that standard deviation.

    From NumPy's global random numbers, which the course seeds by ``np.random.seed``: the networks
    of its notebooks, drawn layer after layer, come out the same.
    """
    return scale * np.random.randn(*shape)  # noqa: NPY002  the course's seeds rely on it


def add_weight_penalty(
    loss: float, grads: dict[str, Array], params: dict[str, Array], reg: float
) -> float:
    """Add ``reg sum(W^2) / 2`` for each weight to the loss, ``reg W`` to its gradient, in place.

    Parameters
    ----------
    loss : float
        The loss without penalty.
    grads, params : dict of array
        Gradients and parameters by name; the weights are those that start with W.
    reg : float
        Strength of the penalty.

    Returns
    -------
    float
        The loss with the penalty.
    """
    penalty = L2(reg)
    for name, W in params.items():
        if name.startswith('W'):
            loss += penalty(W)
            grads[name] += penalty.gradient(W)
    return loss
