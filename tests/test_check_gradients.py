"""The public gradient check: finds what is wrong, says what it may be, and changes nothing."""

import numpy as np
import pytest
from layer_table import ROWS
from networks import make_classifier, quiet, record

import epynn
from epynn import (
    LSTM,
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    Embedding,
    EpyNN,
    Reshape,
    Residual,
    check_gradients,
)
from epynn.commons.errors import LayerError
from epynn.commons.maths import identity, relu, softmax, tanh

X = np.random.default_rng(0).standard_normal((6, 4))


def broken(change, cls=Dense, method='compute_gradients', **attributes):
    """Return a layer class with a mistake."""
    right = getattr(cls, method)

    def wrong(layer, *arguments):
        result = right(layer, *arguments)
        return change(layer, result)

    return type(cls.__name__, (cls,), {method: wrong, **attributes})


def scale(factor):
    def change(layer, _):
        layer.g['dW'] = layer.g['dW'] * factor(layer)

    return change


def transpose(layer, _):
    layer.g['dW'] = layer.g['dW'].T


def forget(layer, _):
    del layer.g['dW']


MISTAKES = {
    'the ratio is -1: the sign is wrong': (scale(lambda layer: -1), 3),
    'the ratio is the batch size: sum against mean (6)': (scale(lambda layer: layer.d['m']), 3),
    '1 / the batch size: mean against sum': (scale(lambda layer: 1 / layer.d['m']), 3),
    'the ratio is n = 4: a sum against': (scale(lambda layer: 4), 3),
    'the ratio is 1.001 everywhere: a factor': (scale(lambda layer: 1.001), 3),
    'the gradient is 0 everywhere': (scale(lambda layer: 0), 3),
    'the gradient is not finite': (scale(lambda layer: np.nan), 3),
    'transposed: it is right with rows and columns exchanged': (transpose, 4),
    'its shape is (3, 4), that of the parameter (4, 3): transposed': (transpose, 3),
    'there is no such gradient': (forget, 3),
}


@pytest.mark.parametrize('hint', MISTAKES)
def test_a_mistake_is_found_and_explained(hint):
    change, units = MISTAKES[hint]
    result = check_gradients(broken(change)(units, tanh), X)
    assert not result
    assert [check.passed for check in result.checks] == [True, False, True]
    assert hint in str(result)
    assert 'WRONG' in str(result)


def test_a_lost_temperature_and_a_lost_scale():
    class Hot(Activation):
        def backward(self, dX):
            return super().backward(dX) * 2.5

    layer = Hot(softmax)
    layer.activate.set_hyperparameters({'softmax_temperature': 2.5})
    assert 'the ratio is T: the derivative of softmax lacks' in str(check_gradients(layer, X))

    lost = broken(lambda layer, dX: dX * (1 - layer.drop_prob), Dropout, 'backward')
    assert 'the scale of Dropout is lost' in str(check_gradients(lost(0.4), X))


def test_one_wrong_element_is_named():
    def change(layer, _):
        layer.g['dW'][3, 1] += 1e-5

    result = check_gradients(broken(change)(3, tanh), X)
    (check,) = (check for check in result.checks if not check.passed)
    assert (check.tensor, check.shape, check.index) == ('dW', (4, 3), (3, 1))
    assert 1e-7 < check.error < 1e-4
    assert check.analytic - check.numeric == pytest.approx(1e-5, rel=1e-3)
    assert result.worst == check.error


def test_a_wrong_gradient_at_a_kink_is_no_kink():
    def change(layer, dX):
        return np.where(layer.fc['X'] == 0, 5.0, dX)

    at_zero = np.array([[0.0, 1.0, -2.0]])
    assert check_gradients(Activation(relu), at_zero).checks[0].kinks == 1
    assert not check_gradients(broken(change, Activation, 'backward')(relu), at_zero)


def test_a_wrong_gradient_along_a_curve_is_no_kink():
    steep = broken(lambda layer, dX: dX + 1e-6, Activation, 'backward')
    result = check_gradients(steep(tanh), 0.3 * X)
    assert not result
    assert result.checks[0].kinks == 0


def test_just_beside_a_kink_the_slope_is_that_of_one_side():
    beside = np.array([[3e-6, -3e-6, 1e-7, -1e-7, 9e-6]])
    result = check_gradients(Activation(relu), beside)
    assert result
    assert result.checks[0].checked == 5


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.name)
def test_the_layer_stays_as_it_is(row):
    layer, _, _ = row.run()
    before = record(layer)
    data = row.draw_input()
    result = check_gradients(layer, data, points=3)
    assert result, f'\n{result}'
    assert record(layer) == before
    np.testing.assert_array_equal(data, row.draw_input())


