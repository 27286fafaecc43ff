"""The description of a network that a model file holds: names and numbers, and back to a network.

Values that JSON has no word for are objects of one key: ``{"tuple": [...]}``,
``{"dict": [[key, value], ...]}``, ``{"function": "relu"}``, or of a few:
``{"object": "L2", "arguments": {...}}``, ``{"layer": "Dense", "arguments": {...}}``. Names are
looked up in tables of epynn and among what the user hands in.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.errors import ArgumentError, EpynnError, ModelFileError
from epynn.commons.initializers import INITIALIZERS, Constant, Normal, Uniform
from epynn.commons.loss import Huber, LabelSmoothing, loss_functions
from epynn.commons.maths import ACTIVATIONS
from epynn.commons.metrics import TopK, metrics_functions
from epynn.commons.models import Layer, walk_layers
from epynn.commons.optimize import OPTIMIZERS
from epynn.commons.penalties import L1, L2
from epynn.commons.scaling import FeatureScale
from epynn.commons.schedule import Cosine, OneCycle, ReduceOnPlateau
from epynn.network.hyperparameters import complete_hyperparameters, schedule_rates
from epynn.network.initialize import check_dtype, collect_metrics

if TYPE_CHECKING:
    from epynn.network.models import EpyNN

POOLS: dict[str, Callable[..., Any]] = {
    'numpy.max': np.max, 'numpy.min': np.min, 'numpy.mean': np.mean, 'numpy.average': np.average,
    'max': max, 'min': min,
}  # fmt: skip
OBJECTS: tuple[Callable[..., Any], ...] = (
    L1, L2, Huber, LabelSmoothing, TopK, Constant, Normal, Uniform, Cosine, OneCycle,
    ReduceOnPlateau, *OPTIMIZERS.values(),
)  # fmt: skip
PLAIN = ('name', 'uname', 'ts', 'seed', 'reduction', 'positive_label', 'e', 'epochs')


def known_functions() -> dict[str, Callable[..., Any]]:
    """Return the functions that files may name."""
    return {
        **POOLS, **ACTIVATIONS, **INITIALIZERS, **loss_functions(), **metrics_functions()
    }  # fmt: skip


def known_layers() -> dict[str, type[Layer]]:
    """Return the layer classes of epynn by name."""
    found: dict[str, type[Layer]] = {}
    waiting = [Layer]
    while waiting:
        for cls in waiting.pop().__subclasses__():
            waiting.append(cls)
            if cls.__module__.startswith('epynn.') and cls.__module__.endswith('.models'):
                found[cls.__name__] = cls
    return found


def describe_architecture(model: 'EpyNN') -> dict[str, Any]:
    """Return all that is to be said of a network but its parameters, in words that JSON knows."""
    embedding = model.embedding
    scale = embedding.scale
    return {
        **{name: getattr(model, name) for name in PLAIN},
        'dtype': str(model.dtype),
        'loss': encode(model.training_loss),
        'metrics': [encode(getattr(f, 'func', f)) for f in model.metrics_functions.values()],
        'history': {name: [list(v) for v in lists] for name, lists in model.metrics.items()},
        'optimizer': encode(model.optimizer),
        'se_hPars': encode(model.se_hPars),
        'class_weights': encode(model.class_weights),
        'embedding': {
            'settings': encode(embedding.se_dataset),
            'tokens': [encode(token) for token in embedding.e2i],
            'classes': encode(None if embedding.classes is None else list(embedding.classes)),
            'scale': None if scale is None else [scale.minimum, scale.span],
        },
        'layers': [encode(layer) for layer in model.layers[1:]],
        'network': [encode(model.network[number]) for number in range(len(model.layers))],
    }


def encode(value: Any) -> Any:
    """Return a value in words that JSON knows; the inverse of :meth:`Decoder.decode`."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, list):
        return [encode(item) for item in value]
    if isinstance(value, tuple):
        return {'tuple': [encode(item) for item in value]}
    if isinstance(value, Mapping):
        return {'dict': [[encode(key), encode(item)] for key, item in value.items()]}
    if isinstance(value, Layer):
        arguments = {name: encode(item) for name, item in value.arguments.items()}
        frozen = value.draws_parameters() and not value.trainable
        return {'layer': type(value).__name__, 'arguments': arguments, 'frozen': frozen}
    if type(value) in OBJECTS:
        return {'object': type(value).__name__, 'arguments': encode_settings(value)}
    if callable(value):
        function = getattr(value, 'function', value)
        names = {id(known): name for name, known in known_functions().items()}
        return {'function': names.get(id(function), getattr(function, '__name__', ''))}
    raise ArgumentError(
        'EpyNN.write', 'numbers, text, tuples, lists, dicts and functions as settings of layers',
        describe(value), 'Pass such values to the constructors of your layers.',
    )  # fmt: skip


