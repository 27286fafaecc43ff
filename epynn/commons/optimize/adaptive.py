"""Optimizers that divide by the size of past gradients; see :mod:`epynn.commons.optimize`."""

from typing import Any

import numpy as np

from epynn.commons.arguments import as_float
from epynn.commons.optimize.optimizer import Optimizer
from epynn.kernels.arrays import ndarray


class RMSprop(Optimizer):
    """Divide by a running root mean square of the gradients.

    ``s = rho s + (1 - rho) g^2``, ``p = p - lr g / (sqrt(s) + eps)``.

    Parameters
    ----------
    rho : float, optional
        Share of the running mean that is kept.
    epsilon : float, optional
        Added to the root, outside of it.
    **options
        As for :class:`Optimizer`.

    References
    ----------
    Tieleman and Hinton, lecture 6.5 of "Neural networks for machine learning", 2012; not centred
    and without momentum, defaults of torch (rho 0.99, there named alpha).
    """

    def __init__(self, *, rho: float = 0.99, epsilon: float = 1e-8, **options: Any) -> None:
        super().__init__(**options)
        self.rho = as_float(rho, 'RMSprop.rho', low=0, high=1)
        self.epsilon = as_float(epsilon, 'RMSprop.epsilon', low=0)

    def step(self, p: ndarray, g: ndarray, lr: float, moments: dict[str, Any]) -> ndarray:
        """Return ``p - lr g / (sqrt(s) + eps)``."""
        s: ndarray = self.rho * moments.get('s', 0.0) + (1 - self.rho) * np.square(g)
        moments['s'] = s
        return p - lr * g / (np.sqrt(s) + self.epsilon)


class Adagrad(Optimizer):
    """Divide by the root of the sum of all squares so far.

    ``s = s + g^2``, ``p = p - lr g / (sqrt(s) + eps)``.

    Parameters
    ----------
    epsilon : float, optional
        Added to the root, outside of it.
    **options
        As for :class:`Optimizer`.

    References
    ----------
    Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic
    optimization", JMLR 12, 2011; the diagonal variant, sums starting at 0, as in torch.
    """

    def __init__(self, *, epsilon: float = 1e-10, **options: Any) -> None:
        super().__init__(**options)
        self.epsilon = as_float(epsilon, 'Adagrad.epsilon', low=0)

    def step(self, p: ndarray, g: ndarray, lr: float, moments: dict[str, Any]) -> ndarray:
        """Return ``p - lr g / (sqrt(s) + eps)``."""
        s: ndarray = moments.get('s', 0.0) + np.square(g)
        moments['s'] = s
        return p - lr * g / (np.sqrt(s) + self.epsilon)
