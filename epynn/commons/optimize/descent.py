"""Gradient descent, plain and with momentum; see :mod:`epynn.commons.optimize`."""

from typing import Any

from epynn.commons.arguments import as_float
from epynn.commons.optimize.optimizer import Optimizer
from epynn.kernels.arrays import ndarray


class SGD(Optimizer):
    """Gradient descent on batches: ``p = p - lr g``.

    References
    ----------
    Robbins and Monro, "A stochastic approximation method", 1951.
    """

    def step(self, p: ndarray, g: ndarray, lr: float, moments: dict[str, Any]) -> ndarray:
        """Return ``p - lr g``."""
        moved: ndarray = -lr * g + p  # in this order, NumPy adds where the product lies
        return moved


class Momentum(Optimizer):
    """Gradient descent with momentum: ``v = mu v + g``, ``p = p - lr v``.

    Parameters
    ----------
    momentum : float, optional
        ``mu``, the share of the velocity that is kept.
    **options
        As for :class:`Optimizer`.

    Notes
    -----
    The velocity starts at the first gradient and is not multiplied by the rate: the variant of
    torch. In that of Sutskever et al., ``v = mu v - lr g``, a change of the rate acts later.

    References
    ----------
    Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    """

    by_position = (
        'A learning rate goes to initialize: model.initialize(learning_rate={value}). '
        'The share of the velocity goes by its name: momentum={value}.'
    )

    def __init__(self, *, momentum: float = 0.9, **options: Any) -> None:
        super().__init__(**options)
        self.momentum = as_float(momentum, f'{type(self).__name__}.momentum', low=0, high=1)

    def velocity(self, g: ndarray, moments: dict[str, Any]) -> ndarray:
        """Return the new velocity, ``mu v + g``, and remember it."""
        v: ndarray = self.momentum * moments.get('v', 0.0) + g
        moments['v'] = v
        return v

    def step(self, p: ndarray, g: ndarray, lr: float, moments: dict[str, Any]) -> ndarray:
        """Return ``p - lr v``."""
        return p - lr * self.velocity(g, moments)


class Nesterov(Momentum):
    """Momentum that looks ahead: ``v = mu v + g``, ``p = p - lr (g + mu v)``; as `Momentum`.

    References
    ----------
    Nesterov, 1983, in the form of Sutskever et al., "On the importance of initialization and
    momentum in deep learning", 2013, with the gradient taken at the current point, as in torch.
    """

    def step(self, p: ndarray, g: ndarray, lr: float, moments: dict[str, Any]) -> ndarray:
        """Return ``p - lr (g + mu v)``."""
        return p - lr * (g + self.momentum * self.velocity(g, moments))
