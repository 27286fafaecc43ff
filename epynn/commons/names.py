"""Attributes that nobody here has are refused in words."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from epynn.commons.arguments import suggest
from epynn.commons.calls import bind_constructor
from epynn.commons.errors import ArgumentTypeError, UnknownImportError, UnknownNameError
from epynn.commons.foreign import MODULE


class Named:
    """Base of what users make and ask: names that it does not have are refused in words.

    Arguments of the constructor are checked before it runs, in ``__new__``, so that each
    constructor keeps the signature that ``help`` shows.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {}
    """Attributes that other libraries have -> what to write here."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Check the arguments of the constructor, and make the object."""
        missing = sorted(getattr(cls, '__abstractmethods__', ()))
        if missing:
            raise ArgumentTypeError(
                cls.__name__, f'a class with {", ".join(missing)}', 'one without',
                f'Write it in the class body: def {missing[0]}(self, ...).',
            )  # fmt: skip
        arguments = bind_constructor(cls, args, kwargs)
        made = super().__new__(cls)
        made.note_arguments(arguments)
        return made

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Let copies be made without the arguments that `__new__` asks for."""
        _, _, *state = super().__reduce_ex__(protocol)  # type: ignore[str-unpack]
        return object.__new__, (type(self),), *state

    def note_arguments(self, arguments: dict[str, Any]) -> None:
        """Do nothing with the arguments of the constructor; layers keep them for files."""

    if not TYPE_CHECKING:  # a type checker shall go on refusing what is not there

        def __getattr__(self, name: str) -> Any:
            """Refuse an attribute that is not there; Python asks here for no other."""
            if name.startswith('_'):
                raise AttributeError(f'{type(self).__name__!r} object has no attribute {name!r}')
            kind = type(self).__name__

            def remedy() -> str:
                names = [each for each in dir(self) if not each.startswith('_')]
                return self.elsewhere.get(name) or suggest(name, names, f'See help({kind}).')

            raise UnknownNameError(kind, 'one of its attributes', repr(name), remedy)


class NotCalled(Named):
    """Base of what other libraries call and this one does not: ``layer(X)``, ``model(X)``."""

    refuses_calls: ClassVar[bool] = True

    if not TYPE_CHECKING:

        def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
            """Refuse ``layer(X)``, and say which method is meant."""
            name = type(self).__name__
            raise ArgumentTypeError(
                f'{name}(...)', 'a call of one of its methods', 'a call of the object itself',
                self.elsewhere['call'],
            )  # fmt: skip


def refuse_module_name(name: str) -> NoReturn:
    """Refuse a name that ``epynn`` does not have: the ``__getattr__`` of the package.

    By an AttributeError, as ``hasattr`` and the import of submodules need it; but an ImportError
    where ``from epynn import Linear`` is told the name here, as Python hands on no other's words.
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
