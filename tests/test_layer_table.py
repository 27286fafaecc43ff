"""The checks that every layer passes: one test each, for all rows of `layer_table.py`."""

import copy
import inspect
import pickle
import re
from importlib import import_module

import numpy as np
import pytest
from gradients import TOLERANCE, check_layer, require
from layer_table import COMPOSITES, ROWS

import epynn
from epynn.commons.composite import Composite, HandedOn
from epynn.commons.errors import ShapeError, StateError
from epynn.commons.maths import identity, lrelu
from epynn.commons.models import Layer, walk_layers
from epynn.commons.optimize import Adam
from epynn.commons.penalties import L2
from epynn.commons.roles import no_parameters
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.network.models import EpyNN

each_row = pytest.mark.parametrize('row', ROWS, ids=lambda row: row.name)
each_composite = pytest.mark.parametrize('row', COMPOSITES, ids=lambda row: row.name)
each_dtype = pytest.mark.parametrize('dtype', [np.float32, np.float64])
both_modes = pytest.mark.parametrize('training', [True, False], ids=['training', 'inference'])


def arrays(layer):
    """Return every array that the layer holds, by where it is."""
    stores = {
        'p': layer.p, 'g': layer.g, 's': layer.s, 'fc': layer.fc, 'bc': layer.bc, 'o': layer.o,
    }  # fmt: skip
    return {
        f'{store}[{name!r}]': value
        for store, values in stores.items()
        for name, value in values.items()
        if isinstance(value, np.ndarray)
    }


def assert_same_arrays(a, b):
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


def other_batches(row):
    """Return input shapes with other numbers of samples, and those that the row names."""
    return [(m, *row.input_shape[1:]) for m in (row.fewest, row.input_shape[0] + 2)] + [*row.also]


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
    assert all(layer.ps[name] == shape for name, shape in row.parameters.items())


@each_row
def test_shapes_of_parameters_have_a_place_of_their_own(row):
    layer, _, _ = row.run()
    for each in (layer, copy.deepcopy(layer), through_pickle(layer), layer.twin()):
        assert set(each.ps) - set(layer.s) == set(layer.p)
        assert set(each.fs) == set(layer.fc)
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


def through_pickle(layer):
    """Return what another process would get; files are saved otherwise."""
    return pickle.loads(pickle.dumps(layer))  # noqa: S301


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


# INPUT


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
            match=rf'^{layer.name}: expected an input that fits its [\w.]+ of shape .*, '
            rf'got an input of shape {re.escape(str(shape))}.* Pass as many',
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


# LAYERS MADE OF LAYERS

HANDED_ON = {
    'training': False, 'dtype': np.dtype('f4'), 'optimizer': Adam(), 'penalty': L2(0.5),
    'owner': object(), 'e': 3, 'se_hPars': {'learning_rate': 0.3},
}  # fmt: skip
"""What the layers inside a composite share, and values that are not those they begin with."""


def inside(layer):
    """Return the layers inside, however deep."""
    return list(walk_layers([layer]))[1:]


def leaves(layer):
    return [inner for inner in inside(layer) if not inner.children()]


@each_composite
@pytest.mark.parametrize('duplicate', [lambda it: it, copy.deepcopy, through_pickle, Layer.twin])
def test_what_is_set_on_a_composite_is_set_on_all_layers_inside(row, duplicate):
    layer = duplicate(row.make())
    marked = {
        name
        for cls in type(layer).__mro__
        for name, attribute in vars(cls).items()
        if isinstance(attribute, HandedOn)
    }
    assert marked == {*HANDED_ON, 'np_rng'}
    assert inside(layer)
    for name, value in HANDED_ON.items():
        setattr(layer, name, value)
        assert all(getattr(inner, name) is value for inner in inside(layer))


@each_composite
def test_each_layer_inside_has_a_stream_of_its_own_from_the_one_seed(row):
    streams = []
    for seed in (7, 7, 8):
        layers = inside(row.make_layer(seed=seed))
        streams.append([inner.np_rng.bit_generator.state['state']['state'] for inner in layers])
    assert streams[0] == streams[1]
    assert len({*streams[0], *streams[2]}) == 2 * len(streams[0])


@each_composite
def test_settings_reach_all_layers_inside_their_own_ones_first(row):
    layer = row.make()
    first, *others = leaves(layer)
    first.se_hPars = {'LRELU_alpha': 0.2}
    for inner in (first, *others):
        inner.set_activations(probe=lrelu)
    layer.set_hyperparameters({'LRELU_alpha': 0.7})
    assert first.probe.hyperparameters == {'alpha': 0.2}
    assert all(inner.probe.hyperparameters == {'alpha': 0.7} for inner in others)


@each_composite
def test_parameters_of_a_composite_are_those_of_the_layers_inside(row):
    layer, _, _ = row.run()
    for kind, prefix in (('p', ''), ('g', 'd'), ('s', '')):
        expected = {
            f'{prefix}{i}.{name.removeprefix(prefix)}': array
            for i, inner in enumerate(layer.children())
            for name, array in getattr(inner, kind).items()
        }
        gathered = getattr(layer, kind)
        assert list(gathered) == list(expected)
        assert all(gathered[name] is expected[name] for name in expected)
        setattr(layer, kind, {name: array + 1 for name, array in expected.items()})
        for name, array in expected.items():
            np.testing.assert_array_equal(getattr(layer, kind)[name], array + 1)
            getattr(layer, kind)[name] = array
            assert getattr(layer, kind)[name] is array
    assert dict.fromkeys(layer.p) == dict.fromkeys(row.parameters)


