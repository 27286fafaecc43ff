"""LayerNorm: against PyTorch, and in a network."""

import numpy as np
import pytest
from gradients import check_network, require
from networks import make_classifier, quiet

from epynn.commons.errors import ArgumentError, ShapeError
from epynn.commons.maths import identity
from epynn.dense.models import Dense
from epynn.layernorm.models import LayerNorm


@pytest.mark.parametrize('shape', [(7, 5), (1, 2), (4, 6, 3), (3, 5, 4, 6)], ids=str)
def test_against_torch(shape, rng, record_property):
    torch = pytest.importorskip('torch')
    layer = LayerNorm(epsilon=1e-3)
    d = shape[-1]
    X, dA = 3 + 2 * rng.standard_normal(shape), rng.standard_normal(shape)
    layer.forward(X)
    layer.p = {'gamma': rng.standard_normal(d), 'beta': rng.standard_normal(d)}
    A = layer.forward(X)
    dX = layer.backward(dA)
    layer.compute_gradients()

    tX, tg, tb = (
        torch.tensor(array, requires_grad=True) for array in (X, layer.p['gamma'], layer.p['beta'])
    )
    tA = torch.nn.functional.layer_norm(tX, (d,), tg, tb, 1e-3)
    tA.backward(torch.tensor(dA))
    pairs = [(A, tA.detach()), (dX, tX.grad), (layer.g['dgamma'], tg.grad),
             (layer.g['dbeta'], tb.grad)]  # fmt: skip
    record_property('worst', max(float(np.abs(a - t.numpy()).max()) for a, t in pairs))
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-10, atol=1e-10)


def test_each_place_has_mean_0_and_variance_1(rng):
    A = LayerNorm(1e-12).forward(5 + 3 * rng.standard_normal((4, 6, 50)))
    np.testing.assert_allclose(A.mean(axis=-1), 0, atol=1e-13)
    np.testing.assert_allclose(A.var(axis=-1), 1, rtol=1e-11)


def test_one_channel_cannot_be_normalized(rng):
    with pytest.raises(
        ShapeError, match=r'LayerNorm: expected at least 2 numbers along the last axis, got 1\. \w'
    ):
        LayerNorm().forward(rng.standard_normal((4, 1)))


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
