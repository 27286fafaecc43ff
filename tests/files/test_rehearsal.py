"""Files whose layers do not fit each other: a rehearsal refuses them when they are read."""

import tracemalloc

import numpy as np
import pytest
from layer_table import ROWS
from model_files import edit
from networks import make_classifier, quiet
from saved_networks import bent

from epynn import read_model
from epynn.batchnorm.models import BatchNorm
from epynn.commons.errors import ModelFileError
from epynn.commons.maths import softmax, tanh
from epynn.commons.models import walk_layers
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.files.rehearsal import can_rehearse, rehearse_layer
from epynn.flatten.models import Flatten
from epynn.gru.models import GRU
from epynn.network.models import EpyNN
from epynn.pooling.models import Pooling
from epynn.pooling1d.models import Pooling1D
from epynn.reshape.models import Reshape
from epynn.residual.models import Residual


def make_network(shape, *layers):
    """Return an initialized network for samples of that shape."""
    X = np.random.default_rng(0).standard_normal((12, *shape))
    embedding = Embedding(X, np.arange(12) % 3, Y_encode=True)
    return quiet(EpyNN([embedding, *layers, Dense(3, softmax)]))


def make_images():
    return make_network((6, 6, 1), Convolution(2, 3, 1), Pooling(2), Flatten())


def state(layer):
    """Return all that a forward pass may change of a layer, without its cache."""
    return [
        (
            str((inner.d, inner.fs, inner.o, inner.p, inner.s)), sorted(vars(inner)),
            inner.np_rng.bit_generator.state,
        ) for inner in walk_layers([layer])
    ]  # fmt: skip


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.name)
def test_an_empty_batch_passes_every_layer_without_a_trace(row):
    layer = row.make_layer()
    layer.training = False
    A = layer.forward(row.draw_input())
    layer.dtype = layer.dtype or A.dtype
    assert all(can_rehearse(inner) for inner in walk_layers([layer]))
    layer.training = True
    before = state(layer)
    assert rehearse_layer(layer, row.input_shape[1:]) == row.output_shape[1:]
    assert state(layer) == before
    assert layer.training
    layer.training = False
    np.testing.assert_array_equal(layer.forward(row.draw_input()), A)


def coarser(description, arrays):
    """Say of the pooling, in all that is said of it alone, that its window is (3, 3)."""
    description['layers'][1]['arguments']['pool_size'] = 3
    sizes = {'fh': 3, 'fw': 3, 'sh': 3, 'sw': 3, 'oh': 1, 'ow': 1}
    description['network'][2]['dimensions'].update(sizes)


def stride(description, arrays):
    """Say of the convolution, in all that is said of it alone, that it takes strides of 3."""
    description['layers'][0]['arguments']['strides'] = 3
    sizes = {'sh': 3, 'sw': 3, 'oh': 2, 'ow': 2}
    description['network'][1]['dimensions'].update(sizes)


def without_axes(description, arrays):
    """Say of the data, in all that is said of them alone, that they are numbers."""
    for name in 'XA':
        del description['network'][0]['forward'][name][1:]
    del description['network'][0]['dimensions']['n']


def no_last_layers(description, arrays):
    """Leave out the last two layers: the output has axes that no decision can be made of."""
    for name in ('layers', 'network', 'activations'):
        del description[name][-2:]
    del description['rates']['layers'][-2:]
    del arrays['4.p.W'], arrays['4.p.b']


@pytest.mark.parametrize(('make', 'change', 'words'), [
    (make_images, coarser, r'Flatten with samples of shape \(1, 1, 2\)'),
    (make_images, stride, r'Pooling with samples of shape \(2, 2, 2\)'),
    (lambda: quiet(make_classifier()), without_axes, r'Dense with samples of shape \(\)'),
    (make_images, no_last_layers, r'a network whose output has 2 axes'),
])  # fmt: skip
def test_layers_that_do_not_fit_each_other(make, change, words, tmp_path):
    """A changed pool size or stride, with that layer's own row changed as well, was accepted."""
    path = make().write(tmp_path / 'x')
    read_model(path)
    edit(path, change)
    with pytest.raises(ModelFileError, match=words):
        read_model(path)


def test_layers_inside_that_do_not_fit_each_other(tmp_path):
    block = Residual([Reshape((2, 2, 1)), Convolution(1, 1, 1), Flatten()])
    path = make_network((4,), block).write(tmp_path / 'x')
    read_model(path)

    def change(description, arrays):
        inside = description['layers'][0]['arguments']['layers']
        inside[1]['arguments']['strides'] = 2
        sizes = {'sh': 2, 'sw': 2, 'oh': 1, 'ow': 1}
        description['network'][1]['layers'][1]['dimensions'].update(sizes)

    edit(path, change)
    with pytest.raises(ModelFileError, match=r'arguments that fit.*Residual'):
        read_model(path)


