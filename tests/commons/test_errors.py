"""Errors say where, what was expected, what came, and what to do."""

import copy
import pickle

import pytest

from epynn.commons import errors
from epynn.commons.errors import EpynnError

CLASSES = [
    error
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, EpynnError)
]
BUILTINS = {
    'ArgumentError': ValueError,
    'ArgumentTypeError': TypeError,
    'ShapeError': ValueError,
    'DataError': ValueError,
    'LabelError': ValueError,
    'LayerError': TypeError,
    'StateError': RuntimeError,
    'TrainingError': ArithmeticError,
    'CallbackError': RuntimeError,
    'OutOfMemoryError': MemoryError,
    'ModelFileError': ValueError,
    'MissingExtraError': ImportError,
    'UnknownNameError': AttributeError,
    'UnknownImportError': ImportError,
}


def test_all_errors_are_here():
    assert {error.__name__ for error in CLASSES} == {'EpynnError', *BUILTINS}


@pytest.mark.parametrize('error', CLASSES, ids=lambda error: error.__name__)
def test_every_error(error):
    raised = error('Dense.units', 'a whole number', "'3' (str)", 'Pass an int.')
    assert str(raised) == "Dense.units: expected a whole number, got '3' (str). Pass an int."
    assert (raised.where, raised.expected, raised.got) == (
        'Dense.units', 'a whole number', "'3' (str)",
    )  # fmt: skip
    assert str(error('a', 'b', 'c')) == 'a: expected b, got c.'
    assert isinstance(raised, BUILTINS.get(error.__name__, Exception))
    assert error.__doc__


@pytest.mark.parametrize('error', CLASSES, ids=lambda error: error.__name__)
def test_errors_cross_the_borders_of_processes(error):
    raised = error('where', 'expected', 'got', 'remedy')
    for twin in (pickle.loads(pickle.dumps(raised)), copy.copy(raised)):  # noqa: S301
        assert type(twin) is error
        assert str(twin) == str(raised)
        assert twin.remedy == 'remedy'
