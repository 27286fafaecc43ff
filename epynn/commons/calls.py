"""Calls that do not fit the arguments of a function or class are refused in words."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

from epynn.commons.arguments import brief, describe, suggest
from epynn.commons.errors import ArgumentTypeError
from epynn.commons.foreign import KEYWORDS, PLACES

Arguments = ParamSpec('Arguments')
Result = TypeVar('Result')

COLLECT = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def in_words(
    where: str, remedy: str = '', method: bool = True
) -> Callable[[Callable[Arguments, Result]], Callable[Arguments, Result]]:
    """Have a function refuse calls that do not fit its arguments by a typed error.

    Python itself says ``model_train() missing 1 required positional argument: 'epochs'``. A call
    that fits costs nothing: the signature is read where one failed.

    Parameters
    ----------
    where : str
        The function as the user knows it: ``'EpyNN.train'``.
    remedy : str, optional
        What to do about too few or too many arguments.
    method : bool, optional
        Whether the first argument is the object, of which the user is told nothing.
    """

    def decorate(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        @wraps(function)
        def call(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
            try:
                return function(*args, **kwargs)
            except TypeError:
                signature = inspect.signature(function)
                try:
                    signature.bind(*args, **kwargs)
                except TypeError:
                    parameters = list(signature.parameters.values())[method:]
                else:  # it comes from inside
                    raise
            names = [parameter.name for parameter in parameters]
            raise misfit(where, names, parameters, args[method:], kwargs, remedy)

        return call

    return decorate


def unknown_keywords(where: str, names: list[str], unknown: Mapping[str, Any]) -> ArgumentTypeError:
    """Return the error for keywords that are none of the names."""
    name, value = next(iter(unknown.items()))
    candidates = KEYWORDS.get(name, name).split()
    known = [candidate for candidate in candidates if candidate in names]
    here = candidates[-1]
    if known:
        it_is = 'it is' if len(known) == 1 else 'they are'
        remedy = f'Here {it_is} called {" and ".join(known)}.'
    elif here in PLACES:
        remedy = PLACES[here].format(name=here, value=brief(value))
    else:
        remedy = suggest(name, names) if names else 'Leave it out.'
    return ArgumentTypeError(
        where, f'the arguments {", ".join(names)}' if names else 'no arguments',
        ', '.join(f'{name}={brief(value)}' for name, value in unknown.items()), remedy,
    )  # fmt: skip


def constructor_names(cls: type) -> list[str]:
    """Return the names that a constructor takes, and those that it hands on by ``**options``."""
    names: list[str] = []
    for base in cls.__mro__:
        make = vars(base).get('__init__')
        if inspect.isfunction(make):
            parameters = list(inspect.signature(make).parameters.values())[1:]
            taken = [each.name for each in parameters if each.kind not in COLLECT]
            names += [name for name in taken if name not in names]
            if inspect.Parameter.VAR_KEYWORD not in [each.kind for each in parameters]:
                break
    return names


_read_signature = lru_cache(inspect.signature)
"""The signature of a constructor: many batches are made, and few classes."""


def bind_constructor(cls: type, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments given to a constructor by name; refuse a call that does not fit."""
    signature = _read_signature(cls.__init__)  # type: ignore[misc]
    try:
        arguments = signature.bind(None, *args, **kwargs).arguments
    except TypeError:
        parameters = list(signature.parameters.values())[1:]
        raise misfit(
            cls.__name__, constructor_names(cls), parameters, args, kwargs,
            getattr(cls, 'by_position', ''),
        ) from None  # fmt: skip
    arguments.pop(next(iter(signature.parameters)), None)
    return arguments


def misfit(
    where: str,
    names: list[str],
    parameters: Sequence[inspect.Parameter],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    remedy: str,
) -> ArgumentTypeError:
    """Return the error for arguments that a function, or a constructor, does not take.

    It takes `names`, of which `parameters` are those in its signature; the user gave `args` and
    `kwargs`. In the remedy, ``{value}`` is the first argument that is one too many.
    """
    unknown = {name: value for name, value in kwargs.items() if name not in names}
    if unknown:
        return unknown_keywords(where, names, unknown)
    by_position = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    places = [parameter for parameter in parameters if parameter.kind in by_position]
    if len(args) > len(places):
        count = len(places)
        most = f'{count} argument' if count == 1 else f'{count} arguments'
        expected = f'at most {most} by position, {", ".join(names[:count])}'
        if not places:
            expected = f'the settings {", ".join(names)} by name' if names else 'no arguments'
        remedy = remedy or 'Give arguments by name.'
        return ArgumentTypeError(
            where, expected, f'{describe(args[count])} in place {count + 1}',
            remedy.format(value=brief(args[count])),
        )  # fmt: skip
    given = [parameter.name for parameter in places[: len(args)]]
    twice = [name for name in given if name in kwargs]
    if twice:
        return ArgumentTypeError(
            where, 'each argument once', f'{", ".join(twice)} by position and by name',
            remedy or 'Leave one of them out.',
        )  # fmt: skip
    needed = [parameter.name for parameter in places if parameter.default is parameter.empty]
    missing = [name for name in needed if name not in given and name not in kwargs]
    return ArgumentTypeError(
        where, f'the argument {", ".join(missing)}', 'none',
        remedy or f'Give {missing[0]}; see help({where}).',
    )  # fmt: skip
