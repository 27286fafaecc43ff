"""Layers made of layers."""

from collections.abc import Iterator, Mapping, Sequence

from epynn.commons.arguments import describe
from epynn.commons.errors import ArgumentTypeError, LayerError
from epynn.commons.models import Layer
from epynn.kernels.arrays import Array


class Composite(Layer):
    """Base class of layers that hold other layers, such as a skip connection.

    Its parameters are those of the layers inside, under names that say where they are: ``p['0.W']``
    is ``W`` of the first layer inside, the same array. Settings, random streams and updates are
    passed on to the layers inside.

    Parameters
    ----------
    layers : sequence of Layer
        The layers inside, each used nowhere else.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers: list[Layer] = []
        super().__init__()
        name = f'{self.name}.layers'
        if isinstance(layers, (str, Layer)) or not isinstance(layers, Sequence) or not layers:
            raise ArgumentTypeError(name, 'a list of at least one layer', describe(layers))
        for layer in layers:
            if not isinstance(layer, Layer) or hasattr(layer, 'training_batches'):
                raise LayerError(name, 'layers other than an Embedding', describe(layer))
        if len({id(layer) for layer in layers}) < len(layers):
            raise LayerError(name, 'each layer once', 'the same object twice')
        self.layers = list(layers)
        self.trainable = any(layer.trainable for layer in layers)

    def children(self) -> list[Layer]:
        """Return the layers inside."""
        return self.layers

    @property
    def p(self) -> dict[str, Array]:
        """Parameters of all layers inside, by names such as ``'0.W'``."""
        return {f'{i}.{name}': p for i, name, p in self._gather('p')}

    @p.setter
    def p(self, parameters: Mapping[str, Array]) -> None:
        self._spread('p', '', parameters)

    @property
    def g(self) -> dict[str, Array]:
        """Gradients of all layers inside, by names such as ``'d0.W'``."""
        return {f'd{i}.{name[1:]}': g for i, name, g in self._gather('g')}

    @g.setter
    def g(self, gradients: Mapping[str, Array]) -> None:
        self._spread('g', 'd', gradients)

    @property
    def s(self) -> dict[str, Array]:
        """State of all layers inside, by names such as ``'0.mean'``."""
        return {f'{i}.{name}': s for i, name, s in self._gather('s')}

    @s.setter
    def s(self, state: Mapping[str, Array]) -> None:
        self._spread('s', '', state)

    def update_parameters(self) -> None:
        """Take one step of the optimizer in each layer inside, if this layer is trainable."""
        if self.trainable:
            for layer in self.layers:
                layer.update_parameters()

    def add_penalty_gradient(self, scale: float) -> None:
        """Add the gradients of the penalties of the layers inside."""
        for layer in self.layers:
            layer.add_penalty_gradient(scale)

    def compute_penalty(self) -> float:
        """Return the penalties of the layers inside."""
        return sum(layer.compute_penalty() for layer in self.layers)

    def _gather(self, kind: str) -> Iterator[tuple[int, str, Array]]:
        """Yield number of the layer, name and array of all arrays in ``p``, ``g`` or ``s``."""
        for i, layer in enumerate(self.layers):
            for name, array in getattr(layer, kind).items():
                yield i, name, array

    def _spread(self, kind: str, prefix: str, arrays: Mapping[str, Array]) -> None:
        """Give each layer inside its arrays; those without any get an empty dictionary."""
        for i, layer in enumerate(self.layers):
            start = f'{prefix}{i}.'
            setattr(
                layer,
                kind,
                {
                    prefix + name.removeprefix(start): array
                    for name, array in arrays.items()
                    if name.startswith(start)
                },
            )