@pytest.mark.parametrize('steps', [3, 65, 10**9])
def test_any_number_of_steps_takes_no_time(steps, tmp_path):
    path = make_network((6, 2), Pooling1D(2), GRU(3, sequences=True), GRU(3)).write(tmp_path / 'x')

    def change(description, arrays):
        counts = [2 * steps, 2 * steps, 2 * steps, steps, steps, steps, steps]
        rows = description['network']
        shapes = [row['forward'][name] for row in rows for name in ('X', 'A')]
        for shape, count in zip(shapes, counts, strict=False):
            shape[1] = count
        for row, s in zip(rows, [2 * steps, 2 * steps, steps, steps], strict=False):
            row['dimensions']['s'] = s
            if 'os' in row['dimensions']:
                row['dimensions']['os'] = steps

    edit(path, change)
    assert read_model(path).network[3]['forward']['X'][1:] == (steps, 3)


def test_steps_that_a_layer_inside_makes_take_no_time(tmp_path):
    """Rows say 4 steps. What the layers inside do with 10**9 numbers is another matter."""
    block = Residual([Reshape((4, 1)), GRU(4)])
    path = make_network((4,), block).write(tmp_path / 'x')
    read_model(path)

    def change(description, arrays):
        n = 10**9
        description['layers'][0]['arguments']['layers'][0]['arguments']['shape'] = {
            'tuple': [-1, 1]
        }
        description['network'][0]['forward'].update(X=[8, n], A=[8, n])
        description['network'][0]['dimensions'].update(n=n)
        description['network'][1]['forward'].update(X=[8, n])

    edit(path, change)
    with pytest.raises(ModelFileError, match=r'arguments that fit.*Residual'):
        read_model(path)


def test_windows_of_a_pooling_take_no_time(tmp_path):
    """Wide windows go point by point: they are taken at their word."""
    path = make_network((200, 2), Pooling1D(100), Flatten()).write(tmp_path / 'x')
    read_model(path)

    def change(description, arrays):
        n = 10**9
        description['layers'][0]['arguments']['pool_size'] = n
        for number, shape in ((0, [2 * n, 2]), (1, [2 * n, 2])):
            description['network'][number]['forward']['X'][1:] = shape
        description['network'][0]['forward']['A'][1:] = [2 * n, 2]
        description['network'][1]['dimensions'].update(f=n, ss=n, s=2 * n)
        description['network'][0]['dimensions'].update(s=2 * n)

    edit(path, change)
    tracemalloc.start()
    try:
        read_model(path)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def picky(x, deriv=False):
    return bent(x, deriv) / (1 + np.max(np.abs(x)) * 0)  # the maximum of nothing is an error


def test_functions_of_yours_need_not_take_an_empty_batch(tmp_path):
    model = make_network((4,), Dense(4, picky), Dense(5, tanh))
    path = model.write(tmp_path / 'x')
    again = read_model(path, custom=[picky])
    X = model.embedding.dtrain.X
    np.testing.assert_array_equal(again.predict(X).A, model.predict(X).A)

    def change(description, arrays):
        description['network'][1]['forward']['A'][1] = 7

    edit(path, change)
    with pytest.raises(ModelFileError, match=r'Dense with samples of shape \(7,\)'):
        read_model(path, custom=[picky])


@pytest.mark.parametrize('inside', [False, True])
def test_running_variances_below_0_are_refused(inside, tmp_path):
    """They were accepted, and every prediction was NaN."""
    layer = Residual([BatchNorm()]) if inside else BatchNorm()
    path = make_network((4,), layer).write(tmp_path / 'x')

    def change(description, arrays):
        (name,) = [name for name in arrays if name.endswith('var')]
        arrays[name][2] = -1

    edit(path, change)
    with pytest.raises(ModelFileError, match=r'arguments that fit, got others .FloatingPointError'):
        read_model(path)


class Apart(Dense):
    """A layer that gives another shape than the one it noted of the Dense layer inside."""

    def forward(self, A):
        return Dense.forward(self, A)[:, np.newaxis]

    def backward(self, dX):
        return Dense.backward(self, dX[:, 0])


def test_layers_of_yours_are_not_run_but_those_behind_are(tmp_path):
    model = make_network((4,), Apart(4), Flatten(), Dense(5, tanh))
    path = model.write(tmp_path / 'x')
    again = read_model(path, custom=[Apart])
    X = model.embedding.dtrain.X
    np.testing.assert_array_equal(again.predict(X).A, model.predict(X).A)
    edit(path, lambda description, _: description['network'][2]['forward'].update(X=[8, 3, 4]))
    edit(path, lambda description, _: description['network'][2]['dimensions'].update(n=12))
    with pytest.raises(ModelFileError, match=r'Dense with samples of shape \(12,\)'):
        read_model(path, custom=[Apart])
