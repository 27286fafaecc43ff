"""Names that nobody here has are refused in words: keywords, and attributes."""

import inspect
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from epynn.commons.arguments import brief, describe, suggest
from epynn.commons.errors import ArgumentTypeError, UnknownImportError, UnknownNameError
from epynn.commons.foreign import KEYWORDS, MODULE, PLACES


def refuse_unknown(where: str, function: Callable[..., Any], unknown: Mapping[str, Any]) -> None:
    """Refuse keywords that a function does not know, and say what may have been meant.

    A function that ends its signature by ``**unknown: NoReturn`` calls this in its first line: a
    type checker refuses such keywords before they are given.

    Parameters
    ----------
    where : str
        The function as the user knows it: ``'EpyNN.train'``.
    function : callable
        The function itself, for the names that it knows.
    unknown : mapping
        The keywords that fit none of them.
    """
    if unknown:
        raise unknown_keywords(where, argument_names(function), unknown)


def unknown_keywords(where: str, names: list[str], unknown: Mapping[str, Any]) -> ArgumentTypeError:
    """Return the error for keywords that are none of the names."""
    name, value = next(iter(unknown.items()))
    here = KEYWORDS.get(name, name)
    if here in names:
        remedy = f'Here it is called {here}.'
    elif here in PLACES:
        remedy = PLACES[here].format(name=here, value=brief(value))
    else:
        remedy = suggest(name, names) if names else 'Leave it out.'
    return ArgumentTypeError(
        where, f'the arguments {", ".join(names)}' if names else 'no arguments',
        ', '.join(f'{name}={brief(value)}' for name, value in unknown.items()), remedy,
    )  # fmt: skip


def argument_names(function: Callable[..., Any]) -> list[str]:
    """Return the names of the arguments of a method, without ``self`` and those that collect."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    collect = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [parameter.name for parameter in parameters if parameter.kind not in collect]


def constructor_names(cls: type) -> list[str]:
    """Return the names that a constructor takes, and those that it hands on by ``**options``."""
    names: list[str] = []
    for base in cls.__mro__:
        make = vars(base).get('__init__')
        if inspect.isfunction(make):
            names += [name for name in argument_names(make) if name not in names]
            kinds = [parameter.kind for parameter in inspect.signature(make).parameters.values()]
            if inspect.Parameter.VAR_KEYWORD not in kinds:
                break
    return names


def bind_constructor(cls: type, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments given to a constructor by name; refuse those that it does not take."""
    signature = inspect.signature(cls.__init__)  # type: ignore[misc]
    try:
        arguments = signature.bind_partial(None, *args, **kwargs).arguments
    except TypeError:
        raise misfit(cls, signature, args, kwargs) from None
    arguments.pop(next(iter(signature.parameters)), None)
    return arguments


def misfit(
    cls: type, signature: inspect.Signature, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> ArgumentTypeError:
    """Return the error for arguments that a constructor does not take."""
    names = constructor_names(cls)
    unknown = {name: value for name, value in kwargs.items() if name not in names}
    if unknown:
        return unknown_keywords(cls.__name__, names, unknown)
    kinds = [parameter.kind for parameter in list(signature.parameters.values())[1:]]
    places = kinds.count(inspect.Parameter.POSITIONAL_OR_KEYWORD)
    if len(args) <= places:
        twice = [name for name in list(signature.parameters)[1 : len(args) + 1] if name in kwargs]
        return ArgumentTypeError(
            cls.__name__, 'each argument once', f'{", ".join(twice)} by position and by name',
            'Leave one of them out.',
        )  # fmt: skip
    most = f'{places} argument' if places == 1 else f'{places} arguments'
    expected = f'at most {most} by position, {", ".join(names[:places])}'
    if not places:
        expected = f'the settings {", ".join(names)} by name' if names else 'no arguments'
    remedy = getattr(cls, 'by_position', 'Give arguments by name.')
    return ArgumentTypeError(
        cls.__name__, expected, f'{describe(args[places])} in place {places + 1}',
        remedy.format(value=brief(args[places])),
    )  # fmt: skip


class Named:
    """Base of what users make and ask: names that it does not have are refused in words.

    Arguments of the constructor are checked before it runs, in ``__new__``, so that each
    constructor keeps the signature that ``help`` shows.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {}
    """Attributes that other libraries have -> what to write here."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Check the arguments of the constructor, and make the object."""
        made = super().__new__(cls)
        made.note_arguments(bind_constructor(cls, args, kwargs))
        return made

    def note_arguments(self, arguments: dict[str, Any]) -> None:
        """Do nothing with the arguments of the constructor; layers keep them for files."""

    if not TYPE_CHECKING:  # a type checker shall go on refusing what is not there

        def __getattr__(self, name: str) -> Any:
            """Refuse an attribute that is not there; Python asks here for no other."""
            if name.startswith('_'):
                raise AttributeError(f'{type(self).__name__!r} object has no attribute {name!r}')
            remedy = self.elsewhere.get(name) or suggest(
                name, public_names(self), f'See help({type(self).__name__}).'
            )
            raise UnknownNameError(type(self).__name__, 'one of its attributes', repr(name), remedy)


def public_names(thing: Any) -> list[str]:
    """Return the names of attributes that are for everybody."""
    return [name for name in dir(thing) if not name.startswith('_')]


def refuse_module_name(name: str) -> NoReturn:
    """Refuse a name that ``epynn`` does not have: the ``__getattr__`` of the package.

    Raises
    ------
    UnknownNameError
        An AttributeError, as ``hasattr`` and the import of submodules need it.
    UnknownImportError
        An ImportError, where ``from epynn import Linear`` is told the name here: of another error
        Python would not hand on the words.
    """
    if name.startswith('_'):
        raise AttributeError(f"module 'epynn' has no attribute {name!r}")
    public = sys.modules['epynn'].__all__
    words = 'epynn', 'one of its names', repr(name)
    if name in MODULE:
        remedy = f'Here it is called {MODULE[name]}.'
        if sys._getframe(1).f_code.co_name == '_handle_fromlist':  # of the import system
            raise UnknownImportError(*words, remedy)
        raise UnknownNameError(*words, remedy)
    raise UnknownNameError(*words, suggest(name, public, 'See help(epynn).'))
