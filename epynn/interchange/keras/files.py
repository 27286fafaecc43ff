"""Arrays in files of Keras: which belongs to which layer."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from epynn.bidirectional.models import Bidirectional
from epynn.commons.errors import ArgumentError, ModelFileError
from epynn.commons.memory import enough_memory
from epynn.commons.models import Layer
from epynn.interchange.keras.hdf5 import Hdf5, Stored
from epynn.interchange.keras.layouts import Layout
from epynn.interchange.keras.places import Place
from epynn.timedistributed.models import TimeDistributed

READERS = 'forward_layer', 'backward_layer'
"""Where a Bidirectional has its layers."""
VARS = r'/(?:(\w+)/)?vars/(\d{1,9})$'
"""Where the arrays of a layer are, and of those in it."""
REMEDY = 'Pass what get_weights() of the model of Keras returns.'


class KerasFile:
    """The weights in a file.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        What errors begin with.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.where = f'{name}, {path}'
        try:
            if path.exists() and not path.is_file():
                raise OSError(0, 'no regular file')
            size = 2 * path.stat().st_size
            with enough_memory(name, f'{size} bytes of memory', 'Free what is no longer needed.'):
                file = Hdf5(path.read_bytes(), self.where)
        except OSError as error:
            raise ArgumentError(
                f'{name}(weights)', 'a file that can be read, or a list of arrays',
                f'{path} ({error.strerror})', 'Check the name, and the folder of the script.',
            ) from None  # fmt: skip
        self.stored, self.names = file.arrays, file.names

    def in_order(self) -> list[Stored] | None:
        """Return the arrays of a file that says their order, as those of Keras 2 do."""
        for top in ('', 'model_weights'):
            layers = list(self._list(top, 'layer_names'))
            if layers:
                paths = [f'{top}/{layer}' if top else layer for layer in layers]
                names = [
                    f'{path}/{name}' for path in paths for name in self._list(path, 'weight_names')
                ]
                missing = [name for name in names if name not in self.stored]
                if missing:
                    raise ModelFileError(
                        self.where, 'all arrays that it names', f'none at {missing[0]}', REMEDY
                    )
                return [self.stored[name] for name in names]
        return None

    def _list(self, path: str, attribute: str) -> Iterator[str]:
        """Yield the names in an attribute of a group; a long one is in several, by number."""
        pieces = [attribute, *(f'{attribute}{k}' for k in range(len(self.names)))]
        for piece in pieces:
            yield from self.names.get((path, piece), [])

    def by_layer(self, layers: Iterable[Layer], places: Iterable[Place]) -> list[list[Stored]]:
        """Return the arrays of each layer with parameters in a file of Keras 3.

        It has them by class and number, ``layers/dense_1/vars/0``: layers of one class are in
        order, and those of two are not.
        """
        left = {
            name: name.replace('/_', '/')  # grouped_query_attention/_query_dense
            for name in self.stored
            if name.startswith('layers/') and 'seed_generator' not in name
        }
        layouts = {id(place.layer): place.layout for place in places}
        found = []
        for layer, where in claim(layers, Stock(left.values(), self.where), layouts):
            mine = [
                (layouts[id(layer)].inside.index(inside), int(number), name)
                for name, tidy in left.items()
                for inside, number in re.findall(
                    rf'^{re.escape(where)}/(?:(\w+)/)?vars/(\d+)$', tidy
                )
                if inside in layouts[id(layer)].inside
            ]
            found.append([self.stored[name] for *_, name in sorted(mine)])
            for *_, name in mine:
                del left[name]
        if left:
            raise ModelFileError(
                self.where, 'the layers of the network alone', f'more: {", ".join(left)}', REMEDY
            )
        return found


class Stock:
    """Layers of Keras that have arrays, by class and in order.

    Parameters
    ----------
    names : iterable of str
        Names of the arrays.
    where : str
        What errors begin with.
    """

    def __init__(self, names: Iterable[str], where: str) -> None:
        self.where, self.layers = where, defaultdict[str, list[str]](list)
        found = set()
        for top in {name.split('/')[1] for name in names}:
            number = re.search(r'_(\d{1,9})$', top)
            found.add((int(number[1]), top[: number.start()], top) if number else (0, top, top))
        for _, name, top in sorted(found):
            self.layers[name].append(f'layers/{top}')

    def take(self, names: Sequence[str]) -> str:
        """Return where the next layer of one of these classes is."""
        for name in names:
            if self.layers[name]:
                return self.layers[name].pop(0)
        there = [name for name, layers in self.layers.items() if layers]
        raise ModelFileError(
            self.where, f'one more layer {" or ".join(names)} in layers/',
            f'{", ".join(there) or "none"}', REMEDY,
        )  # fmt: skip


def claim(
    layers: Iterable[Layer], stock: Stock, layouts: Mapping[int, Layout]
) -> Iterator[tuple[Layer, str]]:
    """Yield each layer with parameters, and where in the file it is."""
    for layer in layers:
        inside = layer.children()
        if isinstance(layer, Bidirectional):
            where = stock.take(['bidirectional'])
            yield from ((each, f'{where}/{n}') for each, n in zip(inside, READERS, strict=True))
        elif isinstance(layer, TimeDistributed) and stock.layers['time_distributed']:
            learning = [each for each in inside if id(each) in layouts]
            for each in learning:
                yield each, f'{stock.take(["time_distributed"])}/layer'
        elif inside:
            yield from claim(inside, stock, layouts)
        elif id(layer) in layouts:
            yield layer, stock.take(layouts[id(layer)].names)
