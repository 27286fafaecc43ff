"""Residual: the whole way through a network."""

import copy

import numpy as np
import pytest
from gradients import check_network, require
from networks import make_classifier, make_data, quiet

from epynn.activation.models import Activation
from epynn.batchnorm.models import BatchNorm
from epynn.commons.library import read_model
from epynn.commons.maths import elu, identity, relu, softmax, tanh
from epynn.commons.penalties import L2
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.embedding.models import Embedding
from epynn.globalpooling.models import GlobalPooling
from epynn.layernorm.models import LayerNorm
from epynn.network.models import EpyNN
from epynn.residual.models import Residual


def make_network(**options):
    return make_classifier(
        Dense(5, tanh),
        Residual([Dense(6, elu), BatchNorm(), Residual([Dense(6, tanh)]), Dense(5, identity)]),
        Residual([LayerNorm(), Dense(4, identity, se_hPars={'learning_rate': 0.01})],
                 shortcut=[Dense(4, identity)]),
        **options,
    )  # fmt: skip


@pytest.mark.parametrize('reduction', ['sum', 'mean'])
def test_gradients_of_a_network(reduction):
    model = quiet(make_network(), reduction=reduction)
    batch = model.embedding.batch_dtrain[0]
    checks = check_network(model, batch.X, batch.Y)
    assert len(checks) == 18
    require(checks)


def make_resnet(m=60):
    """Return a small residual network for images with a bright row or column."""
    rng = np.random.default_rng(0)
    y = np.arange(m) % 2
    X = 0.3 * rng.standard_normal((m, 6, 6, 1))
    for image, label, i in zip(X, y, rng.integers(0, 6, m), strict=True):
        image[i if label else slice(None), slice(None) if label else i] += 1

    def block(u, strides):
        chain = [
            Convolution(u, 3, strides, 1, identity, use_bias=False),
            BatchNorm(),
            Activation(relu),
            Convolution(u, 3, 1, 1, identity, use_bias=False),
            BatchNorm(),
        ]
        if strides == 1:
            return Residual(chain)
        return Residual(chain, [Convolution(u, 1, strides, activate=identity), BatchNorm()])

    layers = [Convolution(4, 3, 1, 1, relu), block(4, 1), Activation(relu), block(8, 2),
              Activation(relu), GlobalPooling(), Dense(2, softmax)]  # fmt: skip
    return EpyNN([Embedding(X, y, (2, 1, 0), batch_size=10, Y_encode=True), *layers])


def test_a_small_residual_network_learns(capsys):
    model = make_resnet()
    model.initialize('CCE', seed=3, optimizer='Adam', reduction='mean',
                     se_hPars={'learning_rate': 0.01})  # fmt: skip
    model.train(15, verbose=0)
    assert model.metrics['accuracy'][0][-1] == 1
    assert model.metrics['accuracy'][1][-1] >= 0.9
    model.summary()
    words = capsys.readouterr().out
    assert 'Residual' in words
    assert '0.W (3,3,4,4)' in words


def test_gradients_of_a_small_residual_network():
    model = quiet(make_resnet(12), seed=4)
    batch = model.embedding.batch_dtrain[0]
    model.train(1, verbose=0)  # away from the kinks at 0 that all biases start with
    require(check_network(model, batch.X[:4], batch.Y[:4]), 1e-6)


def test_the_same_seed_is_the_same_run_and_no_stream_is_shared():
    first, second = (quiet(make_network(batch_size=8)) for _ in range(2))
    for model in (first, second):
        model.train(3, verbose=0)
    assert first.metrics == second.metrics
    inside = first.layers[2].layers
    draws = [tuple(inner.np_rng.random(3)) for inner in [*inside, *inside[2].layers]]
    assert len(set(draws)) == len(draws)


def test_a_dropout_inside_draws_the_same_with_the_same_seed():
    networks = [make_classifier(Residual([Dropout(0.5), Dense(4, tanh)])) for _ in range(2)]
    for model in networks:
        quiet(model, seed=5).train(3, verbose=0)
    assert networks[0].metrics == networks[1].metrics


def test_settings_of_a_layer_inside_count():
    model = quiet(make_network(), se_hPars={'learning_rate': 0.2, 'ELU_alpha': 0.5})
    model.train(2, verbose=0)
    assert [layer.lrate[0] for layer in model.layers[3].layers] == [0.2, 0.01, 0.2]
    assert model.layers[2].layers[0].activate.hyperparameters == {'alpha': 0.5}


def test_a_frozen_block_does_not_change_in_training():
    model = quiet(make_network(batch_size=8))
    model.layers[2].trainable = False
    before = {
        name: p.copy() for name, p in [*model.layers[2].p.items(), *model.layers[2].s.items()]
    }
    model.train(3, verbose=0)
    for name, array in {**model.layers[2].p, **model.layers[2].s}.items():
        np.testing.assert_array_equal(array, before[name])


def test_penalties_inside_count_once():
    X, y = make_data()
    model = EpyNN([Embedding(X, y, (1, 0, 0), Y_encode=True),
                   Residual([Dense(4, tanh)]), Dense(3, softmax)])  # fmt: skip
    quiet(model)
    dense = model.layers[1].layers[0]
    dense.penalty = L2(0.5)
    assert model.layers[1].compute_penalty() == pytest.approx(0.25 * np.sum(dense.p['W'] ** 2))
    plain, W = np.array(dense.g['dW']), dense.p['W']
    model.layers[1].add_penalty_gradient(2)
    np.testing.assert_allclose(dense.g['dW'], plain + 2 * 0.5 * W, rtol=1e-13)


@pytest.mark.parametrize('optimizer', ['Momentum', 'Adam'])
def test_the_same_as_its_layers_in_a_row_where_the_shortcut_is_zero(optimizer):
    """A shortcut of zeros, frozen, leaves a plain chain: the optimizer sees no difference."""
    plain = quiet(make_classifier(Dense(4, tanh), Dense(4, tanh)), optimizer=optimizer)
    shortcut = Dense(4, identity)
    model = make_classifier(Residual([Dense(4, tanh), Dense(4, tanh)], [shortcut]))
    quiet(model, optimizer=optimizer)
    shortcut.trainable = False
    shortcut.p = {name: np.zeros_like(p) for name, p in shortcut.p.items()}
    for inner, layer in zip(model.layers[1].chain, plain.layers[1:3], strict=True):
        inner.p = dict(layer.p)
    model.layers[2].p = dict(plain.layers[3].p)
    for network in (plain, model):
        network.train(5, verbose=0)
    np.testing.assert_allclose(model.metrics['CCE'][0], plain.metrics['CCE'][0], rtol=1e-12)


def test_a_copy_of_the_network_shares_nothing():
    model = quiet(make_network())
    twin = copy.deepcopy(model)
    twin.train(2, verbose=0)
    assert not np.array_equal(twin.layers[2].p['0.W'], model.layers[2].p['0.W'])
    assert twin.layers[2].chain[0] is twin.layers[2].layers[0]


def test_it_is_saved_and_read(tmp_path):
    model = quiet(make_resnet())
    model.train(2, verbose=0)
    model.layers[2].layers[0].trainable = False
    again = read_model(model.write(tmp_path / 'model.safetensors'))
    X = model.embedding.dval.X
    np.testing.assert_array_equal(again.predict(X).A, model.predict(X).A)
    assert [layer.trainable for layer in again.layers[2].layers] == [
        layer.trainable for layer in model.layers[2].layers
    ]
