"""Properties that hold for any data: activations, losses, data, layers."""

import math

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from properties import close, equal, few, holds, numbers, rngs

from epynn.commons import io, loss, maths, metrics
from epynn.commons.bound_activation import BoundActivation
from epynn.commons.maths.clipping import clip_by_norm
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.gru.models import GRU
from epynn.lstm.models import LSTM
from epynn.rnn.models import RNN

# ACTIVATIONS

arrays = st.tuples(rngs, few, few, st.sampled_from([1e-3, 1, 30, 1e3])).map(
    lambda t: t[3] * t[0].standard_normal(t[1:3])
)


@holds(x=arrays, c=numbers)
def test_softmax_does_not_see_what_all_logits_share(x, c):
    close(maths.softmax(x), maths.softmax(x + c))


@holds(x=arrays, T=st.floats(0.05, 50))
def test_softmax_is_a_distribution_in_the_order_of_the_logits(x, T):
    A = maths.softmax(x, T=T)
    close(A.sum(axis=1), 1)
    assert (A >= 0).all()
    equal(A.max(axis=1), A[np.arange(len(x)), x.argmax(axis=1)])


@holds(x=arrays)
def test_softmax_of_two_is_a_sigmoid(x):
    logits = np.stack([np.zeros(x.size), x.ravel()], axis=1)
    close(maths.softmax(logits)[:, 1], maths.sigmoid(x.ravel()))


@holds(x=arrays, T=st.floats(0.1, 10))
def test_gradients_through_softmax_sum_to_0(x, T):
    f = BoundActivation(maths.softmax, {'softmax_temperature': T})
    close(f.gradient(np.cos(x), x, f(x)).sum(axis=1), 0)


@holds(x=arrays)
def test_sigmoid_of_minus_is_the_complement(x):
    close(maths.sigmoid(-x), 1 - maths.sigmoid(x))
    close(maths.sigmoid(x, deriv=True), maths.sigmoid(-x, deriv=True))


@holds(x=arrays, name=st.sampled_from(['relu', 'elu', 'sigmoid', 'tanh', 'softplus', 'identity']))
def test_rising_activations_rise(x, name):
    f = maths.ACTIVATIONS[name]
    values = f(np.sort(x.ravel()))
    assert (np.diff(values) >= 0).all()
    assert (f(x, deriv=True) >= 0).all()


# LOSSES AND METRICS


@st.composite
def outputs(draw):
    """Draw truths as one-hot columns and outputs as distributions."""
    rng, m, U = draw(rngs), draw(st.integers(1, 6)), draw(st.integers(2, 5))
    return rng, np.eye(U)[rng.integers(0, U, m)], maths.softmax(rng.standard_normal((m, U)))


@holds(case=outputs(), name=st.sampled_from(['MSE', 'MAE', 'MSLE', 'BCE', 'CCE', 'Huber']))
def test_losses_are_not_below_0_and_0_for_the_truth(case, name):
    _, Y, A = case
    f = loss.loss_functions(name)
    assert (f(Y, A) >= 0).all()
    equal(f(Y, Y), 0)


@holds(case=outputs(), name=st.sampled_from(['MSE', 'MAE', 'MSLE', 'BCE', 'CCE', 'Huber']))
def test_losses_are_of_each_sample_alone(case, name):
    rng, Y, A = case
    f, order = loss.loss_functions(name), rng.permutation(len(Y))
    equal(f(Y[order], A[order]), f(Y, A)[order])
    equal(f(Y[order], A[order], deriv=True), f(Y, A, deriv=True)[order])


@holds(
    case=outputs(), name=st.sampled_from(['MSE', 'MAE', 'BCE', 'CCE', 'Huber']), s=st.floats(0, 1)
)
def test_losses_are_convex_in_the_outputs(case, name, s):
    rng, Y, A = case
    other, f = maths.softmax(rng.standard_normal(A.shape)), loss.loss_functions(name)
    between = f(Y, s * A + (1 - s) * other)
    assert (between <= s * f(Y, A) + (1 - s) * f(Y, other) + 1e-12).all()


