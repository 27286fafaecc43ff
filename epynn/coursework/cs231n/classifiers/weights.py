"""How the networks of the course draw their weights, and the penalty on them."""

import numpy as np

from epynn.commons.penalties import L2
from epynn.kernels.arrays import ndarray


def draw_weights(scale: float, *shape: int) -> ndarray:
    """Draw weights from a normal distribution of the standard deviation `scale`.

    From NumPy's global random numbers, seeded by ``np.random.seed``: the networks of the notebooks,
    drawn layer after layer, come out the same.
    """
    return scale * np.random.randn(*shape)  # noqa: NPY002  the course's seeds rely on it


def add_weight_penalty(
    loss: float, grads: dict[str, ndarray], params: dict[str, ndarray], reg: float
) -> float:
    """Return the loss with ``reg sum(W^2) / 2`` for each weight, whose names start with W.

    ``reg W`` is added to its gradient in `grads`, in place.
    """
    penalty = L2(reg)
    for name, W in params.items():
        if name.startswith('W'):
            loss += penalty(W)
            grads[name] += penalty.gradient(W)
    return loss
