"""Initialization: seeds, draws, settings."""

import copy

import numpy as np
import pytest
from networks import make_classifier, make_data, parameters, quiet

import epynn.settings
from epynn.batchnorm.models import BatchNorm
from epynn.commons.maths import orthogonal, relu, softmax, tanh
from epynn.commons.models import walk_layers
from epynn.commons.optimize import SGD
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.embedding.models import Embedding
from epynn.network.models import EpyNN
from epynn.residual.models import Residual

# SEEDS


def test_each_layer_draws_from_its_own_stream():
    model = quiet(make_classifier(Dense(5, tanh), Dense(4, relu, orthogonal)), seed=10)
    expected = np.random.default_rng(10 + 1 + 1).standard_normal((4, 5)) * np.sqrt(2 / 9)
    np.testing.assert_array_equal(model.layers[1].p['W'], expected)
    expected = orthogonal((5, 4), np.random.default_rng(10 + 1 + 2))
    np.testing.assert_array_equal(model.layers[2].p['W'], expected)
    assert model.np_rng.random() == np.random.default_rng(10).random()
    assert model.layers[2].np_rng.bit_generator.state == stream_after(13, (5, 4))


def stream_after(seed, shape):
    rng = np.random.default_rng(seed)
    rng.standard_normal(shape)
    return rng.bit_generator.state


def test_zero_is_a_seed_and_none_is_fresh():
    draws = [parameters(quiet(make_classifier(), seed=seed))[1]['W'] for seed in (0, 0, None, None)]
    np.testing.assert_array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[2], draws[3])
    assert not np.array_equal(draws[0], draws[2])


def test_initializing_again_starts_again():
    model = quiet(make_classifier(batch_size=5))
    first, batches = parameters(model), [batch.ids for batch in model.embedding.batch_dtrain]
    model.train(3, verbose=0)
    quiet(model)
    assert model.epochs == 0
    assert model.metrics['CCE'] == [[], [], []]
    for ours, theirs in zip(parameters(model), first, strict=True):
        for name in ours:
            np.testing.assert_array_equal(ours[name], theirs[name])
    for ours, theirs in zip(model.embedding.batch_dtrain, batches, strict=True):
        np.testing.assert_array_equal(ours.ids, theirs)


def test_parameters_can_be_kept():
    model = quiet(make_classifier())
    model.train(3, verbose=0)
    trained = parameters(model)
    quiet(model, params=False, seed=99)
    np.testing.assert_array_equal(model.layers[1].p['W'], trained[1]['W'])


# SETTINGS


def test_settings_are_never_modified():
    mine = {'learning_rate': 0.05, 'schedule': 'exp_decay', 'cycle_epochs': 4}
    of_layer = {'learning_rate': 1.0, 'softmax_temperature': 2}
    defaults, kept, kept_of_layer = (
        copy.deepcopy(d) for d in (epynn.settings.se_hPars, mine, of_layer)
    )
    X, y = make_data()
    model = EpyNN([Embedding(X, y, Y_encode=True), Dense(3, softmax, se_hPars=of_layer)])
    for se_hPars in (epynn.settings.se_hPars, mine, {}):
        quiet(model, se_hPars=se_hPars)
        model.train(3, verbose=0)
    assert epynn.settings.se_hPars == defaults
    assert mine == kept
    assert of_layer == kept_of_layer


def test_missing_settings_take_their_defaults():
    model = quiet(make_classifier(), se_hPars={'learning_rate': 0.02})
    assert model.se_hPars == {**epynn.settings.se_hPars, 'learning_rate': 0.02}
    assert model.layers[1].lrate == [0.02]


