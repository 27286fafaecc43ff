"""Where the pieces of every layer stand, and what its docstring tells."""

import inspect
import re
from importlib import import_module

from layer_checks import (
    each_row,
)
from layer_table import ROWS

import epynn
from epynn.commons.composite import Composite
from epynn.commons.models import Layer
from epynn.commons.roles import no_parameters

LEARNING = {type(row.make()) for row in ROWS if row.parameters}
"""Layers with parameters, in one configuration at least."""
FOLDERS = {'Parallel': 'branches'}
"""Layers whose folder has another name: epynn.parallel is for processes that learn together."""


@each_row
def test_functions_are_bound_not_wrapped(row):
    cls = type(row.make())
    folder = cls.__module__.split('.')[1]
    assert folder == FOLDERS.get(cls.__name__, cls.__name__.lower())
    places = {
        'forward': 'forward',
        'backward': 'backward',
        'compute_shapes': 'parameters',
        'initialize_parameters': 'parameters',
        'compute_gradients': 'parameters',
    }
    for method, module in places.items():
        function = getattr(cls, method)
        if cls not in LEARNING and method in ('initialize_parameters', 'compute_gradients'):
            assert function is no_parameters
            continue
        if function is getattr(Composite, method, None):
            continue
        name = f'{folder}_{method}'
        assert function is getattr(import_module(f'epynn.{folder}.{module}'), name)
        assert function.__name__ == name
        assert function.__module__ == f'epynn.{folder}.{module}'
        assert function.__doc__


@each_row
def test_import_paths(row):
    cls = type(row.make())
    folder = cls.__module__.split('.')[1]
    assert getattr(import_module(f'epynn.{folder}.models'), cls.__name__) is cls
    assert getattr(epynn, cls.__name__) is cls
    assert cls.__name__ in epynn.__all__


@each_row
def test_the_docstring_tells_the_shapes(row):
    cls = type(row.make())
    doc = inspect.getdoc(cls)  # Python 3.13 takes the indentation away
    assert 'Notes\n-----' in doc
    assert re.search(r'Shapes: ``X \(m, .*\)`` -> ``A \(m, .*\)``', doc)
    for name in row.parameters:  # those of layers inside ('0.W') are in the docstrings of these
        assert '.' in name or f'``{name} (' in doc, name
    if cls.__init__ is not Layer.__init__:
        assert 'Parameters\n----------' in doc


def test_every_public_layer_has_a_row():
    public = {
        name
        for name in epynn.__all__
        if isinstance(getattr(epynn, name), type) and issubclass(getattr(epynn, name), Layer)
    } - {'Layer'}
    assert public == {type(row.make()).__name__ for row in ROWS}
