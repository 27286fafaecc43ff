"""Forward pass of the Dropout layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import beside, ndarray

if TYPE_CHECKING:
    from epynn.dropout.models import Dropout


def dropout_forward(layer: 'Dropout', A: ndarray) -> ndarray:
    """Compute ``A = X * D / (1 - p)`` in training, ``A = X`` outside, all ``(m, ...)``."""
    # (1) Input
    X = layer.receive_input(A)

    # Outside training every point is kept, and no random number is drawn
    layer.o['dropped'] = layer.training
    if not layer.training:
        A = layer.fc['A'] = X
        return A

    # (2) Mask: True where a point is kept; one draw for all points along a shared axis
    draw, shape = layer.np_rng.random, layer.fs['D']
    drawn = draw(shape) if 0 in layer.axis else layer.ranks.draw(draw, shape)
    D = layer.fc['D'] = beside(drawn > layer.drop_prob, X)

    # (3) Keep, and scale up to the same expected value
    A = layer.fc['A'] = X * D * layer.scale

    return A
