"""What the tests of properties share: each is tried on examples that hypothesis draws.

Arrays come from a seed, and sizes are small: what varies and shrinks are shapes, options, seeds.
"""

from functools import partial

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

PROFILE = settings(max_examples=50)
close = partial(np.testing.assert_allclose, rtol=1e-9, atol=1e-9)
equal = np.testing.assert_array_equal


def holds(**strategies):
    """Check a property for examples of what the strategies draw, the same in every run."""
    return lambda test: PROFILE(given(**strategies)(test))


rngs = st.integers(0, 2**32 - 1).map(np.random.default_rng)
few = st.integers(1, 4)
numbers = st.floats(-30, 30)
