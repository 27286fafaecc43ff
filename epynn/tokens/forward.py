"""Forward pass of the Tokens layer."""

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray
from epynn.kernels.steps import zero_masked
from epynn.tokens.parameters import tokens_check


def tokens_forward(layer: Layer, A: ndarray) -> ndarray:
    """Look up ``A = W[X]``: ``(m, s) -> (m, s, u)``.

    Raises
    ------
    DataError
        If a number is no token: not whole, or outside of the vocabulary.
    """
    # (1) Input, as numbers of rows
    X = layer.receive_input(A)
    T = layer.fc['T'] = tokens_check(layer, X)

    # (2) Look up: (m, s) -> (m, s, u), 0 at masked steps
    A = layer.fc['A'] = zero_masked(layer.p['W'][T], layer.mask)

    return A
