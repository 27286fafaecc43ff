"""From the words of a description back to values: the inverse of :mod:`architecture`."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import epynn.settings
from epynn.commons.arguments import describe
from epynn.commons.errors import ArgumentError, EpynnError, ModelFileError
from epynn.commons.models import Layer
from epynn.commons.schedule import schedule_functions
from epynn.files.vocabulary import (
    CLASSES,
    CUSTOM,
    functions_by_use,
    is_known_layer,
    known_classes,
    known_functions,
    known_layers,
)

DEEPEST = 100
"""Lists, layers and the like that may stand inside each other."""


class Decoder:
    """Turns what JSON says back into values, or raises ModelFileError.

    Parameters
    ----------
    where : str
        Name of the file, for the errors.
    custom : iterable of classes and functions
        What the user hands in, besides what epynn has.

    Raises
    ------
    ArgumentError
        If `custom` is none, or holds something without a name, or two things of one name.
    """

    def __init__(self, where: str, custom: Iterable[Any]) -> None:
        self.where = where
        self.depth = 0
        self.custom = check_custom(custom)
        self.layers = {**known_layers(), **self.custom}
        self.functions = {**known_functions(), **self.custom}
        self.classes = {**known_classes(), **self.custom}
        self.uses = functions_by_use()
        self.methods: dict[frozenset[str], Callable[[Any], Any]] = {
            frozenset({'tuple'}): self.decode_tuple,
            frozenset({'dict'}): self.decode_dict,
            frozenset({'bytes'}): self.decode_bytes,
            frozenset({'float'}): self.decode_float,
            frozenset({'function'}): self.decode_function,
            frozenset({'object', 'arguments'}): self.decode_object,
            frozenset({'layer', 'arguments', 'frozen'}): self.decode_layer,
        }

    def refuse(self, expected: str, got: Any) -> ModelFileError:
        """Return the error to raise."""
        if isinstance(got, (list, dict)):
            words = f'a {type(got).__name__} of {len(got)}: {", ".join(map(str, list(got)[:3]))}'
        else:
            words = describe(got)
        return ModelFileError(self.where, expected, words[:200], 'Find a copy.')

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
        if any('\ud800' <= letter <= '\udfff' for letter in text):
            raise self.refuse('text', ascii(text))

    def build(self, make: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call a constructor; what it refuses was not written by a network that worked."""
        try:
            return make(*args, **kwargs)
        except (
            EpynnError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError
        ) as error:  # fmt: skip
            words = f'others ({type(error).__name__}: {str(error)[:200]})'
            raise ModelFileError(self.where, 'arguments that fit', words, 'Find a copy.') from error

    def decode(self, value: Any) -> Any:
        """Return the value that JSON says."""
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        if self.depth >= DEEPEST:
            raise self.refuse(f'values at most {DEEPEST} deep', value)
        self.depth += 1
        try:
            if isinstance(value, list):
                return [self.decode(item) for item in value]
            method = self.methods.get(frozenset(value))
            if method is None:
                raise self.refuse('a tuple, dict, function, object or layer', value)
            return method(value)
        finally:
            self.depth -= 1

    def decode_tuple(self, value: Any) -> tuple[Any, ...]:
        """Return a tuple."""
        return tuple(self.decode(item) for item in self.field(value, 'tuple', list))

    def decode_dict(self, value: Any) -> dict[Any, Any]:
        """Return a dict from its pairs of key and value."""
        pairs = self.field(value, 'dict', list)
        if any(not isinstance(pair, list) or len(pair) != 2 for pair in pairs):
            raise self.refuse('pairs of key and value', value)
        found: dict[Any, Any] = self.build(dict, [self.decode(pair) for pair in pairs])
        if len(found) < len(pairs):
            raise self.refuse('each key once', value)
        return found

    def decode_bytes(self, value: Any) -> bytes:
        """Return bytes from the characters of their numbers."""
        text: str = self.field(value, 'bytes', str)
        return self.build(text.encode, 'latin-1')  # type: ignore[no-any-return]

    def decode_float(self, value: Any) -> float:
        """Return one of the numbers that JSON has no word for."""
        text = self.field(value, 'float', str)
        if text not in ('nan', 'inf', '-inf'):
            raise self.refuse('nan, inf or -inf', text)
        return float(text)

    def decode_function(self, value: Any) -> Any:
        """Return a function."""
        return self.look_up(self.functions, self.field(value, 'function', str))

    def decode_object(self, value: Any) -> Any:
        """Return a new object from its class and the arguments of its constructor."""
        cls = self.look_up(self.classes, self.field(value, 'object', str))
        if not isinstance(cls, type) or issubclass(cls, Layer):
            raise self.refuse('a class of small objects', cls)
        return self.build(cls, **self.arguments(value))

    def decode_layer(self, value: Any) -> Layer:
        """Return a new layer from its class and the arguments of its constructor."""
        cls = self.look_up(self.layers, self.field(value, 'layer', str))
        if not isinstance(cls, type) or not issubclass(cls, Layer):
            raise self.refuse('a class of layers', cls)
        named = self.arguments(value)
        signature = inspect.signature(cls.__init__)
        if 'self' in named or any(name not in signature.parameters for name in named):
            raise self.refuse(f'arguments of {cls.__name__}', sorted(named))
        bound = inspect.BoundArguments(signature, {'self': None, **named})
        layer: Layer = self.build(lambda: cls(*bound.args[1:], **bound.kwargs))
        if is_known_layer(type(layer)):
            for argument in layer.activation:
                self.check_use(getattr(layer, argument).function, 'activation')
            if 'initialization' in named:
                self.check_use(named['initialization'], 'initializer')
        if self.field(value, 'frozen', bool):
            layer.trainable = False
        return layer

    def arguments(self, value: Any) -> dict[str, Any]:
        """Return the arguments of a layer or object."""
        arguments = self.field(value, 'arguments', dict)
        return {name: self.decode(item) for name, item in arguments.items()}

    def look_up(self, table: Mapping[str, Any], name: str) -> Any:
        """Return what has that name, or say that the user has to hand it in."""
        if name in table:
            return table[name]
        if not name.startswith(CUSTOM):
            raise self.refuse('layers and functions of epynn', name)
        name = name.removeprefix(CUSTOM)[:60]
        raise ModelFileError(
            self.where, f'your own {name} to be handed in',
            f'custom={sorted(key.removeprefix(CUSTOM) for key in self.custom)}',
            f'Pass it: read_model(path, custom=[{name}]).',
        )  # fmt: skip

    def check_use(self, value: Any, use: str) -> Any:
        """Return a function or object if it is for that use, or the user's own."""
        ours = any(value is function for function in self.uses[use].values())
        if not (ours or self.is_custom(value) or type(value) in CLASSES[use]):
            raise self.refuse(f'an {use}' if use[0] in 'aio' else f'a {use}', value)
        return value

    def is_custom(self, value: Any) -> bool:
        """Return whether the user handed in that function, or the class of that object."""
        return not isinstance(value, type) and any(
            value is thing or type(value) is thing for thing in self.custom.values()
        )

    def check_hyperparameters(self, se_hPars: Any) -> dict[str, Any]:
        """Return hyper-parameters by name if a schedule can read them."""
        if not isinstance(se_hPars, dict):
            raise self.refuse('hyper-parameters by name', se_hPars)
        complete = {**epynn.settings.se_hPars, **se_hPars}
        schedule = complete['schedule']
        inner = getattr(schedule, 'then', schedule)
        for function in (schedule, inner):
            if not isinstance(function, str):
                self.check_use(function, 'schedule')
        if not self.is_custom(schedule):
            self.build(schedule_functions, schedule, {**complete, 'epochs': 1})
        return complete


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
