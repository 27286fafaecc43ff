"""Forward pass of the Residual layer."""

from typing import TYPE_CHECKING

from epynn.commons.errors import ShapeError
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.residual.models import Residual


def residual_forward(layer: 'Residual', A: ndarray) -> ndarray:
    """Compute ``A = F(X) + G(X)``, with ``G(X) = X`` if there is no shortcut.

    Raises
    ------
    ShapeError
        If the two terms have different shapes.
    """
    # (1) Input
    X = layer.receive_input(A)

    # (2) Along the chain
    F = layer.fc['F'] = layer.pass_through(layer.chain, X, layer.mask)

    # (3) Along the shortcut
    G = layer.fc['G'] = layer.pass_through(layer.shortcut, X, layer.mask)

    # (4) Add
    if F.shape != G.shape:
        wanted, given = (f'(m, {", ".join(map(str, term.shape[1:]))})' for term in (G, F))
        raise ShapeError(
            layer.name, f'a chain whose output has the shape of the shortcut, {wanted}', given,
            'Choose units, strides and padding that keep the shape, or give layers that change it '
            'likewise: Residual(layers, shortcut=[...]).',
        )  # fmt: skip
    A = layer.fc['A'] = layer.in_floats(F) + layer.in_floats(G)

    return A
