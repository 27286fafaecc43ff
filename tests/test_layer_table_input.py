"""The input of every layer: any layout, any number of samples, and what is refused."""

import re

import numpy as np
import pytest
from layer_checks import (
    both_modes,
    each_row,
    other_batches,
)

from epynn.commons.errors import ShapeError, StateError


@each_row
@both_modes
def test_the_input_is_never_modified(row, training):
    X = row.draw_input()
    dA = np.random.default_rng(4).standard_normal(row.output_shape)
    X_before, dA_before = X.copy(), dA.copy()
    layer, _, _ = row.run(training=training, X=X, dA=dA)
    layer.update_parameters()
    np.testing.assert_array_equal(X, X_before)
    np.testing.assert_array_equal(dA, dA_before)


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def fortran(array):
    return np.asfortranarray(array)


def strided(array):
    """Return a view into a larger array: no two neighbours lie side by side."""
    larger = np.zeros([2 * n for n in array.shape], dtype=array.dtype)
    view = larger[tuple(slice(None, None, 2) for _ in array.shape)]
    view[...] = array
    return view


def reversed_rows(array):
    return array[::-1].copy()[::-1]


@each_row
@pytest.mark.parametrize('layout', [read_only, fortran, strided, reversed_rows])
def test_the_layout_of_the_input_does_not_matter(row, layout):
    X = row.draw_input()
    dA = np.random.default_rng(4).standard_normal(row.output_shape)
    expected, A, dX = row.run(X=X, dA=dA)
    got, B, dY = row.run(X=layout(X), dA=layout(dA))
    np.testing.assert_allclose(B, A, rtol=1e-13, atol=1e-14)
    if not row.tokens:
        np.testing.assert_allclose(dY, dX, rtol=1e-12, atol=1e-13)
    for name in expected.g:
        np.testing.assert_allclose(got.g[name], expected.g[name], rtol=1e-12, atol=1e-13)


@each_row
def test_other_batch_sizes_afterwards_also_one(row):
    layer, A, _ = row.run()
    A, parameters = np.array(A), dict(layer.p)
    for shape in other_batches(row):
        _, B, dX = row.run(layer=layer, X=row.draw_input(shape=shape))
        assert len(B) == shape[0]
        assert row.tokens or dX.shape == shape
        assert layer.d['m'] == shape[0]
        assert all(layer.p[name] is p for name, p in parameters.items())
        for cache, shapes in ((layer.fc, layer.fs), (layer.bc, layer.bs)):
            assert all(shapes[name] == np.shape(value) for name, value in cache.items())
    layer.np_rng = row.make_layer().np_rng
    if not row.random:
        layer.training = True
        np.testing.assert_array_equal(layer.forward(row.draw_input()), A)


@each_row
def test_each_sample_is_by_itself_outside_training(row):
    layer = row.make_layer()
    layer.training = False
    X = row.draw_input()
    whole = np.array(layer.forward(X))
    parts = np.concatenate([layer.forward(X[i : i + 1]) for i in range(len(X))])
    np.testing.assert_allclose(parts, whole, rtol=1e-13, atol=1e-14)


# WRONG INPUT


@each_row
def test_another_number_of_features_is_refused(row):
    if not row.parameters or row.any_features or row.tokens:
        pytest.skip('any number of features will do')
    layer, _, _ = row.run()
    for more in (-1, 1):
        shape = (*row.input_shape[:-1], row.input_shape[-1] + more)
        with pytest.raises(
            ShapeError,
            match=rf'^(\w+, layer \d+ inside )*{layer.name}: expected an input (that fits its '
            rf'[\w.]+ of shape|of \d features).*, got an input of shape .*\d\).* Pass as many',
        ):
            layer.forward(row.draw_input(shape=shape))
    assert layer.forward(row.draw_input()).shape == row.output_shape  # and it still works


@each_row
def test_another_number_of_axes_is_refused(row):
    layer = row.make_layer()
    axes = type(layer).input_axes
    if axes is None:
        pytest.skip('any number of axes will do')
    assert len(axes) == len(row.input_shape)
    for rank in {1, 2, 3, 4, 5} - {len(axes)}:
        with pytest.raises(
            ShapeError,
            match=rf'^{layer.name}: expected an input of {len(axes)} axes \({", ".join(axes)}: .*'
            rf'got {rank} ax.s \([\d, ]+\)\. \w.*\.$',
        ):
            layer.forward(row.draw_input(shape=(2,) * rank))


@each_row
def test_what_is_no_array_is_refused(row):
    layer = row.make_layer()
    with pytest.raises(ShapeError, match=rf'^{layer.name}: expected an array as input, got a list'):
        layer.forward(row.draw_input().tolist())


@each_row
def test_backward_without_forward_is_refused(row):
    layer = row.make_layer()
    with pytest.raises(StateError, match=rf'^{layer.name}: expected a forward pass before'):
        layer.backward(np.ones(row.output_shape))


@each_row
def test_a_gradient_of_another_shape_is_refused(row):
    layer, _, _ = row.run()
    shape = (*row.output_shape[:-1], row.output_shape[-1] + 1)
    with pytest.raises(
        ShapeError,
        match=rf'^{layer.name}.backward: expected a gradient of the shape of its output '
        rf'{re.escape(str(row.output_shape))}, got {re.escape(str(shape))}',
    ):
        layer.backward(np.ones(shape))
