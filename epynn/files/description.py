"""A network in words and arrays, and back: what a model file holds of it.

A layer reads its dimensions off the input shape that the file says, and nothing is computed: what
is allocated are the arrays that were read. Whether the output of each layer is the input of the
next one shows in a rehearsal.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.data_source import DataSource
from epynn.commons.errors import ArgumentError, ModelFileError
from epynn.commons.io.scaling import FeatureScale
from epynn.commons.targets import KINDS
from epynn.embedding.models import Embedding
from epynn.files.decoding import Decoder
from epynn.files.encoding import Encoder
from epynn.files.format import TRAINING
from epynn.files.rehearsal import rehearse
from epynn.files.rows import describe_row, restore_rows
from epynn.files.settings import describe_settings, restore_settings
from epynn.kernels.arrays import ndarray
from epynn.network.hints import list_settings
from epynn.network.models import EpyNN
from epynn.network.ownership import collect_layers, take_layers


def describe_network(model: EpyNN, encoder: Encoder) -> dict[str, Any]:
    """Return all that is to be said of a network but its arrays, in words that JSON knows."""
    encode = encoder.encode
    return {
        **describe_settings(model, encode),
        'embedding': describe_embedding(model.embedding, encode),
        'layers': [encode(layer, f'layers[{i}]') for i, layer in enumerate(model.layers) if i],
        'network': [describe_row(model.network[i], layer) for i, layer in enumerate(model.layers)],
    }


def describe_embedding(embedding: DataSource, encode: Callable[[Any, str], Any]) -> dict[str, Any]:
    """Return how an Embedding encodes, labels and scales."""
    classes, scale = embedding.classes, embedding.scale
    return {
        'layer': encode(embedding, 'layers[0]')['layer'],
        'settings': encode(embedding.se_dataset, 'Embedding'),
        'tokens': encode(list(embedding.e2i), 'tokens'),
        'classes': encode(None if classes is None else list(classes), 'y'),
        'targets': embedding.targets,
        'features': encode(embedding.features, 'features'),
        'scale': None if scale is None else [scale.minimum, scale.span],
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
    """Return the network of a description and its arrays, initialized, if all of it fits."""
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


def restore_embedding(record: Any, decoder: Decoder) -> Embedding:
    """Return an Embedding without data that encodes and labels as the saved one did."""
    field, decode, require = decoder.field, decoder.decode, decoder.require
    settings = decode(field(record, 'settings', dict))
    require(isinstance(settings, dict), 'the settings of an Embedding', settings)
    settings = {'per_step': False, **settings}  # which files of earlier versions do not say
    make = decoder.look_up_layer(field(record, 'layer', str))
    require(make.holds_data, 'an Embedding', make)
    embedding: Embedding = decoder.build(make)
    # Settings are those of the constructor but for the data, which files do not hold.
    require(
        settings.keys() == embedding.se_dataset.keys(), 'the settings of an Embedding', settings
    )
    embedding = decoder.build(make, **settings)
    tokens = [decode(token) for token in field(record, 'tokens', list)]
    embedding.e2i = decoder.build(lambda: {token: i for i, token in enumerate(tokens)})
    require(len(embedding.e2i) == len(tokens), 'each token once', tokens)
    embedding.i2e = dict(enumerate(tokens))
    embedding.classes = decode(field(record, 'classes', list, type(None)))
    # Files of earlier versions do not say these two
    embedding.features, embedding.targets = decode(record.get('features')), record.get('targets')
    require(isinstance(embedding.features, list | None), 'names of features', embedding.features)
    known = embedding.targets in (None, *KINDS)
    require(known, f'targets {", ".join(KINDS)}', embedding.targets)
    return embedding


def restore_scale(
    record: Any, constant: ndarray | None, shape: tuple[int, ...], decoder: Decoder
) -> FeatureScale | None:
    """Return the scale that an Embedding of samples of that shape remembered, if it did."""
    numbers = decoder.field(record, 'scale', list, type(None))
    if numbers is None and constant is None:
        return None
    fits = (
        numbers is not None
        and list(map(type, numbers)) == [float, float]
        and numbers[1] >= 0
        and constant is not None
        and constant.dtype.kind == 'b'
        and constant.shape in (shape, shape[1:])
    )
    decoder.require(fits, f'a scale of two numbers and an array of bool {shape}', numbers)
    return FeatureScale(numbers[0], numbers[1], constant)  # type: ignore[arg-type]


def place_arrays(model: EpyNN, arrays: Mapping[str, ndarray], decoder: Decoder) -> ndarray | None:
    """Give the layers their parameters and statistics; return what features are constant."""
    found: dict[tuple[str, ...], dict[str, ndarray]] = defaultdict(dict)
    for key, array in arrays.items():
        number, _, rest = key.partition('.')
        kind, _, name = rest.partition('.')
        if key != 'scale.constant' and not key.startswith(TRAINING):
            found[number, kind][name] = array
    for i, layer in enumerate(model.layers):
        for kind in 'ps':
            placed = found.pop((str(i), kind), {})
            setattr(layer, kind, placed)
            taken = getattr(layer, kind).keys() == placed.keys()
            decoder.require(taken, f'arrays of {layer.name}', sorted(placed))
    decoder.require(not found, 'arrays of its layers', sorted(map('.'.join, found)))
    return arrays.get('scale.constant')
