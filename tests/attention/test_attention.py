"""Attention against loops, and what masks, heads and memory are held to."""

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest

from epynn import Attention
from epynn.commons.errors import LayerError


def turn(x, position):
    """Return a vector whose pairs ``(2 i, 2 i + 1)`` are turned, one by one."""
    y = np.zeros_like(x)
    for i in range(0, len(x), 2):
        angle = position / 10000 ** (i / len(x))
        y[i] = x[i] * np.cos(angle) - x[i + 1] * np.sin(angle)
        y[i + 1] = x[i] * np.sin(angle) + x[i + 1] * np.cos(angle)
    return y


def naive(layer, X, mask):
    """Return the output by loops over samples, heads, steps and the steps these see."""
    p, d = layer.p, layer.d
    heads, k = d['heads'], d['k']
    A = np.zeros_like(X)
    for n, (x, real) in enumerate(zip(X, mask, strict=True)):
        O = np.zeros((len(x), heads * k))
        position = {t: int(real[:t].sum()) for t in range(len(x))}
        for head in range(heads):
            served = head * d['kv_heads'] // heads
            own, shared = slice(head * k, head * k + k), slice(served * k, served * k + k)
            Q = (x @ p['Wq'] + p.get('bq', 0))[:, own]
            K, V = ((x @ p[f'W{c}'] + p.get(f'b{c}', 0))[:, shared] for c in 'kv')
            if layer.rotary:
                Q, K = ([turn(z[t], position[t]) for t in range(len(x))] for z in (Q, K))
            for t in np.flatnonzero(real):
                seen = [i for i in np.flatnonzero(real) if i <= t or not layer.causal]
                weights = np.exp([np.dot(Q[t], K[i]) / np.sqrt(k) for i in seen])
                for weight, i in zip(weights / weights.sum(), seen, strict=True):
                    O[t, own] += weight * V[i]
        A[n] = O @ p['Wo'] + p.get('bo', 0)
    return A


def draw_layer(rng, e=None, **more):
    """Return a layer of a random configuration, and how many elements its steps have."""
    groups, kv_heads, k = rng.integers(1, 4), rng.integers(1, 4), 2 * int(rng.integers(1, 4))
    heads = int(groups * kv_heads)
    units = heads * k
    options = {
        'causal': bool(rng.integers(2)), 'kv_heads': int(kv_heads), 'rotary': bool(rng.integers(2)),
        'use_bias': bool(rng.integers(2)), **more,
    }  # fmt: skip
    e = e or int(rng.integers(1, 9))
    layer = Attention(heads, units, **options)
    layer.training = False
    layer.forward(np.ones((1, 1, e)))
    layer.p = {name: rng.standard_normal(p.shape) for name, p in layer.p.items()}
    return layer, e


@pytest.mark.parametrize('seed', range(40))
def test_equals_loops(seed):
    rng = np.random.default_rng(seed)
    layer, e = draw_layer(rng)
    X = rng.standard_normal((int(rng.integers(1, 4)), int(rng.integers(1, 7)), e))
    mask = rng.random(X.shape[:2]) < (0.6 if seed % 2 else 2)
    layer.mask = mask if seed % 2 else None
    np.testing.assert_allclose(layer.forward(X)[mask], naive(layer, X, mask)[mask], rtol=1e-12)


# MASKS


def spread(arrays, s, rng):
    """Return sequences padded to `s` steps, in random places in between too, and their mask."""
    mask = np.zeros((len(arrays), s), dtype=bool)
    for row, array in zip(mask, arrays, strict=True):
        row[rng.permutation(s)[: len(array)]] = True
    X = 1e3 * rng.standard_normal((len(arrays), s, arrays[0].shape[-1]))
    X[mask] = np.concatenate(arrays)
    return X, mask


