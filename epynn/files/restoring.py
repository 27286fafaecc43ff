"""A network from its description and its arrays, after a look at whether they fit each other.

A layer reads its dimensions off an array of the input shape that the file says, one that takes no
memory, and nothing is computed: what is allocated are the arrays that were read. Whether the output
of each layer is the input of the next one shows in a rehearsal.
"""

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

import numpy as np

from epynn.commons.errors import ModelFileError
from epynn.commons.io.scaling import FeatureScale
from epynn.commons.models import Layer, walk_layers
from epynn.commons.optimize import Optimizer
from epynn.commons.targets import KINDS
from epynn.files.decoding import Decoder
from epynn.files.description import PLAIN, activation_settings
from epynn.files.rehearsal import rehearse
from epynn.files.vocabulary import is_known_layer
from epynn.kernels.arrays import ndarray
from epynn.network.hints import list_settings
from epynn.network.hyperparameters import give_settings
from epynn.network.metrics import collect_metrics
from epynn.network.models import EpyNN
from epynn.network.ownership import collect_layers, take_layers

ROW = {'name', 'activation', 'dimensions', 'forward', 'backward', 'parameters', 'layers'}


def restore_network(
    description: Mapping[str, Any], arrays: dict[str, ndarray], decoder: Decoder
) -> EpyNN:
    """Return the network, initialized.

    Parameters
    ----------
    description : mapping
        What :func:`epynn.files.description.describe_architecture` returned.
    arrays : dict
        Arrays by the names that :func:`epynn.files.writing.collect_arrays` gave. They are taken
        out of it.
    decoder : Decoder
        What turns words into values.

    Raises
    ------
    ModelFileError
        If it is no description, or does not fit the arrays.
    """
    try:
        model = restore_model(description, decoder)
        constant = arrays.pop('scale.constant', None)
        place_arrays(model, arrays, decoder)
        rows = decoder.field(description, 'network', list)
        model.network = dict(enumerate(restore_rows(rows, model.layers, decoder)))
        restore_scale(model, description['embedding'], constant, decoder)
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


def restore_model(description: Mapping[str, Any], decoder: Decoder) -> EpyNN:
    """Return a network of new layers, with settings and history."""
    field, decode = decoder.field, decoder.decode
    embedding = restore_embedding(field(description, 'embedding', dict), decoder)
    layers = [decode(record) for record in field(description, 'layers', list)]
    model: EpyNN = decoder.build(EpyNN, [embedding, *layers], field(description, 'name', str))
    types = {
        'name': (str,), 'uname': (str,), 'reduction': (str,), 'seed': (int, type(None)),
        'deterministic': (bool,),
    }  # fmt: skip
    for name in PLAIN:
        setattr(model, name, field(description, name, *types.get(name, (int,))))
    counts = [model.e, model.epochs, model.positive_label, model.seed or 0]
    if min(counts) < 0 or model.e >= max(model.epochs, 1):
        raise decoder.refuse('counts of at least 0, e below epochs', counts)
    dtype, reduction = field(description, 'dtype', str), model.reduction
    if dtype not in ('float64', 'float32') or reduction not in ('sum', 'mean'):
        raise decoder.refuse('float32 or float64, sum or mean', [dtype, reduction])
    model.dtype = np.dtype(dtype)
    model.training_loss = decoder.check_use(decode(field(description, 'loss', dict)), 'loss')
    metrics = [decode(metric) for metric in field(description, 'metrics', list)]
    metrics = [decoder.check_use(metric, 'metric') for metric in metrics]
    model.metrics_functions = decoder.build(collect_metrics, model, metrics)
    model.optimizer = decode(field(description, 'optimizer', dict))
    model.class_weights = decode(field(description, 'class_weights', dict))
    if not isinstance(model.optimizer, Optimizer) or not isinstance(model.class_weights, dict):
        raise decoder.refuse('an optimizer and class weights', description['optimizer'])
    model.se_hPars = decoder.check_hyperparameters(decode(field(description, 'se_hPars', dict)))
    model.metrics = restore_history(field(description, 'history', list), model, decoder)
    for layer in walk_layers(model.layers):
        if layer.se_hPars is not None:
            decoder.check_hyperparameters({**model.se_hPars, **layer.se_hPars})
    decoder.build(give_settings, model)
    restore_rates(field(description, 'rates', dict), model, decoder)
    restore_activations(field(description, 'activations', list), model, decoder)
    return model


