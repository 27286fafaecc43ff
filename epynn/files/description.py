"""A network in words and arrays, and back: what a model file holds of it.

A layer reads its dimensions off the input shape that the file says, and nothing is computed: what
is allocated are the arrays that were read. Whether the output of each layer is the input of the
next one shows in a rehearsal.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.errors import ArgumentError, ModelFileError
from epynn.files.decoding import Decoder
from epynn.files.encoders import describe_embedding, restore_embedding, restore_scale
from epynn.files.encoding import Encoder
from epynn.files.rehearsal import rehearse
from epynn.files.rows import describe_row, restore_rows
from epynn.files.settings import describe_settings, restore_settings
from epynn.kernels.arrays import ndarray
from epynn.network.hints import list_settings
from epynn.network.models import EpyNN
from epynn.network.ownership import collect_layers, take_layers


def describe_network(model: EpyNN, encoder: Encoder) -> dict[str, Any]:
    """Return all that is to be said of a network but its arrays, in words that JSON knows.

    Functions and classes of the user that occur are then in ``encoder.own``.

    Raises
    ------
    ArgumentError
        If a value of a layer's arguments, or the like, cannot be saved.
    """
    encode = encoder.encode
    return {
        **describe_settings(model, encode),
        'embedding': describe_embedding(model.embedding, encode),
        'layers': [encode(layer, f'layers[{i}]') for i, layer in enumerate(model.layers) if i],
        'network': [describe_row(model.network[i], layer) for i, layer in enumerate(model.layers)],
    }


def collect_arrays(model: EpyNN) -> dict[str, Any]:
    """Return all arrays of a file by name: ``1.p.W`` is ``p['W']`` of layer 1."""
    arrays: dict[str, Any] = {}
    for number, layer in enumerate(model.layers):
        for kind, found in (('p', layer.p), ('s', layer.s)):
            for name, array in found.items():
                check_array(array, name, f'EpyNN.write, {layer.name}, {kind}[{name!r}]')
                arrays[f'{number}.{kind}.{name}'] = array
    scale = model.embedding.scale
    if scale is not None:
        arrays['scale.constant'] = scale.constant
    return arrays


def check_array(array: Any, name: Any, where: str) -> None:
    """Refuse what was put among the parameters by hand and is no array, or has no name."""
    plain = isinstance(array, (np.ndarray, np.generic)) and not np.ma.isMaskedArray(array)
    if not (plain and isinstance(name, str) and name.isprintable()):
        raise ArgumentError(
            where, 'an array with a name', describe(array), 'Set it to an array of NumPy.'
        )


def restore_network(
    description: Mapping[str, Any], arrays: Mapping[str, ndarray], decoder: Decoder
) -> EpyNN:
    """Return the network of a description and its arrays, initialized.

    Raises
    ------
    ModelFileError
        If it is no description, or does not fit the arrays.
    """
    field, decode = decoder.field, decoder.decode
    try:
        record = field(description, 'embedding', dict)
        embedding = restore_embedding(record, decoder)
        layers = [decode(layer) for layer in field(description, 'layers', list)]
        name = field(description, 'name', str)
        model: EpyNN = decoder.build(EpyNN, [embedding, *layers], name)
        restore_settings(model, description, decoder)
        constant = place_arrays(model, arrays, decoder)
        rows = restore_rows(field(description, 'network', list), model.layers, decoder)
        model.network = dict(enumerate(rows))
        shape = rows[0]['forward']['X'][1:]
        embedding.scale = restore_scale(record, constant, shape, decoder)
        rehearse(model, decoder)
    except RecursionError:
        raise ModelFileError(
            decoder.where, 'a description', 'one nested too deeply', 'Find a copy.'
        ) from None
    model.prepared = collect_layers(model)
    take_layers(model)
    model.owner.settings = list_settings(model)
    model.initialized = True
    return model


def place_arrays(model: EpyNN, arrays: Mapping[str, ndarray], decoder: Decoder) -> ndarray | None:
    """Give the layers their parameters and statistics; return what features are constant."""
    found: dict[tuple[str, ...], dict[str, ndarray]] = defaultdict(dict)
    for key, array in arrays.items():
        number, _, rest = key.partition('.')
        kind, _, name = rest.partition('.')
        found[number, kind][name] = array
    constant = found.pop(('scale', 'constant'), {}).get('')
    for i, layer in enumerate(model.layers):
        for kind in 'ps':
            placed = found.pop((str(i), kind), {})
            setattr(layer, kind, placed)
            taken = getattr(layer, kind).keys() == placed.keys()
            decoder.require(taken, f'arrays of {layer.name}', sorted(placed))
    decoder.require(not found, 'arrays of its layers', sorted(map('.'.join, found)))
    return constant