def test_the_network_stays_as_it_is_and_its_data_are_not_copied():
    model = quiet(make_classifier(BatchNorm(), Dense(5, tanh), Dropout(0.5)), dtype='float32')
    batch = model.embedding.batch_dtrain[0]
    before = record(model)
    result = check_gradients(model, batch.X, batch.Y)
    assert result, f'\n{result}'
    assert record(model) == before
    assert [check.tensor for check in result.checks] == [
        'dX', '1 BatchNorm dgamma', '1 BatchNorm dbeta', '2 Dense dW', '2 Dense db',
        '4 Dense dW', '4 Dense db',
    ]  # fmt: skip


def test_frozen_layers_and_passes_outside_training():
    model = quiet(make_classifier(BatchNorm(), Dense(5, tanh), Dropout(0.5)))
    model.layers[1].trainable = False
    batch = model.embedding.batch_dtrain[0]
    for training in (True, False):
        assert check_gradients(model, batch.X, batch.Y, training=training)


def test_a_wrong_layer_in_a_network_is_named():
    layer = broken(scale(lambda layer: 2))(3, tanh)
    model = quiet(make_classifier(Dense(5, tanh), layer))
    batch = model.embedding.batch_dtrain[0]
    result = check_gradients(model, batch.X, batch.Y)
    assert [check.tensor for check in result.checks if not check.passed] == ['2 Dense dW']


def test_large_tensors_are_sampled_with_a_seed():
    layer, data = Dense(40, tanh), np.random.default_rng(0).standard_normal((2, 50))
    layer.forward(data)
    a, b, c = (check_gradients(layer, data, points=7, seed=seed) for seed in (0, 0, 1))
    assert [check.checked for check in a.checks] == [7, 7, 7]
    assert a == b
    assert a != c


def test_the_seed_draws_the_parameters_of_a_layer_that_has_none_yet():
    one, other = (str(check_gradients(Residual([Dense(4), Dropout(0.5)]), X)) for _ in range(2))
    assert one == other


def test_clipping_is_off():
    layer = epynn.RNN(2, clip_gradients=True)
    assert check_gradients(layer, 10 * np.ones((2, 3, 2)))
    assert layer.clip_gradients


def test_the_table(capsys):
    result = check_gradients(Dense(3, tanh), X)
    assert repr(result) == str(result)
    result.show()
    shown = capsys.readouterr().out
    for words in ('Gradients of Dense: right', 'Tensor', 'Analytic', 'Numeric', 'dX', '(4,3)'):
        assert words in str(result)
        assert words in shown


def test_a_network_without_layers_that_learn():
    model = quiet(EpyNN([Embedding(X, np.tanh(X), (1, 0, 0)), Activation(tanh)]), loss='MSE')
    assert check_gradients(model, X, X)


@pytest.mark.parametrize('name', ['forward', 'backward', 'compute_gradients'])
def test_passes_that_were_put_on_an_object_are_refused(name):
    layer = Dense(3)
    setattr(layer, name, getattr(layer, name))
    with pytest.raises(LayerError, match=rf'Dense.{name}: .* Derive a class from Dense'):
        check_gradients(layer, X)


def test_one_number_alone_says_nothing_of_a_factor():
    class Own(Dense):
        def compute_gradients(self):
            super().compute_gradients()
            self.g['db'] = self.g['db'] + 0.3

    assert [check.hint for check in check_gradients(Own(1), X).checks if not check.passed] == ['']


@pytest.mark.parametrize('scale', [1e2, 1e4, 1e5])
def test_rounding_of_large_losses_is_not_held_against_a_gradient(scale):
    def check(cls):
        X = np.random.default_rng(1).standard_normal((8, 4))
        Y = scale * X[:, :1]
        model = EpyNN([Embedding(X, Y), Reshape((4, 1)), LSTM(3), cls(1, identity)])
        return check_gradients(quiet(model, loss='MSE'), X, Y)

    class Wrong(Dense):
        def compute_gradients(self):
            super().compute_gradients()
            self.g['dW'] = self.g['dW'] * 1.01

    right = check(Dense)
    assert right, right
    if scale == 1e5:
        assert str(right).count('losses so large are rounded by more than the tolerance') == 1
    assert [check.tensor for check in check(Wrong).checks if not check.passed] == ['3 Wrong dW']


def test_losses_too_large_to_tell_are_not_called_right():
    X = np.random.default_rng(1).standard_normal((8, 4))
    Y = 1e10 * X[:, :1]
    model = EpyNN([Embedding(X, Y), Reshape((4, 1)), LSTM(3), Dense(1, identity)])
    result = check_gradients(quiet(model, loss='MSE'), X, Y)
    assert not result
    assert 'scale the targets to see more' in str(result)
    assert 'left out' not in str(result)
