"""Forward pass of the Transformer layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.transformer.models import Transformer


def transformer_forward(layer: 'Transformer', A: ndarray) -> ndarray:
    """Let steps look at each other, then work on each by itself: ``(m, s, e) -> (m, s, e)``."""
    # (1) Input
    X = layer.receive_input(A)

    # (2) Attention: what other steps tell is added to each, Xa = X + Attention(X)
    Xa = layer.fc['Xa'] = layer.pass_through(layer.attention, X, layer.mask)

    # (3) Feed-forward: what comes of it is added, A = Xa + Dense(Dense(Xa))
    A = layer.fc['A'] = layer.pass_through(layer.feed_forward, Xa, layer.mask)

    return A
