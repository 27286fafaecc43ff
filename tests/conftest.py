"""What every test may ask for, and what holds for every test."""

from itertools import count

import numpy as np
import pytest


@pytest.fixture
def rng():
    """Return a stream of random numbers, the same in every run."""
    return np.random.default_rng(1234)


@pytest.fixture(autouse=True)
def repeatable(monkeypatch):
    """Give streams without a seed a new seed each, the same ones whenever the test runs.

    A layer that stands alone draws its parameters unseeded. Drawn anew in every run, they would
    one day lie next to a kink, where a central difference is no derivative.
    """
    default_rng, seeds = np.random.default_rng, count(1_000_000)

    def seeded(seed=None):
        return default_rng(next(seeds) if seed is None else seed)

    monkeypatch.setattr(np.random, 'default_rng', seeded)
