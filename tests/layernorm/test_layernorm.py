"""LayerNorm: what it normalizes, what it refuses, and in a network."""

import numpy as np
import pytest
from gradients import check_network, require
from networks import make_classifier, quiet

from epynn.commons.errors import ArgumentError, ShapeError
from epynn.commons.maths import identity
from epynn.dense.models import Dense
from epynn.layernorm.models import LayerNorm


def test_each_place_has_mean_0_and_variance_1(rng):
    A = LayerNorm(1e-12).forward(5 + 3 * rng.standard_normal((4, 6, 50)))
    np.testing.assert_allclose(A.mean(axis=-1), 0, atol=1e-13)
    np.testing.assert_allclose(A.var(axis=-1), 1, rtol=1e-11)


def test_an_input_without_channels_is_refused(rng):
    with pytest.raises(ShapeError, match=r'LayerNorm: expected an input of at least 2 axes'):
        LayerNorm().forward(rng.standard_normal(5))


def test_wrong_arguments_are_refused():
    with pytest.raises(ArgumentError, match=r'^LayerNorm\.epsilon: '):
        LayerNorm(0)


def test_gradients_of_a_network():
    model = quiet(make_classifier(Dense(5, identity), LayerNorm()))
    batch = model.embedding.batch_dtrain[0]
    require(check_network(model, batch.X, batch.Y))
