"""Residual: the whole way through a network."""

import numpy as np
import pytest
from gradients import check_network, require
from networks import make_classifier, quiet

from epynn.activation.models import Activation
from epynn.batchnorm.models import BatchNorm
from epynn.commons.maths import elu, identity, relu, softmax, tanh
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
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


def test_gradients_of_a_network():
    model = quiet(make_network())
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
    assert '- Convolution' in words
    assert 'W (3,3,4,4)' in words


def test_the_same_seed_is_the_same_run_and_no_stream_is_shared():
    first, second = (quiet(make_network(batch_size=8)) for _ in range(2))
    for model in (first, second):
        model.train(3, verbose=0)
    assert first.metrics == second.metrics
    inside = first.layers[2].layers
    draws = [tuple(inner.np_rng.random(3)) for inner in [*inside, *inside[2].layers]]
    assert len(set(draws)) == len(draws)


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
