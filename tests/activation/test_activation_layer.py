"""Activation: the same as inside of Dense, also as the output of a network."""

import numpy as np
import pytest
from networks import make_data, quiet

from epynn.activation.models import Activation
from epynn.commons.maths import ACTIVATIONS, elu, identity, sigmoid, softmax, tanh
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.network.models import EpyNN


def make_network(inside, *functions, classes=3):
    """Return a network with its activations inside of Dense layers, or as layers of their own."""
    X, y = make_data(classes=classes)
    units = [5] * (len(functions) - 1) + [3 if classes == 3 else 1]
    layers = []
    for u, f in zip(units, functions, strict=True):
        layers += [Dense(u, f)] if inside else [Dense(u, identity), Activation(f)]
    return EpyNN([Embedding(X, y, (1, 0, 0), Y_encode=classes == 3), *layers])


@pytest.mark.parametrize('name', ACTIVATIONS)
def test_the_same_as_inside_of_dense(name, rng):
    f = ACTIVATIONS[name]
    X, dA = rng.standard_normal((6, 4)), rng.standard_normal((6, 3))
    joint, product, layer = Dense(3, f), Dense(3, identity), Activation(f)
    for dense in (joint, product):
        dense.np_rng = np.random.default_rng(2)
    np.testing.assert_array_equal(layer.forward(product.forward(X)), joint.forward(X))
    np.testing.assert_array_equal(product.backward(layer.backward(dA)), joint.backward(dA))


@pytest.mark.parametrize(
    ('loss', 'output', 'classes'), [('CCE', softmax, 3), ('BCE', sigmoid, 2), ('MSE', softmax, 3)]
)
def test_the_same_network_learns_the_same(loss, output, classes):
    joint, apart = (make_network(inside, tanh, output, classes=classes) for inside in (True, False))
    for model in (joint, apart):
        quiet(model, loss=loss, params=True)
    for ours, theirs in ((1, 1), (2, 3)):
        apart.layers[theirs].p = dict(joint.layers[ours].p)
    for model in (joint, apart):
        model.embedding.np_rng = np.random.default_rng(7)
        model.train(5, verbose=0)
    np.testing.assert_allclose(apart.metrics[loss][0], joint.metrics[loss][0], rtol=1e-12)


def test_the_closed_form_survives_saturation():
    """Far out, where softmax is 0 or 1 and its Jacobian 0, the gradient is still ``A - Y``."""
    model = quiet(make_network(False, softmax))
    dense, layer = model.layers[1:]
    dense.p['b'] = np.array([[1e4, 0, 0]])
    batch = model.embedding.batch_dtrain[0]
    A = model.forward(batch.X, training=True)
    from epynn.network.backward import loss_gradient

    model.backward(*loss_gradient(model, batch.Y, A))
    np.testing.assert_array_equal(layer.bc['dZ'], A - batch.Y)


def test_its_own_hyperparameters_count(rng):
    layer = Activation(elu, se_hPars={'ELU_alpha': 2.0})
    X = rng.standard_normal((3, 4))
    np.testing.assert_allclose(layer.forward(X), elu(X, alpha=2.0))
    assert layer.activation == {'activate': 'elu'}
