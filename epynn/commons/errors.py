"""Typed errors. Each says where, what was expected, what came, and the remedy.

Every error of the library derives from :class:`EpynnError`, and also from the built-in exception
that a Python programmer would expect in its place, so that ``except ValueError`` keeps working.
"""

from collections.abc import Callable


class EpynnError(Exception):
    """Base of every error that epynn raises.

    Parameters
    ----------
    where : str
        The layer or argument concerned, as the user knows it: ``'Dense'``, ``'filter_size'``.
    expected : str
        What the library accepts there.
    got : str
        What came instead.
    remedy : str, optional
        What to do about it.
    """

    def __init__(self, where: str, expected: str, got: str, remedy: str = '') -> None:
        self.where, self.expected, self.got, self.remedy = where, expected, got, remedy
        message = f'{where}: expected {expected}, got {got}.'
        super().__init__(f'{message} {remedy}' if remedy else message)

    def placed(self, place: str) -> 'EpynnError':
        """Return the same error, with more on where it was: ``', layer 3'``."""
        error = type(self)(f'{self.where}{place}', self.expected, self.got, self.remedy)
        return error.with_traceback(self.__traceback__)

    def __reduce__(self) -> tuple[type, tuple[str, str, str, str]]:
        """Rebuild from the four parts, so that the error crosses process borders."""
        return type(self), (self.where, self.expected, self.got, self.remedy)


class ArgumentError(EpynnError, ValueError):
    """An argument has a value that the function or layer does not accept."""


class ArgumentTypeError(EpynnError, TypeError):
    """An argument has a type that the function or layer does not accept."""


class ShapeError(EpynnError, ValueError):
    """An array has the wrong axes or the wrong size along one of them."""


class DataError(EpynnError, ValueError):
    """The data cannot be learned from: lengths that differ, NaN, infinity, an unknown token."""


class LabelError(DataError):
    """The labels do not fit the output layer, the loss or each other."""


class LayerError(EpynnError, TypeError):
    """A layer class is incomplete, or layers do not make a network in this order."""


class StateError(EpynnError, RuntimeError):
    """Something was asked for too early: predict before initialize, backward before forward."""


class TrainingError(EpynnError, ArithmeticError):
    """Training met a number that is not finite and stopped before using it."""


class CallbackError(EpynnError, RuntimeError):
    """A callback raised an error, which is its ``__cause__``. The network is whole."""


class OutOfMemoryError(EpynnError, MemoryError):
    """There is too little memory for what was asked; what was there is as it was."""


class ModelFileError(EpynnError, ValueError):
    """A model file is damaged, foreign, or from a newer version."""


class MissingExtraError(EpynnError, ImportError):
    """An optional package is needed and not installed."""


class UnknownNameError(EpynnError, AttributeError):
    """An attribute that the object or module does not have.

    Parameters
    ----------
    where, expected, got : str
        As of :class:`EpynnError`.
    remedy : str or function, optional
        The function is called when somebody reads the remedy: the nearest of all names takes long
        to find, and who asks ``hasattr`` reads nothing.
    """

    def __init__(
        self, where: str, expected: str, got: str, remedy: str | Callable[[], str] = ''
    ) -> None:
        super().__init__(where, expected, got)
        self._remedy = remedy

    @property
    def remedy(self) -> str:
        """What to do about it."""
        if callable(self._remedy):
            self._remedy = self._remedy()
        return self._remedy

    @remedy.setter
    def remedy(self, remedy: str) -> None:
        self._remedy = remedy

    def __str__(self) -> str:
        return f'{super().__str__()} {self.remedy}'.rstrip()


class UnknownImportError(EpynnError, ImportError):
    """A name that the package does not have was to be imported from it."""
