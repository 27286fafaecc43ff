"""Properties that hold for any data: 200 examples of each, the same in every run.

Arrays come from a seed, and sizes are small: what hypothesis varies and shrinks are shapes,
options and seeds.
"""

import functools
import itertools
import math

import numpy as np
import pytest
from blocks import cut_blocks, fold_blocks, frame
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from networks import quiet

from epynn.commons import io, loss, maths, metrics, schedule
from epynn.commons.bound_activation import BoundActivation
from epynn.commons.maths.clipping import clip_by_norm, clip_by_value
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.gru.models import GRU
from epynn.kernels.convolution import (
    convolve,
    convolve_input_gradient,
    convolve_weight_gradient,
)
from epynn.kernels.pooling import pool, pool_gradient
from epynn.kernels.window import output_size
from epynn.lstm.models import LSTM
from epynn.network.models import EpyNN
from epynn.rnn.models import RNN

PROFILE = settings(max_examples=200)
close = functools.partial(np.testing.assert_allclose, rtol=1e-9, atol=1e-9)
equal = np.testing.assert_array_equal


def holds(**strategies):
    """Check a property for 200 examples of what the strategies draw."""
    return lambda test: PROFILE(given(**strategies)(test))


rngs = st.integers(0, 2**32 - 1).map(np.random.default_rng)
few = st.integers(1, 4)
numbers = st.floats(-30, 30)


