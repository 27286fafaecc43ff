"""Masks, for all rows of `layer_table.py` whose layers honour them.

Sequences padded to one length, wherever and to whatever length, give what each of them gives alone.
"""

import zlib

import numpy as np
import pytest
from gradients import TOLERANCE, compare, numeric_gradient, require
from layer_checks import each_dtype
from layer_table import ROWS

from epynn.batchnorm.models import BatchNorm
from epynn.commons.composite import Composite
from epynn.commons.models import run_layer

MASKED = [row for row in ROWS if row.masked]
LENGTHS = np.array([2, 5, 1, 4])
PLACES = {'right': 6, 'left': 6, 'both': 9, 'gaps': 11, 'none': 5}
"""Where the padding is, and up to how many steps."""
CASES = [
    (row, place) for row in MASKED for place in PLACES if row.masked != 'ends' or place != 'gaps'
]
each_masked = pytest.mark.parametrize('row', MASKED, ids=lambda row: row.name)
each_case = pytest.mark.parametrize(
    ('row', 'place'), CASES, ids=[f'{row.name}-{place}' for row, place in CASES]
)


def make_mask(place, rng):
    """Return a mask of sequences of those lengths, padded at that place."""
    s = PLACES[place]
    mask = np.zeros((len(LENGTHS), s), bool)
    for steps, length in zip(mask, LENGTHS, strict=True):
        first = {'left': s - length, 'both': rng.integers(s - length + 1)}.get(place, 0)
        steps[rng.permutation(s)[:length] if place == 'gaps' else slice(first, first + length)] = (
            True
        )
    return mask


def draw(row, place, dtype=np.float64):
    """Return a layer with parameters, padded sequences and their mask; huge numbers pad."""
    rng = np.random.default_rng(zlib.crc32(f'{row.name} {place}'.encode()))
    mask = make_mask(place, rng)
    layer = row.make_layer(dtype)
    layer.training = not row.random
    X = row.draw_input(dtype, (*mask.shape, *row.input_shape[2:]))
    layer.forward(X)
    layer.p = {
        name: (p + rng.standard_normal(p.shape) / 3).astype(dtype) for name, p in layer.p.items()
    }
    layer.s = {name: (s + rng.random(s.shape)).astype(dtype) for name, s in layer.s.items()}
    huge = np.finfo(dtype).max ** 0.1  # 1e30
    X[~mask] = -1 if row.tokens else rng.choice([huge, -huge], X[~mask].shape)
    return layer, X, mask


def run(layer, X, mask, dA):
    """Pass forward and back; `dA` makes the gradient from the output and its mask."""
    A, after = run_layer(layer, X, mask)
    dX = layer.backward(dA(A, after))
    layer.compute_gradients()
    return A, after, np.array(dX), {name: np.array(g) for name, g in layer.g.items()}


def draw_gradient(A, mask):
    """Return a gradient of the output, 0 at its masked steps."""
    dA = np.random.default_rng(8).standard_normal(A.shape).astype(A.dtype)
    if mask is not None:
        dA[~mask] = 0
    return dA


def alone(layer, X, mask, A, after, dA):
    """Return outputs and gradients of each sequence alone, placed as those of all are."""
    expected, dX, gradients = np.zeros_like(A), np.zeros(X.shape), {}
    for i, real in enumerate(mask):
        part = np.s_[i] if after is None else np.s_[i, real]
        Ai, _, dXi, g = run(
            layer, X[i, real][np.newaxis], None, lambda A, _, p=part: dA[p][np.newaxis]
        )
        expected[part], dX[i, real] = Ai[0], dXi[0]
        gradients = {name: gradients.get(name, 0) + g[name] for name in g}
    return expected, dX, gradients


def together(layer, X, mask, A, after, dA):
    """The same of all real steps as one sequence, for a layer that puts all steps on one scale."""
    expected, dX = np.zeros_like(A), np.zeros(X.shape)
    Ai, _, dXi, g = run(layer, X[mask][np.newaxis], None, lambda A, _: dA[mask][np.newaxis])
    expected[mask], dX[mask] = Ai[0], dXi[0]
    return expected, dX, g


@each_case
def test_padding_changes_nothing(row, place, record_property):
    layer, X, mask = draw(row, place)
    state = layer.s
    A, after, dX, g = run(layer, X, mask, draw_gradient)
    assert np.isfinite(A).all()
    assert after is None or after is mask
    assert not dX[~mask].any()
    found, layer.s = layer.s, state
    how = together if isinstance(layer, BatchNorm) else alone
    expected, dX_alone, g_alone = how(layer, X, mask, A, after, draw_gradient(A, after))
    pairs = {'A': (A if after is None else np.where(after[..., np.newaxis], A, 0), expected)}
    pairs |= {'dX': (dX, dX_alone)} | {name: (g[name], g_alone[name]) for name in g}
    pairs |= {name: (found[name], layer.s[name]) for name in found}
    errors = {
        name: float(np.abs(a - b).max() / max(1, np.abs(b).max())) for name, (a, b) in pairs.items()
    }
    record_property('worst', max(errors.values()))
    assert max(errors.values()) <= 1e-12, errors


@each_masked
def test_what_pads_is_never_read(row):
    layer, X, mask = draw(row, 'both')
    state = layer.s
    first = run(layer, X, mask, draw_gradient)
    X[~mask], layer.s = 0, state
    second = run(layer, X, mask, draw_gradient)
    np.testing.assert_array_equal(first[2], second[2])
    assert first[3].keys() == second[3].keys()
    for name, gradient in first[3].items():
        np.testing.assert_array_equal(gradient, second[3][name])


@each_masked
@each_dtype
def test_masks_keep_the_data_type(row, dtype):
    layer, X, mask = draw(row, 'right', dtype)
    A, _, dX, g = run(layer, X, mask, draw_gradient)
    assert {A.dtype, dX.dtype, *(each.dtype for each in g.values())} == {np.dtype(dtype)}


@each_masked
def test_a_mask_of_real_steps_alone_is_none(row):
    layer, X, _ = draw(row, 'none')
    X = row.draw_input(shape=X.shape)
    state = layer.s
    A, _, dX, g = run(layer, X, None, draw_gradient)
    layer.s = state
    masked = run(layer, X, np.ones(X.shape[:2], bool), draw_gradient)
    np.testing.assert_allclose(masked[0], A, rtol=0, atol=1e-14)
    np.testing.assert_allclose(masked[2], dX, rtol=0, atol=1e-14)
    for name, gradient in g.items():
        np.testing.assert_allclose(masked[3][name], gradient, rtol=1e-14, atol=1e-14)


@each_masked
def test_masked_gradients_against_central_differences(row):
    layer, X, mask = draw(row, 'right')
    X[~mask] = 0
    layer.mask = mask
    R = draw_gradient(layer.forward(X), layer.output_mask())
    _, _, dX, g = run(layer, X, mask, lambda *_: R)
    checks = (
        []
        if row.tokens
        else [compare(row.name, 'X', dX, numeric_gradient(lambda: layer.forward(X), X, R))]
    )
    for name, p in layer.p.items():
        checks.append(
            compare(row.name, name, g[f'd{name}'], numeric_gradient(lambda: layer.forward(X), p, R))
        )
    require(checks, TOLERANCE)


def test_each_layer_that_honours_masks_is_here():
    here = {type(row.make()) for row in MASKED}
    honours = {type(row.make()) for row in ROWS if row.make().honours_mask}
    assert {cls for cls in honours if cls.__name__ not in ('Embedding', 'Template')} <= here
    assert any(issubclass(cls, Composite) for cls in here)
