"""What every test may ask for, and what holds for every test."""

import sys
from itertools import count

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

# The same examples in every run, however busy the machine is.
settings.register_profile(
    'repeatable', derandomize=True, database=None, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
settings.load_profile('repeatable')

default_rng, seeds = np.random.default_rng, count()


@pytest.fixture
def rng():
    """Return a stream of random numbers, the same in every run."""
    return np.random.default_rng(1234)


@pytest.fixture
def separate_train(monkeypatch):
    """Let a test import one ``train.py`` and leave no trace of it."""
    names = ('train', 'prepare_dataset')
    monkeypatch.setattr(sys, 'path', list(sys.path))
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield
    for name in names:
        sys.modules.pop(name, None)


def seeded(seed=None):
    """Stand in for `default_rng`: a stream without a seed gets a new seed, each time the same."""
    return default_rng(next(seeds) if seed is None else seed)


def start_anew():
    """Let random numbers without a seed be those of every other run.

    A layer that stands alone draws its parameters unseeded. Drawn anew in every run, they would
    one day lie next to a kink, where a central difference is no derivative.
    """
    global seeds
    seeds = count(1_000_000)
    np.random.default_rng = seeded
    np.random.seed(1_000_000)  # noqa: NPY002  the networks of a course draw from these


start_anew()  # what is drawn while tests are collected, before a module's fixtures, before a test
before_a_module = pytest.fixture(autouse=True, scope='module')(start_anew)
before_a_test = pytest.fixture(autouse=True)(start_anew)