@st.composite
def convolutions(draw):
    """Draw images, weights and the options of a window that fits."""
    rng, m, d, u = draw(rngs), draw(st.integers(1, 3)), draw(few), draw(few)
    h, w = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    padding = draw(st.integers(0, 2))
    fh = draw(st.integers(1, min(3, h + 2 * padding)))
    fw = draw(st.integers(1, min(3, w + 2 * padding)))
    strides = (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    X, W = rng.standard_normal((m, h, w, d)), rng.standard_normal((fh, fw, d, u))
    return rng, X, W, {'strides': strides, 'padding': padding}


@st.composite
def windows(draw):
    """Draw images and the options of a pooling."""
    rng, m, d = draw(rngs), draw(st.integers(1, 3)), draw(few)
    h, w = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    window = (draw(st.integers(1, min(h, 3))), draw(st.integers(1, min(w, 3))))
    strides = (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    return rng, rng.standard_normal((m, h, w, d)), window, strides


# CONVOLUTION


@holds(case=convolutions(), a=numbers, b=numbers)
def test_convolution_is_linear_in_the_images(case, a, b):
    rng, X, W, options = case
    other = rng.standard_normal(X.shape)
    close(
        convolve(a * X + b * other, W, **options),
        a * convolve(X, W, **options) + b * convolve(other, W, **options),
    )


@holds(case=convolutions(), a=numbers, b=numbers)
def test_convolution_is_linear_in_the_weights(case, a, b):
    rng, X, W, options = case
    other = rng.standard_normal(W.shape)
    close(
        convolve(X, a * W + b * other, **options),
        a * convolve(X, W, **options) + b * convolve(X, other, **options),
    )


@holds(case=convolutions())
def test_the_input_gradient_is_the_adjoint_of_convolution(case):
    rng, X, W, options = case
    Z = convolve(X, W, **options)
    dZ = rng.standard_normal(Z.shape)
    close(np.sum(Z * dZ), np.sum(X * convolve_input_gradient(dZ, W, X.shape, **options)))


@holds(case=convolutions())
def test_the_weight_gradient_is_the_adjoint_of_convolution(case):
    rng, X, W, options = case
    Z = convolve(X, W, **options)
    dZ = rng.standard_normal(Z.shape)
    dW = convolve_weight_gradient(X, dZ, W.shape[:2], **options)
    close(np.sum(Z * dZ), np.sum(W * dW))


@holds(case=convolutions())
def test_convolution_of_padded_images_is_convolution_with_padding(case):
    _, X, W, options = case
    padded = frame(X, options['padding'])
    close(convolve(padded, W, strides=options['strides']), convolve(X, W, **options))


@holds(case=convolutions())
def test_strides_pick_from_the_convolution_with_steps_of_1(case):
    _, X, W, options = case
    sh, sw = options['strides']
    dense = convolve(X, W, padding=options['padding'])
    close(convolve(X, W, **options), dense[:, ::sh, ::sw])


@holds(case=convolutions(), k=few)
def test_convolution_adds_over_depths(case, k):
    _, X, W, options = case
    parts = [convolve(X[..., [d]], W[:, :, [d]], **options) for d in range(X.shape[3])]
    close(convolve(X, W, **options), sum(parts))


@holds(case=convolutions())
def test_convolution_treats_every_image_and_every_filter_alone(case):
    _, X, W, options = case
    Z = convolve(X, W, **options)
    close(Z[:1], convolve(X[:1], W, **options))
    close(Z[..., :1], convolve(X, W[..., :1], **options))


@holds(case=convolutions())
def test_a_filter_of_one_point_is_a_matrix_product(case):
    _, X, W, _ = case
    W = W[:1, :1]
    close(convolve(X, W), X @ W[0, 0])


@holds(case=convolutions())
def test_a_shifted_image_gives_a_shifted_convolution(case):
    _, X, W, _ = case
    assume(X.shape[1] > W.shape[0] and X.shape[2] >= W.shape[1])
    close(convolve(X[:, 1:], W), convolve(X, W)[:, 1:])


@holds(size=st.integers(1, 40), window=few, stride=few, padding=st.integers(0, 3))
def test_as_many_positions_as_windows_that_fit(size, window, stride, padding):
    assume(window <= size + 2 * padding)
    starts = [i for i in range(0, size + 2 * padding, stride) if i + window <= size + 2 * padding]
    assert output_size(size, window, stride, (padding, padding)) == len(starts)


@holds(case=convolutions())
def test_folding_is_the_adjoint_of_cutting(case):
    rng, X, W, options = case
    Xb = cut_blocks(X, W.shape[:2], **options)
    dXb = rng.standard_normal(Xb.shape)
    close(np.sum(Xb * dXb), np.sum(X * fold_blocks(dXb, X.shape, **options)))


@holds(case=convolutions())
def test_the_layer_is_the_kernel_with_a_bias(case):
    _, X, W, options = case
    layer = Convolution(W.shape[3], W.shape[:2], **options, activate=maths.identity)
    layer.p = {'W': W, 'b': np.arange(float(W.shape[3]))}
    close(layer.forward(X), convolve(X, W, **options) + layer.p['b'])


# POOLING


@holds(case=windows())
def test_the_mean_lies_between_least_and_largest(case):
    _, X, window, strides = case
    least, mean, largest = (pool(X, window, strides, how=how) for how in ('min', 'mean', 'max'))
    assert (least <= mean + 1e-12).all()
    assert (mean <= largest + 1e-12).all()
    assert (X.min() <= least).all()
    assert (largest <= X.max()).all()


@holds(case=windows())
def test_the_least_is_minus_the_largest_of_minus(case):
    _, X, window, strides = case
    equal(pool(X, window, strides, how='min'), -pool(-X, window, strides, how='max'))


@holds(case=windows(), a=st.floats(0, 30), b=numbers)
def test_pooling_commutes_with_rising_lines(case, a, b):
    _, X, window, strides = case
    for how in ('min', 'mean', 'max'):
        close(pool(a * X + b, window, strides, how=how), a * pool(X, window, strides, how=how) + b)


@holds(case=windows(), how=st.sampled_from(['min', 'mean', 'max']))
def test_pooling_sends_back_all_of_the_gradient(case, how):
    rng, X, window, strides = case
    Z = pool(X, window, strides, how=how)
    dZ = rng.standard_normal(Z.shape)
    dX = pool_gradient(dZ, X, Z, window, strides, how=how)
    assert dX.shape == X.shape
    close(dX.sum(axis=(1, 2)), dZ.sum(axis=(1, 2)))


@holds(case=windows(), how=st.sampled_from(['min', 'max']))
def test_a_tie_has_one_winner(case, how):
    _, X, window, _ = case
    X = np.zeros_like(X)
    Z = pool(X, window, window, how=how)
    dX = pool_gradient(np.ones_like(Z), X, Z, window, window, how=how)
    assert set(np.unique(dX)) <= {0.0, 1.0}
    assert np.sum(dX) == Z.size


@holds(case=windows(), how=st.sampled_from(['min', 'max']))
def test_pooled_values_are_values_of_the_image(case, how):
    _, X, window, strides = case
    assert np.isin(pool(X, window, strides, how=how), X).all()


@holds(case=windows())
def test_the_gradient_of_the_mean_is_its_adjoint(case):
    rng, X, window, strides = case
    Z = pool(X, window, strides, how='mean')
    dZ = rng.standard_normal(Z.shape)
    close(np.sum(Z * dZ), np.sum(X * pool_gradient(dZ, X, Z, window, strides, how='mean')))


@holds(case=windows(), how=st.sampled_from(['min', 'mean', 'max']))
def test_a_window_of_one_point_changes_nothing(case, how):
    equal(pool(case[1], 1, 1, how=how), case[1])


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


@holds(x=arrays, T=st.floats(0.05, 50))
def test_the_temperature_divides_the_logits(x, T):
    close(maths.softmax(x, T=T), maths.softmax(x / T))


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


@holds(x=arrays)
def test_tanh_is_odd_and_a_sigmoid_in_another_scale(x):
    equal(maths.tanh(-x), -maths.tanh(x))
    close(maths.tanh(x), 2 * maths.sigmoid(2 * x) - 1)


@holds(x=arrays, alpha=st.floats(-5, 5))
def test_the_leaky_relu_is_of_two_lines(x, alpha):
    close(maths.lrelu(x, alpha=alpha), maths.relu(x) - alpha * maths.relu(-x))
    equal(maths.lrelu(x, alpha=0), maths.relu(x))


@holds(x=arrays, c=st.floats(0, 30))
def test_relu_scales_with_what_is_above_0(x, c):
    close(maths.relu(c * x), c * maths.relu(x))


@holds(x=arrays, name=st.sampled_from(['relu', 'elu', 'sigmoid', 'tanh', 'softplus', 'identity']))
def test_rising_activations_rise(x, name):
    f = maths.ACTIVATIONS[name]
    values = f(np.sort(x.ravel()))
    assert (np.diff(values) >= 0).all()
    assert (f(x, deriv=True) >= 0).all()


@holds(x=arrays)
def test_what_activations_stay_within(x):
    assert (np.abs(maths.tanh(x)) <= 1).all()
    assert ((maths.sigmoid(x) >= 0) & (maths.sigmoid(x) <= 1)).all()
    assert (maths.elu(x) >= -1).all()
    assert (maths.relu(x) >= 0).all()


@holds(x=arrays, name=st.sampled_from(sorted(maths.ACTIVATIONS)))
def test_activations_do_not_see_the_layout_and_write_nothing(x, name):
    f, before = maths.ACTIVATIONS[name], x.copy()
    expected = f(x)
    x.flags.writeable = False
    equal(f(np.asfortranarray(x)), expected)
    close(f(x, deriv=True), f(np.asfortranarray(x), deriv=True))
    equal(x, before)


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


@holds(case=outputs(), name=st.sampled_from(['MSE', 'MAE', 'Huber']))
def test_distances_are_symmetric(case, name):
    _, Y, A = case
    f = loss.loss_functions(name)
    close(f(Y, A), f(A, Y))
    close(f(Y, A, deriv=True), -f(A, Y, deriv=True))


@holds(
    case=outputs(), name=st.sampled_from(['MSE', 'MAE', 'BCE', 'CCE', 'Huber']), s=st.floats(0, 1)
)
def test_losses_are_convex_in_the_outputs(case, name, s):
    rng, Y, A = case
    other, f = maths.softmax(rng.standard_normal(A.shape)), loss.loss_functions(name)
    between = f(Y, s * A + (1 - s) * other)
    assert (between <= s * f(Y, A) + (1 - s) * f(Y, other) + 1e-12).all()


@holds(case=outputs())
def test_labels_in_integers_are_labels_in_columns(case):
    _, Y, A = case
    y = Y.argmax(axis=1)[:, np.newaxis]
    close(loss.ICCE(y, A), loss.CCE(Y, A))
    close(loss.ICCE(y, A, deriv=True), loss.CCE(Y, A, deriv=True))


@holds(case=outputs(), name=st.sampled_from(['accuracy', 'recall', 'precision', 'fscore', 'NPV']))
def test_metrics_are_shares_and_do_not_see_the_order(case, name):
    rng, Y, A = case
    f, order = metrics.metrics_functions(name), rng.permutation(len(Y))
    assert 0 <= f(Y, A) <= 1
    assert f(Y[order], A[order]) == pytest.approx(f(Y, A))


@holds(case=outputs())
def test_accuracy_counts(case):
    _, Y, A = case
    assert metrics.accuracy(Y, A) == pytest.approx(
        sum(int(a.argmax() == y.argmax()) for a, y in zip(A, Y, strict=True)) / len(Y)
    )
    assert metrics.accuracy(Y, Y) == 1


# INITIALIZERS, CLIPPING, SCHEDULES


@holds(rng=rngs, rows=st.integers(1, 8), columns=st.integers(1, 8))
def test_orthogonal_weights_are_orthonormal(rng, rows, columns):
    W = maths.orthogonal((rows, columns), rng)
    product = W.T @ W if rows >= columns else W @ W.T
    close(product, np.eye(min(rows, columns)))


@holds(seed=st.integers(0, 2**32), shape=st.lists(few, min_size=2, max_size=4).map(tuple))
def test_xavier_is_a_scaled_normal(seed, shape):
    normal = np.random.default_rng(seed).standard_normal(shape)
    W = maths.xavier(shape, np.random.default_rng(seed))
    close(W, normal * math.sqrt(2 / sum(shape)))


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


@holds(rng=rngs, scale=st.sampled_from([1e-8, 0.1, 1, 1e8]), largest=st.floats(0.01, 10))
def test_clipping_again_changes_nothing(rng, scale, largest):
    for clip in (clip_by_norm, clip_by_value):
        layer = Gradients(rng, scale)
        clip([layer], largest)
        once = dict(layer.g)
        clip([layer], largest)
        for name in once:
            np.testing.assert_allclose(layer.g[name], once[name], rtol=1e-12)


schedules = st.fixed_dictionaries({
    'learning_rate': st.floats(1e-4, 10), 'epochs': st.integers(1, 30),
    'decay_k': st.floats(0, 1), 'cycle_epochs': st.integers(0, 30),
    'cycle_descent': st.floats(0, 1), 'schedule': st.just('steady'),
})  # fmt: skip


@holds(hPars=schedules)
def test_rates_fall_within_a_cycle_and_never_rise_above_the_first(hPars):
    rates = schedule.exp_decay(hPars)
    cycle = hPars['cycle_epochs'] or hPars['epochs']
    for start in range(0, len(rates), cycle):
        assert (np.diff(rates[start : start + cycle]) <= 0).all()
    assert max(rates) <= hPars['learning_rate'] * (1 + 1e-12)
    assert min(rates) >= 0


@holds(hPars=schedules)
def test_a_cycle_starts_lower_by_the_descent(hPars):
    rates, cycle = schedule.exp_decay(hPars), hPars['cycle_epochs'] or hPars['epochs']
    starts = rates[::cycle]
    for one, two in itertools.pairwise(starts):
        assert two == pytest.approx(one * (1 - hPars['cycle_descent']), rel=1e-12, abs=1e-300)


@holds(hPars=schedules)
def test_linear_decay_falls_and_steady_stays(hPars):
    rates = schedule.lin_decay(hPars)
    assert len(rates) == hPars['epochs']
    assert (np.diff(rates) <= 0).all()
    assert rates[0] == hPars['learning_rate']
    assert schedule.steady(hPars) == [hPars['learning_rate']] * hPars['epochs']


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


shares = st.tuples(few, st.integers(0, 4), st.integers(0, 4))


@holds(m=st.integers(4, 60), shares=shares)
def test_a_split_parts_the_samples(m, shares):
    assume(round(shares[0] / sum(shares) * m) > 0)
    embedding = Embedding(np.arange(m)[:, np.newaxis], np.arange(m) + 0.5, shares)
    sets = [embedding.dtrain, embedding.dval, embedding.dtest]
    equal(np.concatenate([dset.ids for dset in sets]), np.arange(m))
    for dset, share in zip(sets, shares, strict=True):
        assert abs(len(dset.X) - share / sum(shares) * m) <= 1
        assert share > 0 or not len(dset.X)
        assert share == 0 or dset.active == (len(dset.X) > 0)


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


@holds(rng=rngs, m=few, n=few, u=few)
def test_a_dense_layer_is_its_formula(rng, m, n, u):
    X, dA = rng.standard_normal((m, n)), rng.standard_normal((m, u))
    layer = Dense(u, maths.identity)
    A = layer.forward(X)
    dX = layer.backward(dA)
    layer.compute_gradients()
    close(A, X @ layer.p['W'] + layer.p['b'])
    close(dX, dA @ layer.p['W'].T)
    close(layer.g['dW'], X.T @ dA)
    close(layer.g['db'], dA.sum(axis=0, keepdims=True))


@holds(rng=rngs, make=st.sampled_from([RNN, LSTM, GRU]), s=st.integers(2, 5))
def test_earlier_states_do_not_see_later_steps(rng, make, s):
    X = rng.standard_normal((2, s, 3))
    layer = make(2, sequences=True)
    A = np.array(layer.forward(X))
    X[:, -1] += 1
    again = np.array(layer.forward(X))
    equal(again[:, :-1], A[:, :-1])
    close(layer.forward(X[:, :-1]), A[:, :-1])


@holds(rng=rngs, make=st.sampled_from([RNN, LSTM, GRU]), s=st.integers(1, 4))
def test_the_last_state_is_the_last_of_all_states(rng, make, s):
    X = rng.standard_normal((2, s, 3))
    one, every = make(2), make(2, sequences=True)
    last = np.array(one.forward(X))
    every.p = dict(one.p)
    close(every.forward(X)[:, -1], last)
    assert (np.abs(last) <= 1).all()


@holds(rng=rngs, shape=st.lists(few, min_size=1, max_size=4).map(tuple), p=st.floats(0, 1))
def test_dropout_zeros_or_scales_forward_and_backward_alike(rng, shape, p):
    layer = Dropout(p)
    layer.np_rng = rng
    X = rng.uniform(1, 2, shape)
    A = layer.forward(X)
    kept = A != 0
    if p < 1:
        close(A[kept], X[kept] / (1 - p))
        close(layer.backward(X), A)
    else:
        assert not kept.any()
    layer.training = False
    equal(layer.forward(X), X)


@holds(rng=rngs, shape=st.lists(few, min_size=2, max_size=4).map(tuple))
def test_flatten_loses_nothing(rng, shape):
    X, layer = rng.standard_normal(shape), Flatten()
    A = layer.forward(X)
    assert A.shape == (shape[0], math.prod(shape[1:]))
    equal(layer.backward(A), X)


# NETWORKS


@holds(rng=rngs, m=st.integers(1, 6))
def test_predictions_are_of_each_sample_alone(rng, m):
    X = rng.standard_normal((m, 3))
    model = EpyNN([Embedding(X, np.zeros(m), (1, 0, 0)), Dense(2, maths.relu), Dense()])
    quiet(model, loss='BCE', metrics=[])
    A = model.predict(X).A
    close(A[:1], model.predict(X[:1]).A)
    close(A[::-1], model.predict(X[::-1]).A)
    equal(model.predict(X).P.ravel(), np.round(A).ravel())
