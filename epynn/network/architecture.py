"""The description of a network that a model file holds: names and numbers.

Values that JSON has no word for are objects of one key: ``{"tuple": [...]}``,
``{"dict": [[key, value], ...]}``, ``{"bytes": "..."}``, ``{"float": "inf"}``,
``{"function": "relu"}``, or of a few: ``{"object": "L2", "arguments": {...}}``,
``{"layer": "Dense", "arguments": {...}, "frozen": false}``. Names are those of
:mod:`epynn.network.vocabulary`. :mod:`epynn.network.decoding` reads them again.
"""

import inspect
import math
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.bound_activation import BoundActivation
from epynn.commons.errors import ArgumentError
from epynn.commons.metrics import metrics_functions
from epynn.commons.models import Layer, walk_layers
from epynn.commons.names import Named
from epynn.network.vocabulary import CUSTOM, known_classes, known_functions, known_layers

if TYPE_CHECKING:
    from epynn.network.models import EpyNN

PLAIN = (
    'name', 'uname', 'ts', 'seed', 'reduction', 'positive_label', 'deterministic', 'e', 'epochs',
)  # fmt: skip


def describe_architecture(model: 'EpyNN', encoder: 'Encoder | None' = None) -> dict[str, Any]:
    """Return all that is to be said of a network but its parameters, in words that JSON knows.

    Functions and classes of the user that occur are then in ``encoder.own``.

    Raises
    ------
    ArgumentError
        If a value of a layer's arguments, or the like, cannot be saved.
    """
    encode = (encoder or Encoder()).encode
    embedding = model.embedding
    scale = embedding.scale
    done = max(model.epochs, 1)
    return {
        **{name: getattr(model, name) for name in PLAIN},
        'dtype': str(model.dtype),
        'loss': encode(model.training_loss, 'loss'),
        'metrics': [encode(metric, 'metrics') for metric in bare_metrics(model)],
        'history': encode(cut_history(model, done), 'metrics')['dict'],
        'optimizer': encode(model.optimizer, 'optimizer'),
        'se_hPars': encode(model.se_hPars, 'se_hPars'),
        'class_weights': encode(model.class_weights, 'class_weight'),
        'embedding': {
            'layer': encode(embedding, 'layers[0]')['layer'],
            'settings': encode(embedding.se_dataset, 'Embedding'),
            'tokens': encode(list(embedding.e2i), 'tokens'),
            'classes': encode(None if embedding.classes is None else list(embedding.classes), 'y'),
            'targets': embedding.targets,
            'features': encode(embedding.features, 'features'),
            'scale': None if scale is None else [scale.minimum, scale.span],
        },
        'layers': [encode(layer, f'layers[{i}]') for i, layer in enumerate(model.layers) if i],
        'activations': [activation_settings(layer) for layer in walk_layers(model.layers)],
        'rates': describe_rates(model, done),
        'network': [describe_row(model.network[i], layer) for i, layer in enumerate(model.layers)],
    }


def bare_metrics(model: 'EpyNN') -> list[Any]:
    """Return the metrics as they were asked for, without the positive label of bundled ones."""
    bundled = metrics_functions()
    return [
        bundled[name] if isinstance(f, partial) and f.func == bundled.get(name) else f
        for name, f in model.metrics_functions.items()
    ]


def cut_history(model: 'EpyNN', done: int) -> dict[str, list[list[float]]]:
    """Return the metrics so far, without an epoch that was interrupted and is in some of them."""
    history = model.metrics
    sets = [i for i in range(3) if any(lists[i] for lists in history.values())]
    shortest = min((len(lists[i]) for lists in history.values() for i in sets), default=0)
    return {
        name: [values[: min(done, shortest)] for values in lists] for name, lists in history.items()
    }


def activation_settings(layer: Layer) -> dict[str, dict[str, float]]:
    """Return the hyper-parameters in force of the activation functions of a layer.

    They are those of `initialize`, and need not be those that ``se_hPars`` says by now.
    """
    return {argument: getattr(layer, argument).settings() for argument in layer.activation}