def restore_embedding(record: Any, decoder: Decoder) -> Any:
    """Return an Embedding without data that encodes and labels as the saved one did."""
    field, decode = decoder.field, decoder.decode
    settings = decode(field(record, 'settings', dict))
    make = decoder.look_up(decoder.layers, field(record, 'layer', str))
    if not make.holds_data:
        raise decoder.refuse('an Embedding', make)
    embedding: Any = decoder.build(make)
    # Settings are those of the constructor but for the data, which files do not hold.
    if not isinstance(settings, dict) or set(settings) != set(embedding.se_dataset):
        raise decoder.refuse('the settings of an Embedding', settings)
    embedding = decoder.build(make, **settings)
    tokens = [decode(token) for token in field(record, 'tokens', list)]
    embedding.e2i = decoder.build(lambda: {token: i for i, token in enumerate(tokens)})
    if len(embedding.e2i) < len(tokens):
        raise decoder.refuse('each token once', tokens)
    embedding.i2e = dict(enumerate(tokens))
    embedding.classes = decode(field(record, 'classes', list, type(None)))
    embedding.targets = record.get('targets')  # files of earlier versions do not say
    features = decode(record.get('features'))
    if not isinstance(features, list | None):
        raise decoder.refuse('names of features', features)
    embedding.features = features
    if embedding.targets not in (None, *KINDS):
        raise decoder.refuse(f'targets {", ".join(KINDS)}', embedding.targets)
    return embedding


def restore_scale(model: EpyNN, record: Any, constant: ndarray | None, decoder: Decoder) -> None:
    """Give the Embedding the scale that it remembered, if it did."""
    numbers = decoder.field(record, 'scale', list, type(None))
    if numbers is None and constant is None:
        return
    shape = model.network[0]['forward']['X'][1:]
    if (
        numbers is None
        or constant is None
        or list(map(type, numbers)) != [float, float]
        or numbers[1] < 0
        or constant.dtype.kind != 'b'
        or constant.shape != shape
    ):
        raise decoder.refuse(f'a scale of two numbers and an array of bool {shape}', numbers)
    model.embedding.scale = FeatureScale(numbers[0], numbers[1], constant)


def restore_history(pairs: Any, model: EpyNN, decoder: Decoder) -> dict[str, list[list[float]]]:
    """Return the metrics so far, ``{name: [train, val, test]}``."""
    history = decoder.decode_dict({'dict': pairs})
    lengths = set()
    for name, lists in history.items():
        if not isinstance(lists, list) or not all(
            isinstance(values, list) and all(type(value) is float for value in values)
            for values in lists
        ):
            raise decoder.refuse(f'lists of numbers for {name!r}', lists)
        lengths.add(tuple(map(len, lists)))
    # One length for all, but for sets that are empty, of no more than the epochs so far
    epochs = {n for n in next(iter(lengths), ()) if n}
    if (
        list(history) != list(model.metrics_functions)
        or len(lengths) != 1
        or len(next(iter(lengths))) != 3
        or len(epochs) > 1
        or max(epochs, default=0) > max(model.epochs, 1)
    ):
        raise decoder.refuse('a history of its metrics', history)
    return history


def restore_activations(records: list[Any], model: EpyNN, decoder: Decoder) -> None:
    """Give activation functions the hyper-parameters that were in force."""
    layers = list(walk_layers(model.layers))
    expected = [activation_settings(layer) for layer in layers]
    for record, settings in zip_longest(records, expected):
        if not (
            isinstance(record, dict)
            and settings is not None
            and list(record) == list(settings)
            and all(
                isinstance(record[name], dict) and set(record[name]) == set(settings[name])
                for name in settings
            )
        ):
            raise decoder.refuse(f'hyper-parameters of activations {settings}', record)
    for layer, record in zip(layers, records, strict=True):
        for argument, settings in record.items():
            decoder.build(getattr(layer, argument).set_hyperparameters, settings)


def restore_rates(record: Any, model: EpyNN, decoder: Decoder) -> None:
    """Give each layer its learning rates so far."""
    lists = decoder.field(record, 'lists', list)
    numbers = decoder.field(record, 'layers', list)
    layers = list(walk_layers(model.layers))
    if len(numbers) != len(layers) or not all(
        type(n) is int and 0 <= n < len(lists) for n in numbers
    ):
        raise decoder.refuse('learning rates for each layer', record)
    for rates in lists:
        if (
            not isinstance(rates, list)
            or len(rates) != max(model.epochs, 1)
            or not all(type(rate) is float and rate >= 0 for rate in rates)
        ):
            raise decoder.refuse('a learning rate for each epoch', rates)
    for layer, i in zip(layers, numbers, strict=True):
        layer.lrate = lists[i]  # shared: the next initialize makes new ones