def encode_settings(value: Any) -> dict[str, Any]:
    """Return the arguments of an object whose attributes have the names of its arguments."""
    names = {
        parameter.name
        for cls in type(value).__mro__
        if '__init__' in vars(cls) and cls is not object
        for parameter in inspect.signature(vars(cls)['__init__']).parameters.values()
        if parameter.name != 'self' and parameter.kind is not parameter.VAR_KEYWORD
    }
    return {name: encode(getattr(value, name)) for name in sorted(names)}


class Decoder:
    """Turns what JSON says back into values.

    Parameters
    ----------
    where : str
        Name of the file, for the errors.
    custom : iterable of layer classes and functions
        What the user hands in, besides what epynn has.
    """

    def __init__(self, where: str, custom: Iterable[Any]) -> None:
        self.where = where
        self.layers = known_layers()
        self.functions = known_functions()
        self.objects: dict[str, Callable[..., Any]] = {cls.__name__: cls for cls in OBJECTS}
        for thing in custom:
            if isinstance(thing, type) and issubclass(thing, Layer):
                self.layers[thing.__name__] = thing
            elif callable(thing) and hasattr(thing, '__name__'):
                self.functions[thing.__name__] = thing
            else:
                raise ArgumentError(
                    'read_model(custom)', 'layer classes and functions', describe(thing)
                )

    def refuse(self, expected: str, got: Any) -> ModelFileError:
        """Return the error to raise."""
        return ModelFileError(self.where, expected, describe(got))

    def field(self, record: Any, name: str, *types: type) -> Any:
        """Return a field of a record, of one of the types."""
        if not isinstance(record, dict) or name not in record or type(record[name]) not in types:
            got = record.get(name, 'nothing') if isinstance(record, dict) else record
            words = ' or '.join(kind.__name__ for kind in types)
            raise self.refuse(f'{name!r} of type {words}', got)
        return record[name]

    def decode(self, value: Any) -> Any:
        """Return the value that JSON says."""
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        if isinstance(value, list):
            return [self.decode(item) for item in value]
        kind = next(iter(value), None)
        if kind == 'tuple':
            return tuple(self.decode(item) for item in self.field(value, 'tuple', list))
        if kind == 'dict':
            pairs = self.field(value, 'dict', list)
            if any(not isinstance(pair, list) or len(pair) != 2 for pair in pairs):
                raise self.refuse('pairs of key and value', value)
            return self.build(dict, [(self.decode(k), self.decode(item)) for k, item in pairs])
        if kind == 'function':
            return self.look_up(self.functions, self.field(value, 'function', str))
        if kind == 'object':
            cls = self.look_up(self.objects, self.field(value, 'object', str))
            return self.build(cls, **self.arguments(value))
        if kind == 'layer':
            return self.decode_layer(value)
        raise self.refuse('a tuple, dict, function, object or layer', value)

    def decode_layer(self, value: Any) -> Layer:
        """Return a new layer from its class and the arguments of its constructor."""
        cls = self.look_up(self.layers, self.field(value, 'layer', str))
        named = self.arguments(value)
        signature = inspect.signature(cls.__init__)
        if any(name not in signature.parameters for name in named):
            raise self.refuse(f'arguments of {cls.__name__}', sorted(named))
        bound = inspect.BoundArguments(signature, {'self': None, **named})
        layer: Layer = self.build(cls, *bound.args[1:], **bound.kwargs)
        if self.field(value, 'frozen', bool):
            layer.trainable = False
        return layer

    def arguments(self, value: Any) -> dict[str, Any]:
        """Return the arguments of a layer or object."""
        arguments = self.field(value, 'arguments', dict)
        return {name: self.decode(item) for name, item in arguments.items()}

    def look_up(self, table: Mapping[str, Any], name: str) -> Any:
        """Return what has that name, or say that the user has to hand it in."""
        if name not in table:
            raise ModelFileError(
                self.where, 'layers and functions of epynn, or of `custom`', repr(name),
                f'Pass your own: read_model(path, custom=[{name}]).',
            )  # fmt: skip
        return table[name]

    def build(self, make: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a constructor; what it refuses was not written by a network that worked."""
        try:
            return make(*args, **kwargs)
        except (EpynnError, TypeError, ValueError, OverflowError) as error:
            raise ModelFileError(self.where, 'arguments that fit', str(error)) from None


def restore_architecture(description: Mapping[str, Any], decoder: Decoder) -> 'EpyNN':
    """Return a network from its description: all but the parameters."""
    try:
        return _restore(description, decoder)
    except RecursionError:
        raise decoder.refuse('a description', 'one nested too deeply') from None


def _restore(description: Mapping[str, Any], decoder: Decoder) -> 'EpyNN':
    field = decoder.field
    embedding = restore_embedding(field(description, 'embedding', dict), decoder)
    records = field(description, 'layers', list)
    layers = [decoder.decode(record) for record in records]
    model: EpyNN = decoder.build(
        network_class(), [embedding, *layers], field(description, 'name', str)
    )
    types = {'name': (str,), 'uname': (str,), 'reduction': (str,), 'seed': (int, type(None))}
    for name in PLAIN:
        setattr(model, name, field(description, name, *types.get(name, (int,))))
    if model.reduction not in ('sum', 'mean') or model.e < 0 or model.epochs < 0:
        raise decoder.refuse('a reduction and numbers of epochs', (model.reduction, model.e))
    model.dtype = decoder.build(check_dtype, field(description, 'dtype', str))
    model.training_loss = decoder.decode(field(description, 'loss', dict))
    metrics = [decoder.decode(metric) for metric in field(description, 'metrics', list)]
    model.optimizer = decoder.decode(field(description, 'optimizer', dict))
    model.class_weights = decoder.decode(field(description, 'class_weights', dict))
    model.se_hPars = decoder.build(
        complete_hyperparameters, decoder.decode(field(description, 'se_hPars', dict))
    )
    functions = (model.training_loss, *metrics)
    if not all(callable(f) and hasattr(f, '__name__') for f in functions):
        raise decoder.refuse('functions as loss and metrics', description['metrics'])
    model.metrics_functions = collect_metrics(model, metrics)
    model.metrics = restore_history(field(description, 'history', dict), model, decoder)
    model.network = restore_network(field(description, 'network', list), model, decoder)
    for layer in walk_layers(model.layers):
        decoder.build(layer.set_hyperparameters, model.se_hPars)
        layer.dtype, layer.optimizer, layer.e = model.dtype, model.optimizer, model.e
    decoder.build(schedule_rates, model)
    return model


def network_class() -> type['EpyNN']:
    """Return the class of networks, which binds the functions of this floor and imports them."""
    from epynn.network.models import EpyNN

    return EpyNN


def restore_embedding(record: Any, decoder: Decoder) -> Layer:
    """Return an Embedding without data that encodes, scales and labels as the saved one did."""
    settings = decoder.decode(decoder.field(record, 'settings', dict))
    if not isinstance(settings, dict):
        raise decoder.refuse('settings by name', settings)
    embedding: Any = decoder.build(decoder.layers['Embedding'], **settings)
    tokens = [decoder.decode(token) for token in decoder.field(record, 'tokens', list)]
    embedding.e2i = decoder.build(dict, [(token, i) for i, token in enumerate(tokens)])
    embedding.i2e = dict(enumerate(tokens))
    embedding.classes = decoder.decode(decoder.field(record, 'classes', list, type(None)))
    scale = decoder.field(record, 'scale', list, type(None))
    if scale is not None:
        if len(scale) != 2 or any(type(number) is not float for number in scale):
            raise decoder.refuse('a scale of two numbers', scale)
        embedding.scale = FeatureScale(scale[0], scale[1], np.zeros(0, dtype=bool))
    return embedding  # type: ignore[no-any-return]


def restore_history(record: Any, model: 'EpyNN', decoder: Decoder) -> dict[str, list[list[float]]]:
    """Return the metrics so far, ``{name: [train, val, test]}``."""
    for name, lists in record.items():
        numbers = isinstance(lists, list) and len(lists) == 3
        if not numbers or not all(
            isinstance(values, list) and all(type(value) is float for value in values)
            for values in lists
        ):
            raise decoder.refuse(f'three lists of numbers for {name!r}', lists)
    if set(record) != set(model.metrics_functions):
        raise decoder.refuse('a history of its metrics', sorted(record))
    return dict(record)


def restore_network(record: Any, model: 'EpyNN', decoder: Decoder) -> dict[int, dict[str, Any]]:
    """Return what the dry run saw: names, dimensions and shapes, as the summary shows them."""
    rows = [decoder.decode(row) for row in record]
    keys = {'name', 'activation', 'dimensions', 'forward', 'backward', 'parameters'}
    if len(rows) != len(model.layers):
        raise decoder.refuse('a row for each layer', len(rows))
    for row in rows:
        if not isinstance(row, dict) or set(row) != keys:
            raise decoder.refuse(f'rows with {", ".join(sorted(keys))}', row)
        shapes = [*row['forward'].values(), *row['backward'].values()]
        if 'X' not in row['forward'] or not all(
            isinstance(shape, tuple) and all(type(n) is int and 0 <= n < 2**31 for n in shape)
            for shape in shapes
        ):
            raise decoder.refuse('shapes', row['forward'])
    return dict(enumerate(rows))
