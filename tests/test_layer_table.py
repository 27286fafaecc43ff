"""The checks that every layer passes: one test each, for all rows of `layer_table.py`."""

import copy
import pickle
import re

import numpy as np
import pytest
from gradients import TOLERANCE, check_layer, require
from layer_checks import (
    arrays,
    assert_same_arrays,
    both_modes,
    each_dtype,
    each_row,
    other_batches,
    through_pickle,
)
from layer_table import ROWS

from epynn.commons.models import walk_layers

# SHAPES


@each_row
@both_modes
def test_shape_of_the_output(row, training):
    _, A, dX = row.run(training=training)
    assert A.shape == row.output_shape
    if not row.tokens:
        assert dX.shape == row.input_shape


@each_row
def test_names_and_shapes_of_the_parameters(row):
    layer, _, _ = row.run()
    assert {name: p.shape for name, p in layer.p.items()} == dict(row.parameters)
    assert list(layer.p) == list(row.parameters)
    assert {name: layer.ps[name] for name in layer.p} == dict(row.parameters)
    assert layer.count_parameters() == sum(int(np.prod(s)) for s in row.parameters.values())
    assert layer.trainable == bool(row.parameters)


@each_row
def test_the_class_says_which_parameters_are_weights(row):
    layer, _, _ = row.run()
    for inner in walk_layers([layer]):
        if inner.draws_parameters() and not inner.children():
            assert inner.weight_names is not None
            assert inner.weights() == list(inner.weight_names)
    weights = [name for name in row.parameters if name.split('.')[-1][0] in 'WUV']
    assert layer.weights() == weights  # by the table of symbols


@each_row
def test_gradients_have_the_names_and_shapes_of_the_parameters(row):
    layer, _, _ = row.run()
    assert {name: g.shape for name, g in layer.g.items()} == {
        f'd{name}': shape for name, shape in row.parameters.items()
    }


@each_row
def test_gradients_do_not_depend_on_whether_somebody_reads_that_of_the_input(row):
    layer, _, expected = row.run()
    gradients = dict(layer.g)
    layer.input_gradient = False
    dX = layer.backward(layer.bc['dA'])
    layer.compute_gradients()
    if dX is not None:
        np.testing.assert_array_equal(dX, expected)
    assert list(layer.g) == list(gradients)
    for name, g in gradients.items():
        np.testing.assert_array_equal(layer.g[name], g)


@each_row
@both_modes
def test_caches_agree_with_their_shapes(row, training):
    layer, A, dX = row.run(training=training)
    for cache, shapes in ((layer.fc, layer.fs), (layer.bc, layer.bs)):
        assert cache
        for name, value in cache.items():
            assert shapes[name] == np.shape(value), name
    assert layer.fc['A'] is A
    assert layer.bc['dX'] is dX
    assert layer.fs['X'] == row.input_shape
    assert layer.bs['dA'] == row.output_shape
    assert all(type(size) is int for size in layer.d.values()), layer.d


@each_row
def test_compute_shapes_alone_draws_nothing(row):
    layer = row.make_layer()
    layer.compute_shapes(row.draw_input())
    assert layer.d['m'] == row.input_shape[0]
    assert not layer.p
    own = {name: shape for name, shape in row.parameters.items() if '.' not in name}
    assert dict(own) == {name: layer.ps[name] for name in own}


@each_row
def test_shapes_of_parameters_have_a_place_of_their_own(row):
    layer, _, _ = row.run()
    for each in (layer, copy.deepcopy(layer), through_pickle(layer), layer.twin()):
        assert set(each.ps) - set(layer.s) == set(layer.p)
        assert set(each.fs) == set(layer.fc)
        if not each.children():
            each.ps['W'] = (7, 5)
            assert each.fs['W'] == (7, 5)  # as old scripts ask for it


# GRADIENTS


@each_row
@both_modes
def test_gradients_against_central_differences(row, training, record_property):
    layer = row.make_layer()
    layer.forward(row.draw_input())
    rng = np.random.default_rng(8)
    for name in row.parameters:  # biases are 0 at first, where an error could hide
        layer.p[name] = layer.p[name] + 0.1 * rng.standard_normal(row.parameters[name])
    checks = check_layer(layer, row.draw_input(), training, of_input=not row.tokens)
    names = [] if row.tokens else ['X']
    assert [check.tensor for check in checks] == names + list(row.parameters)
    record_property('worst', max(check.error for check in checks))
    require(checks)


def test_a_wrong_gradient_is_reported_with_all_one_needs_to_know():
    row = next(row for row in ROWS if row.name == 'dense-tanh')
    layer = row.make_layer()
    right = type(layer).compute_gradients

    class Wrong(type(layer)):
        def compute_gradients(self):
            right(self)
            self.g['dW'][3, 1] *= 1.001

    layer.__class__ = Wrong
    checks = check_layer(layer, row.draw_input())
    with pytest.raises(AssertionError) as raised:
        require(checks)
    message = str(raised.value)
    assert re.fullmatch(
        r'Dense: dW is off by \d\.\de-0\d \(relative error\); worst at index \(3, 1\), '
        r'analytic \S+, numeric \S+',
        message,
    ), message
    assert checks[0].error < TOLERANCE
    assert checks[2].error < TOLERANCE


# DATA TYPES


