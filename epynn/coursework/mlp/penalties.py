"""Penalties on parameters, with ``grad`` as the course calls the gradient."""

from typing import Protocol

from epynn.commons.penalties import L1, L2
from epynn.kernels.arrays import ndarray


class Penalty(Protocol):
    """What a layer asks of a penalty: one of this module, or of your own."""

    def __call__(self, parameter: ndarray) -> float:
        """Return the penalty of a parameter."""

    def grad(self, parameter: ndarray) -> ndarray:
        """Return its gradient with respect to the parameter."""


class L1Penalty(L1):
    """Sum of magnitudes, ``c sum(|p|)``, with a coefficient ``c`` of at least 0."""

    def grad(self, parameter: ndarray) -> ndarray:
        """Return ``c sign(p)``, of the shape of the parameter."""
        return self.gradient(parameter)


class L2Penalty(L2):
    """Half the sum of squares, ``c sum(p^2) / 2``, with a coefficient ``c`` of at least 0."""

    def grad(self, parameter: ndarray) -> ndarray:
        """Return ``c p``, of the shape of the parameter."""
        return self.gradient(parameter)