@each_composite
def test_a_penalty_on_a_composite_is_one_on_the_weights_of_all_layers_inside(row):
    layer, _, _ = row.run()
    before = dict(layer.g)
    layer.penalty = L2(0.5)
    layer.add_penalty_gradient(2)
    weights = [name for name in row.parameters if name.split('.')[-1][0] in 'WUV']
    total = sum(0.25 * np.sum(layer.p[name] ** 2) for name in weights)
    assert layer.compute_penalty() == pytest.approx(total, rel=1e-12)
    for name, p in layer.p.items():
        expected = before[f'd{name}'] + (p if name in weights else 0)
        np.testing.assert_allclose(layer.g[f'd{name}'], expected, rtol=1e-12)


def composite_network(row, **settings):
    """Return a network around a composite, initialized."""
    X = row.draw_input(shape=(12, *row.input_shape[1:]))
    layers = [Embedding(X, X[:, 0].mean(axis=(*range(1, X.ndim - 1),)), (1, 0, 0), 4)]
    model = EpyNN([*layers, row.make(), Flatten(), Dense(1, identity)])
    model.initialize(seed=1, verbose=False, **settings)
    return model


@each_composite
def test_layers_inside_a_composite_learn_by_the_settings_of_the_network(row):
    model = composite_network(row, dtype='float32', optimizer='Adam', learning_rate=0.01)
    layer = model.layers[1]
    model.train(2, verbose=0)
    for inner in inside(layer):
        assert inner.dtype == np.float32
        assert inner.optimizer is model.optimizer
        assert inner.owner is model.owner
        assert inner.lrate == [0.01, 0.01]
        assert inner.e == 1
    for leaf in leaves(layer):
        assert all(p.dtype == np.float32 for p in leaf.p.values())
        assert {name: moments['t'] for name, moments in leaf.moments.items()} == dict.fromkeys(
            leaf.p, 6
        )  # steps, all of them


@each_composite
def test_layers_inside_a_composite_that_is_frozen_stay(row):
    model = composite_network(row)
    layer = model.layers[1]
    layer.trainable = False
    before = {name: np.array(p) for name, p in layer.p.items()}
    model.train(1, verbose=0)
    assert_same_arrays(layer.p, before)
    assert not any(inner.trainable for inner in leaves(layer))
    layer.trainable = True
    assert all(leaf.trainable == leaf.draws_parameters() for leaf in leaves(layer))


@each_composite
def test_prediction_by_a_composite_draws_nothing_and_changes_nothing(row):
    model = composite_network(row)
    model.train(1, verbose=0)
    X = model.embedding.dtrain.X
    streams = [inner.np_rng.bit_generator.state for inner in inside(model.layers[1])]
    state = {name: np.array(s) for name, s in model.layers[1].s.items()}
    caches = [dict(inner.fc) for inner in inside(model.layers[1])]
    first, second = model.predict(X).A, model.predict(X).A
    np.testing.assert_array_equal(first, second)
    assert [inner.np_rng.bit_generator.state for inner in inside(model.layers[1])] == streams
    assert_same_arrays(model.layers[1].s, state)
    for inner, cache in zip(inside(model.layers[1]), caches, strict=True):
        assert all(inner.fc[name] is array for name, array in cache.items())
    outside = model.forward(X)
    np.testing.assert_allclose(outside, first, rtol=1e-12)
    assert np.array_equal(model.forward(X, training=True), outside) != row.modes_differ


# THE HOUSE


@each_row
def test_functions_are_bound_not_wrapped(row):
    cls = type(row.make())
    folder = cls.__module__.split('.')[1]
    assert folder.replace('_', '') == cls.__name__.lower()
    places = {
        'forward': 'forward',
        'backward': 'backward',
        'compute_shapes': 'parameters',
        'initialize_parameters': 'parameters',
        'compute_gradients': 'parameters',
    }
    for method, module in places.items():
        function = getattr(cls, method)
        if not row.parameters and method in ('initialize_parameters', 'compute_gradients'):
            assert function is no_parameters
            continue
        if function is getattr(Composite, method, None):
            continue
        name = f'{folder}_{method}'
        assert function is getattr(import_module(f'epynn.{folder}.{module}'), name)
        assert function.__name__ == name
        assert function.__module__ == f'epynn.{folder}.{module}'
        assert function.__doc__


@each_row
def test_import_paths(row):
    cls = type(row.make())
    folder = cls.__module__.split('.')[1]
    assert getattr(import_module(f'epynn.{folder}.models'), cls.__name__) is cls
    assert getattr(epynn, cls.__name__) is cls
    assert cls.__name__ in epynn.__all__


@each_row
def test_the_docstring_tells_the_shapes(row):
    cls = type(row.make())
    doc = inspect.getdoc(cls)  # Python 3.13 takes the indentation away
    assert 'Notes\n-----' in doc
    assert re.search(r'Shapes: ``X \(m, .*\)`` -> ``A \(m, .*\)``', doc)
    for name in row.parameters:  # those of layers inside ('0.W') are in the docstrings of these
        assert '.' in name or f'``{name} (' in doc, name
    if cls.__init__ is not Layer.__init__:
        assert 'Parameters\n----------' in doc


def test_every_public_layer_has_a_row():
    public = {
        name
        for name in epynn.__all__
        if isinstance(getattr(epynn, name), type) and issubclass(getattr(epynn, name), Layer)
    } - {'Layer'}
    assert public == {type(row.make()).__name__ for row in ROWS}