def place_arrays(model: EpyNN, arrays: dict[str, ndarray], decoder: Decoder) -> None:
    """Give the layers their parameters and statistics."""
    found: dict[tuple[str, str], dict[str, ndarray]] = {}
    for key in list(arrays):
        array = arrays.pop(key)
        number, _, rest = key.partition('.')
        kind, _, name = rest.partition('.')
        found.setdefault((number, kind), {})[name] = array
    for i, layer in enumerate(model.layers):
        for kind in 'ps':
            placed = found.pop((str(i), kind), {})
            setattr(layer, kind, placed)
            if set(getattr(layer, kind)) != set(placed):
                raise decoder.refuse(f'arrays of {layer.name}', sorted(placed))
    if found:
        raise decoder.refuse('arrays of its layers', sorted(map('.'.join, found)))


def restore_rows(rows: list[Any], layers: list[Layer], decoder: Decoder) -> list[dict[str, Any]]:
    """Return what the dry run noted of layers: names, dimensions and shapes, if they fit."""
    if len(rows) != len(layers):
        raise decoder.refuse('a row for each layer', rows)
    restored = []
    for record, layer in zip(rows, layers, strict=True):
        if not isinstance(record, dict) or set(record) != ROW:
            raise decoder.refuse(f'rows of {", ".join(sorted(ROW))}', record)
        row = {
            'name': decoder.field(record, 'name', str),
            'activation': check_values(record['activation'], str, decoder),
            'dimensions': check_values(record['dimensions'], int, decoder),
            'forward': restore_shapes(record['forward'], decoder),
            'backward': restore_shapes(record['backward'], decoder),
            'parameters': decoder.field(record, 'parameters', int),
            'layers': decoder.field(record, 'layers', list),
        }
        row['layers'] = restore_rows(row['layers'], layer.children(), decoder)
        if is_known_layer(type(layer)):
            check_layer(layer, row, decoder)
        if layer.count_parameters() != row['parameters']:  # all that is known of the user's own
            raise decoder.refuse(f'{row["parameters"]} parameters', sorted(layer.p))
        layer.name = row['name']
        restored.append(row)
    return restored


def check_values(record: Any, kind: type, decoder: Decoder) -> dict[str, Any]:
    """Return a dict if all its values are of one type."""
    if not isinstance(record, dict) or not all(type(value) is kind for value in record.values()):
        raise decoder.refuse(f'a dict of {kind.__name__}', record)
    for text in (*record, *record.values()) if kind is str else record:
        decoder.check_text(text)
    return record


def restore_shapes(record: Any, decoder: Decoder) -> dict[str, tuple[int, ...]]:
    """Return shapes by name."""
    for shape in check_values(record, list, decoder).values():
        if len(shape) > 32 or not all(type(n) is int and 0 <= n < 2**31 for n in shape):
            raise decoder.refuse('a shape', shape)
    return {name: tuple(shape) for name, shape in record.items()}


def check_layer(layer: Layer, row: Mapping[str, Any], decoder: Decoder) -> None:
    """Refuse arrays or dimensions that do not fit a layer and the input it had when saved."""
    shape = row['forward'].get('X')
    if shape is None or 0 in shape:
        raise decoder.refuse(f'the input shape of {layer.name}', row['forward'])
    X = decoder.build(np.broadcast_to, np.zeros((), layer.dtype), shape)
    decoder.build(layer.check_axes, X)
    if layer.children():  # which have rows of their own
        return
    decoder.build(layer.compute_shapes, X)
    for name, size in layer.d.items():
        if row['dimensions'].get(name) != size:
            raise decoder.refuse(f'{layer.name} with {name} = {size}', row['dimensions'])
    placed = {**layer.p, **layer.s}
    expected = layer.ps if layer.draws_parameters() else {}
    if {name: array.shape for name, array in placed.items()} != expected or not all(
        array.dtype.kind == 'f' for array in placed.values()
    ):
        shapes = {name: array.shape for name, array in placed.items()}
        raise decoder.refuse(
            f'floating-point parameters of {layer.name} of shape {expected}', [shapes]
        )
    if layer.s:  # which of them are statistics, the layer knows: let it draw some
        p, s = layer.p, layer.s
        layer.p, layer.s = {}, {}
        layer.initialize_parameters()
        if (set(layer.p), set(layer.s)) != (set(p), set(s)):
            raise decoder.refuse(f'statistics of {layer.name}', sorted(s))
        layer.p, layer.s = p, s