@each_row
@each_dtype
@both_modes
def test_the_data_type_is_kept(row, dtype, training):
    layer, A, dX = row.run(dtype, training)
    assert A.dtype == (row.draw_input().dtype if row.tokens and A is layer.fc['X'] else dtype)
    if not row.tokens:
        assert dX.dtype == dtype
    for name, value in arrays(layer).items():
        if value.dtype.kind == 'f':
            assert value.dtype == dtype, name
    layer.update_parameters()
    assert all(p.dtype == dtype for p in layer.p.values())


@each_row
def test_float32_and_float64_agree(row):
    """Parameters are drawn in float64 and cast, so that both are the same layer."""
    single, A32, dX32 = row.run(np.float32)
    double, A64, dX64 = row.run(np.float64)
    for name in double.p:
        np.testing.assert_array_equal(single.p[name], double.p[name].astype(np.float32))
    if not row.smooth:
        return  # a decision may fall otherwise
    np.testing.assert_allclose(A32, A64, rtol=1e-4, atol=1e-5)
    if not row.tokens:
        np.testing.assert_allclose(dX32, dX64, rtol=1e-4, atol=1e-4)


# TRAINING AND INFERENCE


@each_row
def test_training_and_inference(row):
    layer = row.make_layer()
    X = row.draw_input()
    layer.training = True
    in_training = np.array(layer.forward(X))
    layer.training = False
    outside = np.array(layer.forward(X))
    assert np.array_equal(in_training, outside) != row.modes_differ
    np.testing.assert_array_equal(layer.forward(X), outside)


@each_row
def test_inference_draws_no_random_number_and_changes_no_state(row):
    layer = row.make_layer()
    layer.training = False
    layer.forward(row.draw_input())
    stream = copy.deepcopy(layer.np_rng.bit_generator.state)
    parameters = {name: np.array(p) for name, p in layer.p.items()}
    state = {name: np.array(s) for name, s in layer.s.items()}
    others = copy.deepcopy(layer.o)
    for seed in (1, 2):
        layer.forward(row.draw_input(seed=seed))
    assert layer.np_rng.bit_generator.state == stream
    assert_same_arrays(layer.p, parameters)
    assert_same_arrays(layer.s, state)
    np.testing.assert_equal(layer.o, others)


@each_row
def test_same_stream_same_bits(row):
    first, second = row.run()[0], row.run()[0]
    assert_same_arrays(arrays(first), arrays(second))


@each_row
def test_another_stream_other_numbers(row):
    first, A, _ = row.run()
    second, B, _ = row.run(layer=row.make_layer(seed=6))
    for name in first.p:
        draws = not (first.p[name] == first.p[name].ravel()[0]).all()  # not a constant such as 0
        assert not (draws and np.array_equal(first.p[name], second.p[name])), name
    # Weights are drawn, also those of layers inside ('0.W'); biases and the like are constants
    assert np.array_equal(A, B) != (bool(first.weights()) or row.random)


# ALONE, WITHOUT A MODEL


@each_row
def test_the_layer_works_alone(row):
    layer = row.make()  # not even a stream of random numbers is set
    A = layer.forward(row.draw_input())
    dX = layer.backward(np.ones(A.shape))
    layer.compute_gradients()
    before = {name: np.array(p) for name, p in layer.p.items()}
    layer.update_parameters()
    assert A.shape == row.output_shape
    assert np.isfinite(A).all()
    if not row.tokens:
        assert np.isfinite(dX).all()
    for name, p in layer.p.items():
        np.testing.assert_array_equal(p, before[name] - 0.1 * layer.g[f'd{name}'])


@each_row
def test_frozen_parameters_do_not_move(row):
    layer, _, _ = row.run()
    before = {name: np.array(p) for name, p in layer.p.items()}
    layer.trainable = False
    layer.update_parameters()
    assert_same_arrays(layer.p, before)


@each_row
def test_the_update_does_not_write_into_the_old_parameters(row):
    """Whoever kept a reference, to compare or to go back, keeps what was there."""
    layer, _, _ = row.run()
    kept = dict(layer.p)
    copies = {name: np.array(p) for name, p in kept.items()}
    layer.update_parameters()
    assert_same_arrays(kept, copies)


@each_row
def test_update_shapes_notes_the_shapes_of_a_cache(row):
    layer, A, _ = row.run()
    shapes = {}
    layer.update_shapes(layer.fc, shapes)
    assert shapes['A'] == A.shape
    assert shapes.keys() == layer.fc.keys()


@each_row
@pytest.mark.parametrize('duplicate', [copy.deepcopy, through_pickle])
def test_a_copy_is_the_same_layer_and_shares_nothing(row, duplicate):
    row_layer, _, _ = row.run()
    try:
        twin = duplicate(row_layer)
    except (AttributeError, pickle.PicklingError) as error:
        raise AssertionError(f'{row_layer.name} cannot be copied: {error}') from error
    assert_same_arrays(arrays(twin), arrays(row_layer))
    before = {name: np.array(value) for name, value in arrays(row_layer).items()}
    row.run(layer=twin, X=row.draw_input(shape=other_batches(row)[1]))
    twin.update_parameters()
    assert twin.fs['X'] == other_batches(row)[1]
    assert row_layer.fs['X'] == row.input_shape
    assert_same_arrays(arrays(row_layer), before)
