"""Arrays in files of Keras: which belongs to which layer."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count, takewhile
from pathlib import Path
from typing import Any

import numpy as np

from epynn.bidirectional.models import Bidirectional
from epynn.commons.errors import ArgumentError, EpynnError, ModelFileError
from epynn.commons.models import Layer
from epynn.interchange.extras import h5py
from epynn.interchange.keras.layouts import Layout
from epynn.interchange.keras.places import Place
from epynn.timedistributed.models import TimeDistributed

MOST, DEEPEST = 100_000, 64
"""Groups and arrays of a file, and how deep they lie, at most."""
READERS = 'forward_layer', 'backward_layer'
"""Where a Bidirectional has its layers."""
VARS = r'/(?:(\w+)/)?vars/(\d{1,9})$'
"""Where the arrays of a layer are, and of those in it."""
REMEDY = 'Pass what get_weights() of the model of Keras returns.'


@contextmanager
def open_weights(path: Path, name: str) -> Iterator['KerasFile']:
    """Open a file, as long as a block takes; there, what HDF5 cannot read is a ModelFileError.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        What errors begin with.
    """
    where = f'{name}, {path}'
    try:
        if path.exists() and not path.is_file():
            raise OSError(0, 'no regular file')
        path.open('rb').close()
    except OSError as error:
        raise ArgumentError(
            f'{name}(weights)', 'a file that can be read, or a list of arrays',
            f'{path} ({error.strerror})', 'Check the name, and the folder of the script.',
        ) from None  # fmt: skip
    try:
        with h5py().File(path, 'r') as file:
            yield KerasFile(file, where)
    except EpynnError:
        raise
    except (OSError, KeyError, ValueError, RuntimeError, TypeError) as error:
        raise no_weights(where, 'whole', str(error)) from error


def no_weights(where: str, expected: str, got: str) -> ModelFileError:
    """Return the error for a file that is not as Keras writes it."""
    return ModelFileError(
        where, f'a file of weights of Keras, {expected}', got,
        'Save it anew there, by save_weights("x.weights.h5"), or pass get_weights().',
    )  # fmt: skip


class KerasFile:
    """The weights in an open file.

    Keras writes groups and arrays, and no links from one place to another, or to another file: a
    file that has some is refused, before one of them is followed.

    Parameters
    ----------
    file : h5py.File
        The file.
    where : str
        What errors begin with.
    """

    def __init__(self, file: Any, where: str) -> None:
        self.file, self.where = file, where
        self.found: list[bytes] = []
        refused = file.id.links.visit(self.note, info=True)
        self.require(refused is None, str(refused))
        names = [path.decode() for path in self.found]
        self.stored = [name for name in names if file.get(name, getclass=True) is h5py().Dataset]

    def note(self, path: bytes, link: Any) -> str | None:
        """Note a group or an array; return what is expected otherwise, which ends the walk.

        HDF5 walks, and comes by each group once, also by one that is inside itself. It takes no
        exceptions from here.
        """
        self.found.append(path)
        if link.type != h5py().h5l.TYPE_HARD:
            return 'no links to elsewhere'
        if path.count(b'/') >= DEEPEST:
            return f'groups at most {DEEPEST} deep'
        return None if len(self.found) <= MOST else f'at most {MOST} groups and arrays'

    def require(self, holds: bool, expected: str) -> None:
        """Refuse the file unless it is as expected."""
        if not holds:
            raise no_weights(
                self.where, f'with {expected}', 'one that is damaged or of another kind'
            )

    def array(self, name: str) -> Any:
        """Return an array of numbers in the file; they are read when NumPy asks for them."""
        array = self.file[name]
        self.require(not (array.external or array.is_virtual), f'all numbers of {name} in it')
        self.require(array.dtype.kind in 'fiu', f'real numbers in {name}')
        self.require(not array.size or array.id.get_storage_size() > 0, f'numbers in {name}')
        return array

    def in_order(self) -> list[Any] | None:
        """Return the arrays of a file that says their order, as those of Keras 2 do."""
        for top in ('', 'model_weights'):
            layers = self._list(top, 'layer_names')
            if layers:
                paths = [f'{top}/{layer}' if top else layer for layer in layers]
                names = [
                    f'{path}/{name}' for path in paths for name in self._list(path, 'weight_names')
                ]
                missing = sorted({*names}.difference(self.stored))
                if missing:
                    raise ModelFileError(
                        self.where, 'all arrays that it names', f'none at {missing[0]}', REMEDY
                    )
                return [self.array(name) for name in names]
        return None

    def _list(self, path: str, attribute: str) -> list[str]:
        """Return the names in an attribute of a group; a long one is in several, by number."""
        if path and path not in self.file:
            return []
        attrs = self.file[path or '/'].attrs
        numbered = takewhile(attrs.__contains__, (f'{attribute}{k}' for k in count()))
        pieces = [attribute] if attribute in attrs else numbered
        names = [name for piece in pieces for name in np.ravel(attrs[piece])]
        return [name.decode() if isinstance(name, bytes) else str(name) for name in names]

    def by_layer(self, layers: Iterable[Layer], places: Iterable[Place]) -> list[list[Any]]:
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
            found.append([self.array(name) for *_, name in sorted(mine)])
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
