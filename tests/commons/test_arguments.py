"""Arguments: what they are called in errors, and what functions are taken."""

import tracemalloc

import numpy as np
import pytest

from epynn.commons.arguments import as_choice, as_float, as_function, check_call, describe, suggest
from epynn.commons.errors import ArgumentError, ArgumentTypeError
from epynn.commons.loss import Huber
from epynn.dense.models import Dense

NAMES = ('accuracy', 'recall', 'NPV')


@pytest.mark.parametrize(
    ('value', 'words'),
    [
        (3, '3 (int)'),
        ('x', "'x' (str)"),
        (Dense, 'Dense (class)'),
        (np.tanh, 'tanh (function)'),
        (np.ones((2, 3)), 'an array of shape (2, 3)'),
        (Dense(3), 'Dense(3)'),
        (list(range(99)), '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16... (list)'),
    ],
)
def test_values_are_described_in_one_short_line(value, words):
    assert describe(value) == words


@pytest.mark.parametrize(
    ('value', 'remedy'),
    [
        ('acuracy', "Perhaps 'accuracy' was meant."),
        ('Recall', "Perhaps 'recall' was meant."),
        ('npv', "Perhaps 'NPV' was meant."),
        ('xyz', 'Choose one of these names.'),
        (None, 'Choose one of these names.'),
    ],
)
def test_the_name_that_was_meant_is_suggested(value, remedy):
    assert suggest(value, NAMES) == remedy


def test_an_int_beyond_the_range_of_floats_is_refused():
    with pytest.raises(
        ArgumentError, match=r'^size: expected a number from 0, got 1000.*\.\.\. \(i'
    ):
        as_float(10**400, 'size', low=0)


def test_a_choice_is_a_string():
    for value in (np.array(['recall']), ['recall'], 1):
        with pytest.raises(ArgumentError, match='metric: expected one of accuracy, recall, NPV'):
            as_choice(value, 'metric', NAMES)


def test_a_class_is_no_function():
    with pytest.raises(ArgumentTypeError, match=r'got Huber \(class\)\. Add parentheses: Huber\('):
        as_function(Huber, 'loss', 'MSE')


def test_functions_are_taken_in_the_form_they_are_called_in():
    def fits(x, deriv=False, alpha=0.1):
        return x

    def anything(*arguments, **options):
        return arguments

    for function in (fits, anything, lambda x, *, deriv: x):
        check_call(function, 'activate', 'f(x, deriv=False), an activation', 1, 'deriv')
    for function in (np.tanh, len, lambda: 0, lambda x: x, lambda x, y, deriv: x):
        with pytest.raises(ArgumentTypeError, match=r'^activate: expected a function f\(x, deriv'):
            check_call(function, 'activate', 'f(x, deriv=False), an activation', 1, 'deriv')


def test_a_function_that_does_not_tell_its_arguments_is_taken_at_its_word():
    class Silent:
        @property
        def __signature__(self):
            raise ValueError('no signature')

        def __call__(self, x, deriv=False):
            return x

    check_call(Silent(), 'activate', 'f(x, deriv=False), an activation', 1, 'deriv')


def test_a_long_value_is_described_in_little_memory():
    """Its words were split one by one, which took forty times the memory of the value's text."""
    value = (0,) * 20_000
    tracemalloc.start()
    try:
        assert describe(value).endswith('... (tuple)')
        assert tracemalloc.get_traced_memory()[1] < 6 * len(repr(value))
    finally:
        tracemalloc.stop()
