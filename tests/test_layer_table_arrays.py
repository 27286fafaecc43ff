"""Arrays of another library pass through every layer, and nobody makes NumPy arrays of them."""

import numpy as np
import pytest
from guarded import Guarded
from layer_table import ROWS

from epynn.commons.loss import loss_functions
from epynn.commons.maths import softmax, tanh
from epynn.commons.models import walk_layers
from epynn.commons.optimize import OPTIMIZERS
from epynn.dense.models import Dense

tolerance = {'rtol': 0, 'atol': 1e-12}


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.name)
def test_arrays_of_another_library_stay_what_they_are(row):
    layer, X = row.make(), row.draw_input()
    layer.forward(X)
    for inner in walk_layers([layer]):
        inner.training = True
    layer.np_rng = np.random.default_rng(0)
    A = layer.forward(X)
    dA = np.random.default_rng(0).standard_normal(A.shape)
    dX = layer.backward(dA)
    layer.compute_gradients()
    g = dict(layer.g)
    for inner in walk_layers([layer]):
        if not inner.children():
            inner.p = {name: Guarded(array) for name, array in inner.p.items()}
            inner.s = {name: Guarded(array) for name, array in inner.s.items()}
            inner.fc, inner.bc, inner.g = {}, {}, {}
    layer.np_rng = np.random.default_rng(0)
    other = layer.forward(Guarded(X))
    found = {'A': other, 'dX': layer.backward(Guarded(dA))}
    layer.compute_gradients()
    for name, array in ({**layer.fc, **layer.bc, **layer.g, **found}).items():
        assert isinstance(array, Guarded), name
    np.testing.assert_allclose(other.array, A, **tolerance)
    np.testing.assert_allclose(found['dX'].array, dX, **tolerance)
    for name, array in layer.g.items():
        np.testing.assert_allclose(array.array, g[name], **tolerance)


@pytest.mark.parametrize('optimizer', OPTIMIZERS)
@pytest.mark.parametrize('loss', ['MSE', 'MAE', 'MSLE', 'BCE', 'CCE', 'Huber', 'Hinge'])
def test_steps_of_training_on_them_are_the_same(loss, optimizer):
    rng = np.random.default_rng(0)
    X, Y = rng.random((6, 5)), np.eye(3)[np.arange(6) % 3]
    of_layers = []
    for wrap in (np.asarray, Guarded):
        layers, A, compute_loss = [Dense(4, tanh), Dense(3, softmax)], X, loss_functions(loss)
        for number, layer in enumerate(layers):
            layer.np_rng = np.random.default_rng(number)
            layer.optimizer, layer.lrate = OPTIMIZERS[optimizer](), [0.1]
            A = layer.forward(A)
            layer.p = {name: wrap(array) for name, array in layer.p.items()}
        for _ in range(3):
            A = wrap(X)
            for layer in layers:
                A = layer.forward(A)
            dA = compute_loss(wrap(Y), A, deriv=True)
            for layer in reversed(layers):
                dA = layer.backward(dA)
                layer.compute_gradients()
            for layer in layers:
                layer.update_parameters()
        of_layers.append(layers)
    for here, there in zip(*of_layers, strict=True):
        for name, array in here.p.items():
            np.testing.assert_allclose(there.p[name].array, array, **tolerance)
