"""State that goes from one pass to the next."""

import numpy as np
import pytest

from epynn import Dense, Embedding, EpyNN, Residual, Template
from epynn.commons.errors import ShapeError


def test_reset_states_reaches_layers_inside_others():
    inner = Template()
    outer = Residual([inner])
    model = EpyNN([Embedding(np.ones((4, 2)), np.ones(4)), outer, Dense()])
    outer.carries = True
    assert inner.carries
    inner.carried = {'h': np.ones((4, 2))}
    model.reset_states()
    assert inner.carried == {}


def test_other_samples_than_those_carried_are_refused():
    layer = Template()
    layer.carries, layer.carried = True, {'h': np.ones((4, 2))}
    with pytest.raises(ShapeError, match=r'4 samples, which go on.*reset_states'):
        layer.forward(np.ones((3, 2)))