@pytest.mark.parametrize('seed', range(20))
def test_padding_changes_nothing(seed):
    """Outputs and all gradients of sequences one by one are those of a batch of any length."""
    rng = np.random.default_rng(seed)
    layer, e = draw_layer(rng)
    lengths = rng.integers(1, 6, 3)
    samples, gradients = ([rng.standard_normal((s, e)) for s in lengths] for _ in range(2))
    A, dX, g = [], [], []
    for X, dA in zip(samples, gradients, strict=True):
        A.append(layer.forward(X[np.newaxis])[0])
        dX.append(layer.backward(dA[np.newaxis])[0])
        layer.compute_gradients()
        g.append(dict(layer.g))
    for s in (5, 6, 40):
        X, layer.mask = spread(samples, s, rng)
        dA = rng.standard_normal(X.shape)
        dA[layer.mask] = np.concatenate(gradients)
        B = layer.forward(X)
        assert np.isfinite(B).all()
        assert not layer.fc['P'][np.broadcast_to(~layer.mask[:, None, None], layer.fs['P'])].any()
        np.testing.assert_allclose(B[layer.mask], np.concatenate(A), rtol=0, atol=1e-12)
        dB = layer.backward(dA)
        layer.compute_gradients()
        assert not dB[~layer.mask].any()
        np.testing.assert_allclose(dB[layer.mask], np.concatenate(dX), rtol=1e-12, atol=1e-12)
        for name in layer.g:
            total = sum(each[name] for each in g)
            np.testing.assert_allclose(layer.g[name], total, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize('causal', [False, True])
def test_a_sequence_without_a_real_step_is_finite(rng, causal):
    layer = Attention(2, causal=causal)
    layer.mask = np.zeros((2, 3), dtype=bool)
    with np.errstate(all='raise'):
        A = layer.forward(rng.standard_normal((2, 3, 4)))
        dX = layer.backward(np.ones_like(A))
    assert np.isfinite(A).all()
    assert not dX.any()


def test_a_step_does_not_see_those_after_it(rng):
    layer, e = draw_layer(rng, causal=True)
    X = rng.standard_normal((2, 6, e))
    A = np.array(layer.forward(X))
    X[:, 4:] = 1e3
    np.testing.assert_allclose(layer.forward(X)[:, :4], A[:, :4], rtol=1e-12, atol=1e-12)


# CARRIED STATE


@pytest.mark.parametrize('seed', range(12))
def test_in_pieces_as_in_one(seed):
    rng = np.random.default_rng(seed)
    layer, e = draw_layer(rng, causal=True)
    X = rng.standard_normal((3, 9, e))
    mask = rng.random((3, 9)) < 0.7 if seed % 2 else np.ones((3, 9), dtype=bool)
    layer.mask = mask if seed % 2 else None
    whole = np.array(layer.forward(X))
    layer.carries = True
    for _ in range(2):
        layer.carried = {}
        cuts = [0, *sorted(rng.choice(np.arange(1, 9), 3, replace=False)), 9]
        pieces = []
        for start, end in pairwise(cuts):
            layer.mask = mask[:, start:end] if seed % 2 else None
            pieces.append(layer.forward(X[:, start:end]))
        joined = np.concatenate(pieces, axis=1)
        np.testing.assert_allclose(joined[mask], whole[mask], rtol=0, atol=1e-12)


def test_the_gradient_stops_at_keys_and_values_that_were_carried_on(rng):
    layer, _ = draw_layer(rng, e=4, causal=True)
    layer.carries = True
    X = rng.standard_normal((2, 3, 4))
    layer.forward(X)
    before = dict(layer.carried)
    R = rng.standard_normal((2, 3, 4))

    def loss(X):
        layer.carried = dict(before)
        return np.sum(layer.forward(X) * R)

    loss(X)
    dX = np.array(layer.backward(R))
    step = 1e-6 * rng.standard_normal(X.shape)
    slope = (loss(X + step) - loss(X - step)) / 2
    np.testing.assert_allclose(np.sum(dX * step), slope, rtol=1e-6)


def test_a_twin_carries_on_by_itself(rng):
    layer, _ = draw_layer(rng, e=4, causal=True)
    layer.carries = True
    X = rng.standard_normal((2, 5, 4))
    layer.forward(X[:, :3])
    twin = layer.twin()
    twin.forward(rng.standard_normal((2, 4, 4)))
    assert layer.carried['K'].shape[2] == 3
    A = layer.forward(X[:, 3:])
    layer.carries = False
    np.testing.assert_allclose(A, layer.forward(X)[:, 3:], rtol=1e-12)


def test_steps_are_carried_on_only_where_none_is_seen_before_it_comes(rng):
    layer = Attention(2)
    layer.carries = True
    with pytest.raises(LayerError, match=r'causal=True to carry .*Attention\(causal=True\)'):
        layer.forward(rng.standard_normal((2, 3, 4)))


# MEMORY AND NUMBERS


@pytest.mark.parametrize('dropout', [0, 0.3])
@pytest.mark.parametrize('dtype', [np.float32, np.float64])
def test_at_most_three_arrays_of_scores_are_alive(rng, dropout, dtype):
    """In all of two steps of training, one after the other, and whatever is kept between them."""
    m, heads, s, e = 4, 4, 256, 8
    layer = Attention(heads, causal=True, dropout=dropout)
    layer.dtype = np.dtype(dtype)
    X = rng.standard_normal((m, s, e)).astype(dtype)
    layer.forward(X[:1, :2])
    layer.mask = rng.random((m, s)) < 0.9
    scores, others = m * heads * s * s * X.itemsize, 40 * X.nbytes
    tracemalloc.start()
    for _ in range(2):
        layer.backward(layer.forward(X))
        layer.compute_gradients()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * scores + others
    assert others < scores / 2


@pytest.mark.parametrize('dtype', [np.float32, np.float64])
def test_scores_of_any_size_give_weights(dtype):
    """Keys that answer to a query by numbers of any size: the largest takes all."""
    layer = Attention()
    layer.forward(np.ones((1, 1, 2), dtype))
    layer.p = {name: np.zeros_like(p) for name, p in layer.p.items()}
    for name in ('Wq', 'Wk', 'Wv', 'Wo'):
        layer.p[name] = np.eye(2, dtype=dtype)
    large = 1e18 if dtype is np.float32 else 1e150
    X = np.array([[[large, 0], [0, large], [-large, 0], [0.5, 0.25]]], dtype)
    with np.errstate(all='raise', under='ignore'):
        A = layer.forward(X)
        dX = layer.backward(np.ones_like(A))
    np.testing.assert_array_equal(layer.fc['P'][0, 0, :3], np.eye(4)[:3])
    assert np.isfinite(A).all()
    assert np.isfinite(dX).all()


def test_a_batch_of_no_samples_passes(rng):
    """So the shapes of a network are found again, when it is written and read."""
    layer = Attention(2, causal=True)
    layer.forward(rng.standard_normal((2, 3, 4)))
    assert layer.forward(np.empty((0, 3, 4))).shape == (0, 3, 4)
