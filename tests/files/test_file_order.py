"""Parameters lie in memory as files hold them, so that a network that was read rounds alike."""

import numpy as np
import pytest

from epynn import LSTM, Dense, Embedding, EpyNN, read_model


@pytest.mark.parametrize('units', [3, 16, 31])
def test_a_prediction_is_the_same_to_the_bit_after_reading(units, tmp_path, rng):
    X = rng.standard_normal((5, 3, 16))
    model = EpyNN([Embedding(X, np.arange(5) % 2), LSTM(units), Dense(1)])
    model.initialize(seed=units, verbose=False)
    # Orthogonal draws come by columns, and a matrix product rounds by the order of memory.
    assert all(p.flags.c_contiguous for layer in model.layers for p in layer.p.values())
    read = read_model(model.write(tmp_path / 'model.safetensors'))
    for m in (1, 2, 5):
        assert np.array_equal(read.predict(X[:m]).A, model.predict(X[:m]).A)
