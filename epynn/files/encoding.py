"""From values to words that JSON knows; :mod:`epynn.files.decoding` goes back.

Values that JSON has no word for are objects of one key: ``{"tuple": [...]}``,
``{"dict": [[key, value], ...]}``, ``{"bytes": "..."}``, ``{"float": "inf"}``,
``{"array": "training.0"}``, ``{"function": "relu"}``, or of a few:
``{"object": "L2", "arguments": {...}}``,
``{"layer": "Dense", "arguments": {...}, "frozen": false}``. Names are those of
:mod:`epynn.files.vocabulary`.
"""

import inspect
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.bound_activation import BoundActivation
from epynn.commons.errors import ArgumentError
from epynn.commons.models import Layer
from epynn.commons.names import Named
from epynn.files.format import TRAINING
from epynn.files.vocabulary import CLASS_NAMES, CUSTOM, FUNCTION_NAMES, LAYERS
from epynn.kernels.arrays import ndarray


class Encoder:
    """Turns values into words that JSON knows.

    Functions and classes of the user that occur are then in `own`, no two of one name. Arrays are
    collected in `arrays` by the names that stand for them; where that is None they are refused.
    """

    def __init__(self) -> None:
        self.own: dict[str, Any] = {}
        self.arrays: dict[str, ndarray] | None = None
        self.names = {id(function): name for name, function in FUNCTION_NAMES.items()}
        self.known = {*CLASS_NAMES.values(), *LAYERS.values()}

    def encode(self, value: Any, where: str) -> Any:
        """Return a value in words that JSON knows; `where` names it for the error."""
        if self.arrays is not None and isinstance(value, np.ndarray | np.generic):
            name = f'{TRAINING}{len(self.arrays)}'
            self.arrays[name] = np.asarray(value)
            return {'array': name}
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
        kind = type(layer).__name__
        return {
            'layer': self.name_class(layer, where),
            'arguments': {
                name: self.encode(value, f'{where}, {kind}({name})')
                for name, value in layer.arguments.items()
            },
            'frozen': layer.draws_parameters() and not layer.trainable,
        }

    def encode_object(self, value: Any, where: str) -> dict[str, Any]:
        """Return class and arguments of an object whose attributes are named as its arguments."""
        bases = type(value).__mro__
        makers = [vars(base).get('__init__') for base in bases]
        names = {
            parameter.name
            for make in filter(inspect.isfunction, makers)
            for parameter in inspect.signature(make).parameters.values()
            if parameter.name != 'self' and parameter.kind is not parameter.VAR_KEYWORD
        }
        # What is made by __new__, in C or without arguments keeps its state where none can tell.
        hidden = any('__new__' in vars(base) for base in bases[:-1] if base is not Named)
        plain = names or getattr(value, '__dict__', None) == {}
        if hidden or not plain or not all(hasattr(value, name) for name in names):
            raise ArgumentError(
                f'EpyNN.write, {where}',
                'numbers, text, tuples, lists, dicts, functions, and objects of your own whose '
                'attributes are named as the arguments of their class', describe(value),
                'Make it in the constructor of a layer of your own, from such arguments.',
            )  # fmt: skip
        return {
            'object': self.name_class(value, where),
            'arguments': {name: self.encode(getattr(value, name), where) for name in sorted(names)},
        }

    def name_class(self, value: Any, where: str) -> str:
        """Return the name of the class of a layer or object."""
        cls = type(value)
        return cls.__name__ if cls in self.known else self.name_own(cls, where)

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
