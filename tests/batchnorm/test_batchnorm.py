"""BatchNorm: its running statistics, what costs no digits, and in a network."""

import numpy as np
import pytest
from gradients import check_network, require
from networks import make_classifier, parameters, quiet

from epynn.batchnorm.models import BatchNorm
from epynn.commons.errors import ShapeError
from epynn.commons.maths import identity, tanh
from epynn.dense.models import Dense


def test_a_training_batch_has_mean_0_and_variance_1(rng):
    A = BatchNorm(epsilon=1e-12).forward(5 + 3 * rng.standard_normal((40, 6, 4)))
    np.testing.assert_allclose(A.mean(axis=(0, 1)), 0, atol=1e-13)
    np.testing.assert_allclose(A.var(axis=(0, 1)), 1, rtol=1e-11)


def test_running_statistics_by_hand(rng):
    layer = BatchNorm(momentum=0.75)
    X = rng.standard_normal((6, 3))
    layer.forward(X)
    np.testing.assert_allclose(layer.s['mean'], 0.25 * X.mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(layer.s['var'], 0.75 + 0.25 * X.var(axis=0, ddof=1), rtol=1e-13)


@pytest.mark.parametrize('momentum', [0, 1])
def test_momentum_at_its_ends(momentum, rng):
    layer, X = BatchNorm(momentum), rng.standard_normal((6, 3))
    layer.forward(X)
    expected = {0: (X.mean(axis=0), X.var(axis=0, ddof=1)), 1: (np.zeros(3), np.ones(3))}[momentum]
    np.testing.assert_allclose(layer.s['mean'], expected[0], rtol=1e-13, atol=0)
    np.testing.assert_allclose(layer.s['var'], expected[1], rtol=1e-13)


def test_running_statistics_converge_to_those_of_the_data(rng):
    layer = BatchNorm(0.5)
    X = 2 + 3 * rng.standard_normal((50, 4))
    for _ in range(60):
        layer.forward(X)
    layer.training = False
    A = layer.forward(X)
    np.testing.assert_allclose(A.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(A.var(axis=0, ddof=1), 1, rtol=1e-5)


def test_a_frozen_layer_keeps_its_statistics_and_uses_them(rng):
    layer = BatchNorm()
    layer.forward(rng.standard_normal((6, 3)))
    before = dict(layer.s)
    layer.trainable = False
    X = 4 + rng.standard_normal((1, 3))  # one point will do
    A = np.array(layer.forward(X))
    layer.training = False
    np.testing.assert_array_equal(A, layer.forward(X))
    assert layer.s['mean'] is before['mean']
    assert layer.s['var'] is before['var']


@pytest.mark.parametrize('shape', [(1, 3), (1, 1, 3), (1, 1, 1, 3)], ids=str)
def test_one_point_cannot_be_normalized_in_training(shape, rng):
    layer = BatchNorm()
    with pytest.raises(
        ShapeError,
        match=r'BatchNorm: expected at least 2 numbers a channel .*, got 1\. .*drop_last',
    ):
        layer.forward(rng.standard_normal(shape))
    layer.training = False
    assert layer.forward(rng.standard_normal(shape)).shape == shape


def test_an_input_without_channels_is_refused(rng):
    with pytest.raises(ShapeError, match=r'BatchNorm: expected an input of at least 2 axes'):
        BatchNorm().forward(rng.standard_normal(5))


def test_constant_channels_give_beta():
    A = BatchNorm().forward(np.full((8, 2), 3.0))
    np.testing.assert_array_equal(A, np.zeros((8, 2)))


def test_a_large_mean_costs_no_digits(rng):
    X = rng.standard_normal((100, 2))
    A, B = BatchNorm().forward(X), BatchNorm().forward(X + 1e6)
    np.testing.assert_allclose(A, B, atol=1e-8)


def test_float32_means_of_many_points_are_exact_enough(rng):
    X = (100 + rng.standard_normal((64, 64, 64, 2))).astype(np.float32)
    layer = BatchNorm(0)
    layer.forward(X)
    np.testing.assert_allclose(layer.s['mean'], X.mean(axis=(0, 1, 2), dtype=float), rtol=1e-5)
    assert layer.s['mean'].dtype == layer.s['var'].dtype == np.float32


def test_integer_input_is_normalized_in_float64():
    X = np.array([[100], [120], [-128]], dtype=np.int8)  # whose sum of squares overflows int8
    A = BatchNorm(epsilon=1e-12).forward(X)
    np.testing.assert_allclose(A.var(axis=0), 1, rtol=1e-10)
    assert A.dtype == np.float64


# IN A NETWORK


def make_network(**options):
    return make_classifier(Dense(5, identity), BatchNorm(), Dense(4, tanh), BatchNorm(), **options)


def test_gradients_of_a_network():
    model = quiet(make_network())
    batch = model.embedding.batch_dtrain[0]
    require(check_network(model, batch.X, batch.Y))


def test_initialize_and_predict_leave_the_statistics_alone():
    model = quiet(make_network(batch_size=8))
    layer = model.layers[2]
    np.testing.assert_array_equal(layer.s['mean'], np.zeros(5))
    np.testing.assert_array_equal(layer.s['var'], np.ones(5))
    model.train(2, verbose=0)
    before = {name: s.copy() for name, s in layer.s.items()}
    assert (before['mean'] != 0).all()
    first = model.predict(model.embedding.dtrain.X).A
    model.evaluate()
    second = model.predict(model.embedding.dtrain.X).A
    np.testing.assert_array_equal(first, second)
    for name in before:
        np.testing.assert_array_equal(layer.s[name], before[name])


def test_initializing_again_starts_the_statistics_again():
    model = quiet(make_network())
    model.train(2, verbose=0)
    statistics, learned = dict(model.layers[2].s), parameters(model)
    quiet(model, params=False)
    for name, s in statistics.items():
        np.testing.assert_array_equal(model.layers[2].s[name], s)
    np.testing.assert_array_equal(model.layers[2].p['gamma'], learned[2]['gamma'])
    quiet(model)
    np.testing.assert_array_equal(model.layers[2].s['mean'], np.zeros(5))


def test_a_last_batch_of_one_sample_says_what_to_do():
    model = quiet(make_network(m=24, batch_size=5))  # 16 samples to train with
    with pytest.raises(ShapeError, match='drop_last'):
        model.train(1, verbose=0)