@holds(case=outputs(), name=st.sampled_from(['accuracy', 'recall', 'precision', 'fscore', 'NPV']))
def test_metrics_are_shares_and_do_not_see_the_order(case, name):
    rng, Y, A = case
    f, order = metrics.metrics_functions(name), rng.permutation(len(Y))
    assert 0 <= f(Y, A) <= 1
    assert f(Y[order], A[order]) == pytest.approx(f(Y, A))


# INITIALIZERS, CLIPPING, SCHEDULES


class Gradients:
    """What clipping needs of a layer."""

    def __init__(self, rng, scale):
        self.g = {name: scale * rng.standard_normal((3, 2)) for name in ('dW', 'db')}

    def norm(self):
        return math.sqrt(sum(float(np.sum(g**2)) for g in self.g.values()))


@holds(rng=rngs, scale=st.sampled_from([1e-8, 0.1, 1, 1e8]), largest=st.floats(0.01, 10))
def test_clipping_bounds_the_norm_and_keeps_the_direction(rng, scale, largest):
    layer = Gradients(rng, scale)
    before, norm = dict(layer.g), layer.norm()
    clip_by_norm([layer], largest)
    assert layer.norm() <= largest * (1 + 1e-12) or layer.norm() == norm
    for name, g in layer.g.items():
        np.testing.assert_allclose(g, before[name] * min(1, largest / norm), rtol=1e-9)


# DATA

tokens = st.one_of(st.sampled_from('ACGT-'), st.integers(-3, 9))
sequences = st.integers(1, 5).flatmap(
    lambda s: st.lists(st.lists(tokens, min_size=s, max_size=s), min_size=1, max_size=5)
)


@holds(X=sequences)
def test_encoding_and_decoding_give_the_tokens_back(X):
    e2i, i2e, size = io.index_elements_auto(X)
    encoded = io.encode_dataset(X, e2i, size)
    assert encoded.shape == (len(X), len(X[0]), size)
    assert [io.one_hot_decode_sequence(sample, i2e) for sample in encoded] == X
    equal(encoded.sum(axis=2), 1)


@holds(X=sequences)
def test_indices_are_a_numbering(X):
    e2i, i2e, size = io.index_elements_auto(X)
    assert sorted(e2i.values()) == list(range(size))
    assert {i2e[i] for i in range(size)} == set(e2i) == {token for row in X for token in row}
    assert all(i2e[e2i[token]] == token for token in e2i)


@holds(X=sequences)
def test_a_sequence_is_encoded_as_in_its_data_set(X):
    e2i, _, size = io.index_elements_auto(X)
    encoded = io.encode_dataset(X, e2i, size)
    for sample, row in zip(encoded, X, strict=True):
        equal(io.one_hot_encode_sequence(row, e2i, size), sample)
        equal([io.one_hot_encode(e2i[token], size) for token in row], sample)


@holds(X=st.lists(st.lists(tokens, max_size=6), min_size=1, max_size=5), more=st.integers(0, 3))
def test_padding_only_adds(X, more):
    before = [list(row) for row in X]
    length = max(len(row) for row in X) + more
    padded = io.padding(X, length)
    assert [len(row) for row in padded] == [length] * len(X)
    for row, old in zip(padded, before, strict=True):
        assert row[: len(old)] == old
        assert row[len(old) :] == ['-'] * (length - len(old))
    assert before == X
    assert io.padding(padded, length) == padded


@holds(rng=rngs, m=st.integers(1, 8), n=few, a=st.floats(0.1, 100), b=numbers)
def test_scaling_fills_0_to_1_and_does_not_see_units(rng, m, n, a, b):
    X = rng.standard_normal((m, n))
    assume(np.ptp(X) > 1e-3)
    scaled = io.scale_features(X)
    assert scaled.min() >= 0
    assert scaled.max() <= 1
    np.testing.assert_allclose(io.scale_features(a * X + b), scaled, rtol=1e-6, atol=1e-9)


@holds(
    labels=st.lists(st.one_of(st.integers(-5, 5), st.sampled_from('abc')), min_size=1, max_size=9)
)
def test_labels_come_back_from_their_columns(labels):
    columns, classes = io.encode_labels(labels)
    equal(columns.sum(axis=1), 1)
    assert [classes[i] for i in columns.argmax(axis=1)] == labels
    equal(io.apply_label_encoding(labels, classes), columns)