def describe_rates(model: 'EpyNN', done: int) -> dict[str, Any]:
    """Return the learning rates of the epochs so far: each list once, and which one a layer has."""
    rates = [tuple(layer.lrate[:done]) for layer in walk_layers(model.layers)]
    lists = list(dict.fromkeys(rates))
    return {'lists': [list(values) for values in lists], 'layers': [lists.index(r) for r in rates]}


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


class Encoder:
    """Turns values into words that JSON knows; the inverse of `Decoder`.

    Attributes
    ----------
    own : dict
        The functions and classes of the user so far by name, no two of one name.
    """

    def __init__(self) -> None:
        self.own: dict[str, Any] = {}
        self.names = {id(function): name for name, function in known_functions().items()}
        self.known = {*known_classes().values(), *known_layers().values()}

    def encode(self, value: Any, where: str) -> Any:
        """Return a value in words that JSON knows; `where` names it for the error."""
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or isinstance(value, (bool, int, str)):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else {'float': str(value)}
        if isinstance(value, bytes):
            return {'bytes': value.decode('latin-1')}
        if isinstance(value, list):
            return [self.encode(item, where) for item in value]
        if isinstance(value, tuple):
            return {'tuple': [self.encode(item, where) for item in value]}
        if isinstance(value, Mapping):
            pairs = [[self.encode(k, where), self.encode(v, where)] for k, v in value.items()]
            return {'dict': pairs}
        if isinstance(value, Layer):
            return self.encode_layer(value, where)
        if isinstance(value, BoundActivation):
            value = value.function
        if type(value) not in self.known and callable(value) and hasattr(value, '__name__'):
            name = self.names.get(id(value)) or self.name_own(value, where)
            return {'function': name}
        return self.encode_object(value, where)

    def encode_layer(self, layer: Layer, where: str) -> dict[str, Any]:
        """Return class and arguments of a layer."""
        cls = type(layer)
        return {
            'layer': cls.__name__ if cls in self.known else self.name_own(cls, where),
            'arguments': {
                name: self.encode(value, f'{where}, {cls.__name__}({name})')
                for name, value in layer.arguments.items()
            },
            'frozen': layer.draws_parameters() and not layer.trainable,
        }

    def encode_object(self, value: Any, where: str) -> dict[str, Any]:
        """Return class and arguments of an object whose attributes are named as its arguments."""
        cls = type(value)
        makers = [vars(base).get('__init__') for base in cls.__mro__]
        names = {
            parameter.name
            for make in filter(inspect.isfunction, makers)
            for parameter in inspect.signature(make).parameters.values()
            if parameter.name != 'self' and parameter.kind is not parameter.VAR_KEYWORD
        }
        # What is made by __new__, in C or without arguments keeps its state where none can tell.
        hidden = any('__new__' in vars(base) for base in cls.__mro__[:-1] if base is not Named)
        if (
            hidden
            or not (names or getattr(value, '__dict__', None) == {})
            or not all(hasattr(value, name) for name in names)
        ):
            raise ArgumentError(
                f'EpyNN.write, {where}',
                'numbers, text, tuples, lists, dicts, functions, and objects of your own whose '
                'attributes are named as the arguments of their class', describe(value),
                'Make it in the constructor of a layer of your own, from such arguments.',
            )  # fmt: skip
        return {
            'object': cls.__name__ if cls in self.known else self.name_own(cls, where),
            'arguments': {name: self.encode(getattr(value, name), where) for name in sorted(names)},
        }

    def name_own(self, thing: Any, where: str) -> str:
        """Return the name for a function or class of the user, by which it is handed in again."""
        name = thing.__name__
        if name == '<lambda>' or self.own.setdefault(name, thing) is not thing:
            raise ArgumentError(
                f'EpyNN.write, {where}', 'functions and classes, each with a name of its own',
                f'a second {name}' if name in self.own else 'a lambda',
                'Define it by def or class, under another name.',
            )  # fmt: skip
        return f'{CUSTOM}{name}'
