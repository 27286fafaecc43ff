"""GroupNorm: against PyTorch, its groups, and in a network."""

import numpy as np
import pytest
from gradients import check_network, require
from networks import make_classifier, quiet

from epynn.commons.errors import ArgumentError, ArgumentTypeError, ShapeError
from epynn.commons.maths import identity
from epynn.dense.models import Dense
from epynn.groupnorm.models import GroupNorm


@pytest.mark.parametrize(
    ('shape', 'groups'),
    [((7, 6), 2), ((4, 5, 3), 1), ((4, 5, 3), 3), ((3, 5, 4, 6), 1), ((3, 5, 4, 6), 2),
     ((3, 5, 4, 6), 6), ((1, 2, 3, 2, 4), 2)],
    ids=str,
)  # fmt: skip
def test_against_torch(shape, groups, rng, record_property):
    torch = pytest.importorskip('torch')
    layer = GroupNorm(groups, epsilon=1e-3)
    d = shape[-1]
    X, dA = 3 + 2 * rng.standard_normal(shape), rng.standard_normal(shape)
    layer.forward(X)
    layer.p = {'gamma': rng.standard_normal(d), 'beta': rng.standard_normal(d)}
    A = layer.forward(X)
    dX = layer.backward(dA)
    layer.compute_gradients()

    tX, tg, tb = (
        torch.tensor(array, requires_grad=True)
        for array in (np.moveaxis(X, -1, 1), layer.p['gamma'], layer.p['beta'])
    )
    tA = torch.nn.functional.group_norm(tX, groups, tg, tb, 1e-3)
    tA.backward(torch.tensor(np.moveaxis(dA, -1, 1)))
    pairs = [(np.moveaxis(A, -1, 1), tA.detach()), (np.moveaxis(dX, -1, 1), tX.grad),
             (layer.g['dgamma'], tg.grad), (layer.g['dbeta'], tb.grad)]  # fmt: skip
    record_property('worst', max(float(np.abs(a - t.numpy()).max()) for a, t in pairs))
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-10, atol=1e-10)


def test_each_group_has_mean_0_and_variance_1(rng):
    A = GroupNorm(2, 1e-12).forward(5 + 3 * rng.standard_normal((4, 5, 5, 6)))
    groups = A.reshape(4, 5, 5, 2, 3)
    np.testing.assert_allclose(groups.mean(axis=(1, 2, 4)), 0, atol=1e-13)
    np.testing.assert_allclose(groups.var(axis=(1, 2, 4)), 1, rtol=1e-11)


@pytest.mark.parametrize('groups', [4, 7])
def test_groups_that_do_not_divide_the_channels_are_refused(groups, rng):
    layer = GroupNorm(groups)
    with pytest.raises(
        ShapeError, match=rf'GroupNorm\.groups: expected a divisor of the 6 .*, got {groups}\. \w'
    ):
        layer.forward(rng.standard_normal((2, 5, 5, 6)))
    assert not layer.p


def test_groups_of_one_number_are_refused(rng):
    with pytest.raises(ShapeError, match=r'GroupNorm: expected at least 2 numbers a group, got 1'):
        GroupNorm(6).forward(rng.standard_normal((2, 6)))


@pytest.mark.parametrize('groups', [0, -1, 1.5, '2', None, True])
def test_wrong_groups_are_refused(groups):
    with pytest.raises((ArgumentError, ArgumentTypeError), match=r'^GroupNorm\.groups: '):
        GroupNorm(groups)


def test_wrong_epsilon_is_refused():
    with pytest.raises(ArgumentError, match=r'^GroupNorm\.epsilon: '):
        GroupNorm(1, epsilon=-1)


def test_gradients_of_a_network():
    model = quiet(make_classifier(Dense(6, identity), GroupNorm(2)))
    batch = model.embedding.batch_dtrain[0]
    require(check_network(model, batch.X, batch.Y))