@holds(m=st.integers(1, 40), size=st.integers(1, 50), rng=rngs, epochs=st.integers(1, 4))
def test_every_sample_is_in_one_batch_of_every_epoch(m, size, rng, epochs):
    embedding = Embedding(np.arange(m)[:, np.newaxis], np.arange(m) + 0.5, (1, 0, 0), size)
    embedding.np_rng = rng
    embedding.training_batches(init=True)
    for _ in range(epochs):
        embedding.training_batches()
        batches = embedding.batch_dtrain
        assert len(batches) == math.ceil(m / size)
        assert all(len(batch.X) == size for batch in batches[:-1])
        assert sorted(np.concatenate([batch.ids for batch in batches])) == list(range(m))
        for batch in batches:
            equal(batch.X[:, 0] + 0.5, batch.Y[:, 0])  # samples keep their labels


@holds(m=st.integers(1, 40), seed=st.integers(0, 2**32))
def test_an_array_is_shuffled_as_a_list_of_pairs(m, seed):
    embedding = Embedding(np.arange(m)[:, np.newaxis], np.arange(m) + 0.5, (1, 0, 0))
    embedding.np_rng = np.random.default_rng(seed)
    pairs, rng = [(i, i + 0.5) for i in range(m)], np.random.default_rng(seed)
    embedding.training_batches(init=True)
    rng.shuffle(pairs)
    equal(embedding.batch_dtrain[0].X[:, 0], [x for x, _ in pairs])
    embedding.training_batches()
    rng.shuffle(pairs)
    equal(embedding.batch_dtrain[0].X[:, 0], [x for x, _ in pairs])


# LAYERS

makers = st.sampled_from([
    (lambda: Dense(3, maths.tanh), (4,)),
    (lambda: Dense(2, maths.softmax), (3,)),
    (lambda: Convolution(2, 2, 1, activate=maths.lrelu), (4, 3, 2)),
    (lambda: RNN(2, clip_gradients=False), (3, 2)),
    (lambda: RNN(2, clip_gradients=False, sequences=True), (3, 2)),
    (lambda: LSTM(2), (3, 2)),
    (lambda: GRU(2), (3, 2)),
    (Flatten, (2, 3)),
])  # fmt: skip


def run_layer(make, X, dA=None):
    """Return output and gradients, of the input and of the parameters; each time the same draws."""
    layer = make()
    layer.np_rng = np.random.default_rng(0)
    A = layer.forward(X)
    dX = layer.backward(np.ones_like(A) if dA is None else dA)
    layer.compute_gradients()
    return np.array(A), np.array(dX), {name: np.array(g) for name, g in layer.g.items()}


@holds(case=makers, rng=rngs, m=st.integers(1, 5))
def test_the_order_of_the_batch_orders_outputs_and_leaves_gradients(case, rng, m):
    make, shape = case
    X, order = rng.standard_normal((m, *shape)), rng.permutation(m)
    A, dX, g = run_layer(make, X)
    A_, dX_, g_ = run_layer(make, X[order])
    close(A_, A[order])
    close(dX_, dX[order])
    for name in g:
        close(g_[name], g[name])


@holds(case=makers, rng=rngs, m=st.integers(1, 4))
def test_gradients_of_a_batch_are_the_sum_over_its_samples(case, rng, m):
    make, shape = case
    X = rng.standard_normal((m, *shape))
    _, _, g = run_layer(make, X)
    singles = [run_layer(make, X[[i]])[2] for i in range(m)]
    for name in g:
        close(g[name], sum(single[name] for single in singles))


@holds(case=makers, rng=rngs, a=numbers, b=numbers)
def test_backward_is_linear(case, rng, a, b):
    make, shape = case
    X = rng.standard_normal((2, *shape))
    A, _, _ = run_layer(make, X)
    one, two = rng.standard_normal(A.shape), rng.standard_normal(A.shape)
    _, dX, g = run_layer(make, X, a * one + b * two)
    _, dX_1, g_1 = run_layer(make, X, one)
    _, dX_2, g_2 = run_layer(make, X, two)
    close(dX, a * dX_1 + b * dX_2)
    for name in g:
        close(g[name], a * g_1[name] + b * g_2[name])
