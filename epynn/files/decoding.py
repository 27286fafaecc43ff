"""From words that JSON knows back to values: the inverse of :mod:`epynn.files.encoding`."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from epynn.commons.arguments import describe
from epynn.commons.errors import ArgumentError, EpynnError, ModelFileError
from epynn.commons.models import Layer
from epynn.files.vocabulary import (
    CLASS_NAMES,
    CLASSES,
    CUSTOM,
    FUNCTION_NAMES,
    FUNCTIONS,
    LAYERS,
    is_known_layer,
)
from epynn.kernels.arrays import ndarray

DEEPEST = 100
"""Lists, layers and the like that may stand inside each other."""


class Decoder:
    """Turns what the file called `where` says in JSON back into values, or raises ModelFileError.

    `custom` are the classes and functions that the user hands in, besides those of epynn; `arrays`
    those of the file.
    """

    def __init__(
        self, where: str, custom: Iterable[Any], arrays: Mapping[str, ndarray] | None = None
    ) -> None:
        self.where = where
        self.arrays = arrays or {}
        self.custom = check_custom(custom)

    def refuse(self, expected: str, got: Any) -> ModelFileError:
        """Return the error to raise."""
        if isinstance(got, (list, dict)):
            words = f'a {type(got).__name__} of {len(got)}: {", ".join(map(str, list(got)[:3]))}'
        else:
            words = describe(got)
        return ModelFileError(self.where, expected, words[:200], 'Find a copy.')

    def require(self, fits: bool, expected: str, got: Any) -> None:
        """Refuse what does not fit."""
        if not fits:
            raise self.refuse(expected, got)

    def field(self, record: Any, name: str, *types: type) -> Any:
        """Return a field of a record, of one of the types."""
        if not isinstance(record, dict) or name not in record or type(record[name]) not in types:
            got = record.get(name, 'nothing') if isinstance(record, dict) else record
            words = ' or '.join(kind.__name__ for kind in types)
            raise self.refuse(f'{name!r} of type {words}', got)
        if isinstance(record[name], str):
            self.check_text(record[name])
        return record[name]

    def check_text(self, text: str) -> None:
        """Refuse text that cannot be shown: halves of characters, which JSON can say."""
        whole = not any('\ud800' <= letter <= '\udfff' for letter in text)
        self.require(whole, 'text', ascii(text))

    def build(self, make: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call a constructor; what it refuses was not written by a network that worked."""
        try:
            return make(*args, **kwargs)
        except (
            EpynnError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError
        ) as error:  # fmt: skip
            words = f'others ({type(error).__name__}: {str(error)[:200]})'
            raise ModelFileError(self.where, 'arguments that fit', words, 'Find a copy.') from error

    def decode(self, value: Any, depth: int = 0) -> Any:
        """Return the value that JSON says, inside of `depth` others."""
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        self.require(depth < DEEPEST, f'values at most {DEEPEST} deep', value)
        if isinstance(value, list):
            return [self.decode(item, depth + 1) for item in value]
        kinds = list(value)
        if kinds == ['tuple']:
            return tuple(self.decode(self.field(value, 'tuple', list), depth))
        if kinds == ['dict']:
            return self.decode_dict(self.field(value, 'dict', list), depth)
        if kinds == ['bytes']:
            return self.build(self.field(value, 'bytes', str).encode, 'latin-1')
        if kinds == ['float']:
            text = self.field(value, 'float', str)
            self.require(text in ('nan', 'inf', '-inf'), 'nan, inf or -inf', text)
            return float(text)
        if kinds == ['array']:
            name = self.field(value, 'array', str)
            self.require(name in self.arrays, 'an array of the file', name)
            return self.arrays[name][()] if self.arrays[name].ndim == 0 else self.arrays[name]
        if kinds == ['function']:
            return self.look_up(FUNCTION_NAMES, self.field(value, 'function', str))
        known = set(kinds) in ({'object', 'arguments'}, {'layer', 'arguments', 'frozen'})
        self.require(known, 'a tuple, dict, function, object or layer', value)
        named = {
            name: self.decode(item, depth + 1)
            for name, item in self.field(value, 'arguments', dict).items()
        }
        if 'layer' in value:
            return self.make_layer(value, named)
        cls = self.look_up(CLASS_NAMES, self.field(value, 'object', str))
        small = isinstance(cls, type) and not issubclass(cls, Layer)
        self.require(small, 'a class of small objects', cls)
        return self.build(cls, **named)

    def decode_dict(self, pairs: list[Any], depth: int = 0) -> dict[Any, Any]:
        """Return a dict from its pairs of key and value."""
        paired = all(isinstance(pair, list) and len(pair) == 2 for pair in pairs)
        self.require(paired, 'pairs of key and value', pairs)
        found: dict[Any, Any] = self.build(dict, self.decode(pairs, depth))
        self.require(len(found) == len(pairs), 'each key once', pairs)
        return found

    def make_layer(self, record: Mapping[str, Any], named: Mapping[str, Any]) -> Layer:
        """Return a new layer from its class and the arguments of its constructor."""
        cls = self.look_up_layer(self.field(record, 'layer', str))
        signature = inspect.signature(cls.__init__)
        known = named.keys() <= signature.parameters.keys() - {'self'}
        self.require(known, f'arguments of {cls.__name__}', sorted(named))
        bound = inspect.BoundArguments(signature, {'self': None, **named})
        layer: Layer = self.build(lambda: cls(*bound.args[1:], **bound.kwargs))
        if is_known_layer(layer):
            for argument in layer.activation:
                self.check_use(getattr(layer, argument).function, 'activation')
            if 'initialization' in named:
                self.check_use(named['initialization'], 'initializer')
        if self.field(record, 'frozen', bool):
            layer.trainable = False
        return layer

    def look_up(self, table: Mapping[str, Any], name: str) -> Any:
        """Return what has that name, or say that the user has to hand it in."""
        for known in (table, self.custom):
            if name in known:
                return known[name]
        self.require(name.startswith(CUSTOM), 'layers and functions of epynn', name)
        name = name.removeprefix(CUSTOM)[:60]
        raise ModelFileError(
            self.where, f'your own {name} to be handed in',
            f'custom={sorted(key.removeprefix(CUSTOM) for key in self.custom)}',
            f'Pass it: read_model(path, custom=[{name}]).',
        )  # fmt: skip

    def look_up_layer(self, name: str) -> type[Layer]:
        """Return the class of layers that has that name."""
        cls = self.look_up(LAYERS, name)
        self.require(isinstance(cls, type) and issubclass(cls, Layer), 'a class of layers', cls)
        return cls  # type: ignore[no-any-return]

    def check_use(self, value: Any, use: str) -> Any:
        """Return a function or object if it is for that use, or the user's own."""
        ours = any(value is function for function in FUNCTIONS[use].values())
        fits = ours or self.is_custom(value) or type(value) in CLASSES[use]
        self.require(fits, f'an {use}' if use[0] in 'aio' else f'a {use}', value)
        return value

    def is_custom(self, value: Any) -> bool:
        """Return whether the user handed in that function, or the class of that object."""
        return not isinstance(value, type) and any(
            value is thing or type(value) is thing for thing in self.custom.values()
        )


def check_custom(custom: Any) -> dict[str, Any]:
    """Return the functions and classes that the user handed in, by their names in files."""
    name = 'read_model(custom)'
    if not isinstance(custom, Iterable) or isinstance(custom, str):
        raise ArgumentError(
            name, 'a list of classes and functions', describe(custom),
            'For example custom=[MyLayer, my_loss].',
        )  # fmt: skip
    found: dict[str, Any] = {}
    for thing in custom:
        if not callable(thing) or not isinstance(getattr(thing, '__name__', None), str):
            raise ArgumentError(
                name, 'layer classes and functions', describe(thing),
                'Pass the class itself, such as MyLayer, without parentheses.',
            )  # fmt: skip
        if found.setdefault(f'{CUSTOM}{thing.__name__}', thing) is not thing:
            raise ArgumentError(
                name, 'each name once', f'a second {thing.__name__}', 'Leave out the other one.'
            )
    return found
