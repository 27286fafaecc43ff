"""What every test may ask for."""

import numpy as np
import pytest


@pytest.fixture
def rng():
    """Return a stream of random numbers, the same in every run."""
    return np.random.default_rng(1234)