def test_the_settings_of_a_layer_come_before_those_of_the_model():
    from epynn.commons.maths import elu, lrelu

    layers = [
        Dense(4, lrelu, se_hPars={'LRELU_alpha': 0.9, 'learning_rate': 0.5}),
        Dense(4, lrelu),
        Dense(4, elu, se_hPars={'ELU_alpha': 3}),
    ]
    model = make_classifier(*layers)
    model.layers[-1].se_hPars = {'softmax_temperature': 4}
    settings = {
        'learning_rate': 0.1, 'LRELU_alpha': 0.2, 'ELU_alpha': 2, 'softmax_temperature': 3,
    }  # fmt: skip
    quiet(model, se_hPars=settings)
    model.train(2, verbose=0)
    assert [layer.lrate for layer in layers] == [[0.5] * 2, [0.1] * 2, [0.1] * 2]
    given = [layer.activate.hyperparameters for layer in model.layers[1:]]
    assert given == [{'alpha': 0.9}, {'alpha': 0.2}, {'alpha': 3.0}, {'T': 4.0}]


def test_schedules_reach_the_layers():
    settings = {'learning_rate': 0.4, 'schedule': 'exp_decay', 'decay_k': 0.5}
    steady = Dense(4, se_hPars={'schedule': 'steady', 'learning_rate': 0.3})
    model = quiet(make_classifier(steady), se_hPars=settings)
    model.train(4, verbose=0)
    np.testing.assert_allclose(model.layers[-1].lrate, 0.4 * np.exp(-0.5 * np.arange(4)))
    assert steady.lrate == [0.3] * 4


def test_float32_from_end_to_end():
    model = quiet(make_classifier(Dense(5, tanh), Dropout(0.1), batch_size=5), dtype=np.float32)
    model.train(2, verbose=0)
    single = np.float32
    for layer in model.layers[1:]:
        held = [*layer.p.values(), *layer.g.values(), *layer.fc.values(), *layer.bc.values()]
        assert {array.dtype for array in held if array.dtype.kind == 'f'} <= {np.dtype(single)}
    assert model.embedding.dtrain.A.dtype == single
    assert model.predict(make_data()[0]).A.dtype == single


@pytest.mark.parametrize('dtype', ['float32', 'float64'])
def test_kept_parameters_take_the_data_type_asked_for(dtype):
    """Weights, running means and what the optimizer remembers, also inside other layers."""
    other = {'float32': 'float64', 'float64': 'float32'}[dtype]
    model = make_classifier(BatchNorm(), Residual([Dense(4, tanh), BatchNorm()]))
    quiet(model, dtype=other, optimizer='Adam')
    model.train(1, verbose=0)
    kept = parameters(model)
    quiet(model, dtype=dtype, params=False, optimizer='Adam')
    for layer, p in zip(model.layers, kept, strict=True):
        for name in p:
            np.testing.assert_array_equal(layer.p[name], p[name].astype(dtype))
    model.train(1, verbose=0)
    for layer in walk_layers(model.layers):
        moments = [array for m in layer.moments.values() for array in m.values() if np.ndim(array)]
        assert all(
            array.dtype == dtype for array in (*layer.p.values(), *layer.s.values(), *moments)
        )
    assert model.predict(model.embedding.dtrain.X).A.dtype == dtype


@pytest.mark.parametrize('dtype', ['float32', 'float64'])
def test_parameters_put_by_hand_take_the_data_type_of_the_network(dtype):
    model = quiet(make_classifier(Dense(5), Residual([Dense(5)])), dtype=dtype)
    X = model.embedding.dtrain.X
    for other in (np.float64, np.float32, int):
        model.layers[1].p['W'] = np.ones((4, 5), other)
        model.layers[2].p['0.b'] = np.ones((1, 5), other)
        assert model.predict(X).A.dtype == dtype
        model.train(1, verbose=0)
        assert {p.dtype for layer in model.layers for p in layer.p.values()} == {np.dtype(dtype)}


def test_parameters_take_the_data_type_of_the_network_whatever_moved_them():
    class Twice(SGD):
        def step(self, p, g, lr, moments):
            return p - np.float64(2 * lr) * g.astype(np.float64)

    model = quiet(make_classifier(), dtype='float32', optimizer=Twice())
    model.train(2, verbose=0)
    assert model.predict(model.embedding.dtrain.X).A.dtype == np.float32
