"""Penalties on weights: added to the loss, and their gradients to those of the weights.

``Dense(64, penalty=L2(1e-4))`` adds ``penalty(W)`` for each weight of the layer to the loss that is
reported, and ``penalty.gradient(W)`` to its gradient. Biases are not penalized.
"""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from epynn.commons.arguments import as_float, describe, refuse_class
from epynn.commons.errors import ArgumentTypeError
from epynn.commons.names import Named
from epynn.kernels.arrays import ndarray


class Penalty(Named, ABC):
    """Base of all penalties.

    Parameters
    ----------
    coefficient : float
        ``c``, at least 0.
    """

    def __init__(self, coefficient: float) -> None:
        self.coefficient = as_float(coefficient, f'{type(self).__name__}.coefficient', low=0)

    @abstractmethod
    def __call__(self, W: ndarray) -> float:
        """Return the penalty of a weight."""

    @abstractmethod
    def gradient(self, W: ndarray) -> ndarray:
        """Return the gradient of the penalty with respect to the weight."""

    def __repr__(self) -> str:
        return f'{type(self).__name__}({self.coefficient:g})'


class L1(Penalty):
    """Sum of magnitudes, ``c sum(|W|)``: pulls weights to exactly 0.

    The gradient is ``c sign(W)``, 0 at 0.

    Parameters
    ----------
    coefficient : float
        ``c``, at least 0.
    """

    def __call__(self, W: ndarray) -> float:
        """Return ``c sum(|W|)``."""
        return self.coefficient * float(np.sum(np.abs(W)))

    def gradient(self, W: ndarray) -> ndarray:
        """Return ``c sign(W)``."""
        gradient: ndarray = self.coefficient * np.sign(W)
        return gradient


class L2(Penalty):
    """Half the sum of squares, ``c sum(W^2) / 2``: pulls weights towards 0 in proportion.

    The half makes the gradient ``c W``, the same as a weight decay of ``c``.

    Parameters
    ----------
    coefficient : float
        ``c``, at least 0.
    """

    def __call__(self, W: ndarray) -> float:
        """Return ``c sum(W^2) / 2``."""
        return self.coefficient * float(np.sum(W * W)) / 2

    def gradient(self, W: ndarray) -> ndarray:
        """Return ``c W``."""
        return self.coefficient * W


def check_penalty(penalty: Any, name: str) -> Penalty | None:
    """Return `penalty` if it is one or None."""
    refuse_class(penalty, name, 'a penalty such as L2(1e-4), or None')
    if penalty is not None and not isinstance(penalty, Penalty):
        raise ArgumentTypeError(
            name, 'a penalty such as L2(1e-4), or None', describe(penalty),
            'Import L1 or L2 from epynn.',
        )  # fmt: skip
    return penalty
