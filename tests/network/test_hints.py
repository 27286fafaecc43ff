"""What is allowed and rarely meant: one warning each, at the user's line, with the remedy."""

import warnings

import numpy as np
import pytest
from networks import make_classifier

from epynn.batchnorm.models import BatchNorm
from epynn.commons.library import read_model
from epynn.commons.maths import softmax
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.layernorm.models import LayerNorm
from epynn.network.models import EpyNN
from epynn.residual.models import Residual
from epynn.template.models import Template
from epynn.tokens.models import Tokens

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, size=(24, 8, 8, 1))
Y = np.arange(24) % 3


class Shrink(Template):
    """Pass on numbers around 1."""

    def forward(self, A):
        return super().forward(A / 255)


def make(X, *layers, X_scale=False):
    return EpyNN([Embedding(X, Y, Y_encode=True, X_scale=X_scale), *layers, Dense(3, softmax)])


def initialize(model, **options):
    model.initialize(loss='CCE', verbose=False, **options)
    return model


def hear(do):
    """Return the warnings that something makes; all of them point at this file."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        do()
    assert all(warning.filename == __file__ for warning in caught)
    assert all(warning.category is UserWarning for warning in caught)
    return [str(warning.message) for warning in caught]


def hear_initialize(X, *layers, **options):
    return hear(lambda: initialize(make(X, *layers, **options)))


# FEATURES OF HUNDREDS


@pytest.mark.parametrize(
    'layers',
    [
        [Flatten()],
        [Convolution(2), Flatten()],
        [Residual([Convolution(1, strides=1, padding=1)]), Flatten()],
    ],
)
def test_features_of_hundreds_are_to_be_scaled(layers):
    (message,) = hear_initialize(PIXELS, *layers)
    name = 'Convolution' if len(layers) > 1 else 'Dense'
    assert f'features as large as 255 reach {name}, which learns from numbers' in message
    assert 'Embedding(..., X_scale=True)' in message


@pytest.mark.parametrize(
    ('X', 'layers', 'options'),
    [
        (PIXELS, [Flatten()], {'X_scale': True}),
        (PIXELS / 255, [Flatten()], {}),
        (PIXELS, [BatchNorm(), Flatten()], {}),
        (PIXELS, [Flatten(), LayerNorm()], {}),
        (PIXELS, [Shrink(), Flatten()], {}),
        (RNG.integers(0, 500, size=(24, 7)), [Tokens(500, 2), Flatten()], {}),
        (RNG.standard_normal((24, 7)) * 20, [], {}),
        (RNG.standard_normal((24, 7)) + 1000, [], {}),  # far off, but of one size
        (PIXELS // 16, [Flatten()], {}),
    ],
    ids=lambda value: type(value[0]).__name__ if isinstance(value, list) and value else None,
)
def test_nothing_is_said_of_what_learns_well(X, layers, options):
    assert hear_initialize(X, *layers, **options) == []


def test_a_network_warns_once():
    model = make(PIXELS, Flatten())
    assert len(hear(lambda: model.train(1, 0, init_logs=False))) == 1
    assert hear(lambda: initialize(model)) == []


# IMAGES


@pytest.mark.parametrize('shape', [(1, 28, 28), (3, 32, 32), (4, 9, 9), (3, 20, 100)])
def test_images_that_look_channels_first(shape):
    X = RNG.random((24, *shape))
    (message,) = hear_initialize(X, Convolution(2, 1), Flatten())
    assert f'images of shape {shape} look as if their channels came first' in message
    assert 'X_data.transpose(0, 2, 3, 1)' in message
    assert hear_initialize(X.transpose(0, 2, 3, 1), Convolution(2, 1), Flatten()) == []
    assert hear_initialize(X, Flatten()) == []


@pytest.mark.parametrize(
    'shape', [(1, 40, 16), (1, 20, 100), (3, 3, 3), (3, 4, 3), (8, 8, 8), (1, 4, 4)]
)
def test_images_of_few_rows_and_many_channels_may_be_meant(shape):
    assert hear_initialize(RNG.random((24, *shape)), Convolution(2, 1), Flatten()) == []


# PREDICTION


def test_samples_that_look_unscaled(tmp_path):
    model = initialize(make(PIXELS, Flatten(), X_scale=True))
    (message,) = hear(lambda: [model.predict(PIXELS) for _ in range(3)])
    assert 'samples with numbers as large as 255, where the network learned' in message
    assert 'Pass X_scale=True.' in message
    model.write(tmp_path / 'model')
    (message,) = hear(lambda: read_model(tmp_path / 'model').predict(PIXELS))
    assert 'Pass X_scale=True.' in message


def test_samples_that_are_scaled():
    for factor in (1, 2, 1e-3):
        model = initialize(make(PIXELS * factor, Flatten(), X_scale=True))
        scaled = model.embedding.dtrain.X
        for X in (scaled, scaled * 1.9, -scaled):
            assert hear(lambda model=model, X=X: model.predict(X)) == []
        assert hear(lambda model=model, f=factor: model.predict(PIXELS * f, X_scale=True)) == []
    model = initialize(make(PIXELS, Flatten(), X_scale=True))
    assert hear(lambda: model.predict(model.embedding.dtrain.X * 5)) == []  # 255 is far from 5


# HYPER-PARAMETERS


def test_an_unknown_hyperparameter_is_named_once_with_the_nearest():
    model = make_classifier()
    (message,) = hear(lambda: initialize(model, se_hPars={'learning_rte': 0.1}).train(2, 0))
    assert message.startswith('se_hPars: nobody reads learning_rte; known are ELU_alpha, ')
    assert message.endswith("Perhaps 'learning_rate' was meant.")
    assert hear(lambda: model.train(2, 0)) == []


def test_hyperparameters_of_other_places_are_told_theirs():
    settings = {'lr': 0.1, 'momentum': 0.9, 'batch_size': 8, 'foo': 1}
    (message,) = hear(lambda: initialize(make_classifier(), se_hPars=settings))
    assert message.startswith('se_hPars: nobody reads batch_size, foo, lr, momentum; known are')
    assert message.endswith(
        'batch_size: It belongs to the data: Embedding(X, Y, batch_size=...). '
        "Perhaps 'learning_rate' was meant. "
        'momentum: Momentum is an optimizer of its own: optimizer=Momentum(momentum=...).'
    )


def test_unknown_hyperparameters_of_a_layer_are_named():
    model = make(PIXELS / 255, Flatten(), Dense(2, se_hPars={'momentum': 0.9, 'elu_alpha': 1}))
    (message,) = hear(lambda: initialize(model))
    assert message.startswith('se_hPars: nobody reads elu_alpha, momentum;')
    assert "Perhaps 'ELU_alpha' was meant." in message


def test_known_hyperparameters_are_silent():
    assert hear(lambda: initialize(make_classifier(), se_hPars={'learning_rate': 0.1})) == []


def test_parameters_that_would_go_on_by_other_settings_are_told_of():
    model, settings = make_classifier(), {'optimizer': 'Adam', 'learning_rate': 0.01}
    initialize(model, **settings).train(1, 0)
    assert hear(lambda: initialize(model, params=False, **settings)) == []
    (message,) = hear(lambda: initialize(model, params=False))
    assert 'come from a training by other settings: optimizer=Adam(' in message
    assert 'learning_rate=0.01; now it is optimizer=SGD(), learning_rate=0.1. Pass' in message
    assert hear(lambda: initialize(model)) == []
