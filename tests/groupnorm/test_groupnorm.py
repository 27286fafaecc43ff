"""GroupNorm: its groups, and in a network."""

import numpy as np
import pytest
from gradients import check_network, require
from networks import make_classifier, quiet

from epynn.commons.errors import ShapeError
from epynn.commons.maths import identity
from epynn.dense.models import Dense
from epynn.groupnorm.models import GroupNorm


def test_each_group_has_mean_0_and_variance_1(rng):
    A = GroupNorm(2, 1e-12).forward(5 + 3 * rng.standard_normal((4, 5, 5, 6)))
    groups = A.reshape(4, 5, 5, 2, 3)
    np.testing.assert_allclose(groups.mean(axis=(1, 2, 4)), 0, atol=1e-13)
    np.testing.assert_allclose(groups.var(axis=(1, 2, 4)), 1, rtol=1e-11)


def test_groups_of_one_number_are_refused(rng):
    with pytest.raises(ShapeError, match=r'GroupNorm: expected at least 2 numbers a group, got 1'):
        GroupNorm(6).forward(rng.standard_normal((2, 6)))


def test_gradients_of_a_network():
    model = quiet(make_classifier(Dense(6, identity), GroupNorm(2)))
    batch = model.embedding.batch_dtrain[0]
    require(check_network(model, batch.X, batch.Y))
