"""What a file says of the shape of each layer, as its dry run noted it, and whether it fits."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from epynn.commons.models import Layer
from epynn.files.decoding import Decoder
from epynn.files.vocabulary import is_known_layer

ROW = {'name', 'activation', 'dimensions', 'forward', 'backward', 'parameters', 'layers'}


def describe_row(row: Mapping[str, Any], layer: Layer) -> dict[str, Any]:
    """Return what the dry run noted of a layer and of the layers inside, for a file."""
    inner = zip(row['layers'], layer.children(), strict=True)
    return {
        'name': str(row['name']),
        'activation': {key: str(name) for key, name in row['activation'].items()},
        'dimensions': {key: int(n) for key, n in row['dimensions'].items() if is_count(n)},
        'forward': describe_shapes(row['forward']),
        'backward': describe_shapes(row['backward']),
        'parameters': layer.count_parameters(),
        'layers': [describe_row(row, layer) for row, layer in inner],
    }


def describe_shapes(shapes: Mapping[str, Any]) -> dict[str, list[int]]:
    """Return the shapes, each as a list, without what a layer of the user may have put there."""
    return {
        name: list(map(int, shape))
        for name, shape in shapes.items()
        if isinstance(shape, (tuple, list)) and all(map(is_count, shape))
    }


def is_count(value: Any) -> bool:
    """Return whether a value is a whole number."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def restore_rows(rows: list[Any], layers: list[Layer], decoder: Decoder) -> list[dict[str, Any]]:
    """Return what the dry run noted of layers: names, dimensions and shapes, if they fit."""
    decoder.require(len(rows) == len(layers), 'a row for each layer', rows)
    restored = []
    for record, layer in zip(rows, layers, strict=True):
        whole = isinstance(record, dict) and set(record) == ROW
        decoder.require(whole, f'rows of {", ".join(sorted(ROW))}', record)
        row = {
            'name': decoder.field(record, 'name', str),
            'activation': check_values(record['activation'], str, decoder),
            'dimensions': check_values(record['dimensions'], int, decoder),
            'forward': restore_shapes(record['forward'], decoder),
            'backward': restore_shapes(record['backward'], decoder),
            'parameters': decoder.field(record, 'parameters', int),
            'layers': decoder.field(record, 'layers', list),
        }
        if is_known_layer(layer):
            check_layer(layer, row, decoder)
        row['layers'] = restore_rows(row['layers'], layer.children(), decoder)
        counted = layer.count_parameters() == row['parameters']  # all that is known of your own
        decoder.require(counted, f'{row["parameters"]} parameters', sorted(layer.p))
        layer.name = row['name']
        restored.append(row)
    return restored


def check_values(record: Any, kind: type, decoder: Decoder) -> dict[str, Any]:
    """Return a dict if all its values are of one type."""
    fits = isinstance(record, dict) and all(type(value) is kind for value in record.values())
    decoder.require(fits, f'a dict of {kind.__name__}', record)
    for text in (*record, *record.values()) if kind is str else record:
        decoder.check_text(text)
    return record  # type: ignore[no-any-return]


def restore_shapes(record: Any, decoder: Decoder) -> dict[str, tuple[int, ...]]:
    """Return shapes by name."""
    for shape in check_values(record, list, decoder).values():
        fits = len(shape) <= 32 and all(type(n) is int and 0 <= n < 2**31 for n in shape)
        decoder.require(fits, 'a shape', shape)
    return {name: tuple(shape) for name, shape in record.items()}


def check_layer(layer: Layer, row: Mapping[str, Any], decoder: Decoder) -> None:
    """Refuse arrays or dimensions that do not fit a layer and the input it had when saved.

    The layer reads its dimensions off an array of that shape, one that takes no memory.
    """
    shape = row['forward'].get('X')
    given = shape is not None and 0 not in shape
    decoder.require(given, f'the input shape of {layer.name}', row['forward'])
    X = decoder.build(np.broadcast_to, np.zeros((), layer.dtype), shape)
    decoder.build(layer.check_axes, X)
    decoder.build(layer.compute_shapes, X)
    if layer.children():  # which have rows of their own; some were told sizes just now
        return
    for name, size in layer.d.items():
        same = row['dimensions'].get(name) == size
        decoder.require(same, f'{layer.name} with {name} = {size}', row['dimensions'])
    placed = {**layer.p, **layer.s}
    shapes = {name: array.shape for name, array in placed.items()}
    expected = layer.ps if layer.draws_parameters() else {}
    fits = shapes == expected and all(array.dtype.kind == 'f' for array in placed.values())
    words = f'floating-point parameters of {layer.name} of shape {expected}'
    decoder.require(fits, words, [shapes])
    if layer.s:  # which of them are statistics, the layer knows: let a twin draw some
        twin = layer.twin()
        twin.p, twin.s = {}, {}
        twin.initialize_parameters()
        apart = twin.p.keys() == layer.p.keys() and twin.s.keys() == layer.s.keys()
        decoder.require(apart, f'statistics of {layer.name}', sorted(layer.s))
