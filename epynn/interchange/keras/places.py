"""Layers with parameters, where they are in a network, and their arrays in Keras."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from epynn.commons.arguments import describe
from epynn.commons.errors import LayerError
from epynn.commons.models import Layer
from epynn.interchange.keras.layouts import Array, Layout, layout_of


class Place(NamedTuple):
    """A layer with parameters."""

    layer: Layer
    where: str
    """By its number and name, and those of the layers around it: ``1.Residual.0.Dense``."""
    layout: Layout
    arrays: list[Array]
    """Those that it has in Keras."""


def find_places(
    layers: Iterable[Layer], name: str, off: Collection[str] = (), start: int = 1
) -> Iterator[Place]:
    """Yield the layers with parameters, in the order of ``get_weights()``.

    Parameters
    ----------
    layers : iterable of Layer
        The layers of a network, or those inside one.
    name : str
        What errors begin with.
    off : collection of str, optional
        Names of arrays that no layer of Keras has.
    start : int, optional
        Number of the first layer.
    """
    for number, layer in enumerate(layers, start):
        where = f'{name}{"." if start == 0 else ", "}{number}.{layer.name}'
        if layer.children():
            yield from find_places(layer.children(), where, off, 0)
        elif layer.p or layer.s:
            layout = layout_of(layer)
            if layout is None:
                raise LayerError(
                    where, 'a layer that Keras has too', describe(layer),
                    'Hand its arrays over by yourself, by p and s of the layer.',
                )  # fmt: skip
            arrays = [array for array in layout.arrays_of(layer) if array.name not in off]
            yield Place(layer, where, layout, arrays)
