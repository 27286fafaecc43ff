"""Weights of classes and samples, integer labels, and schedules that follow the loss."""

import numpy as np
import pytest
from gradients import compare, numeric_gradient, require
from networks import assert_same_parameters, make_data, make_regression, quiet

from epynn.commons.errors import LabelError
from epynn.commons.loss import ICCE, LabelSmoothing
from epynn.commons.maths import softmax, tanh
from epynn.commons.metrics import TopK
from epynn.commons.schedule import ReduceOnPlateau
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.network.backward import loss_gradient
from epynn.network.models import EpyNN
from epynn.network.sample_weights import sample_weights

NAMES = np.array(['cat', 'dog', 'emu'])
ONE_SET = (1, 0, 0)


def make(Y, sets=ONE_SET, m=24, units=3, **embedding):
    layers = [Embedding(make_data(m)[0], Y, sets, **embedding), Dense(4, tanh)]
    return EpyNN([*layers, Dense(units, softmax)])


def labels(m=24):
    """Two of the first class for each of the second, three for each of the third."""
    return np.array([0, 0, 0, 1, 1, 2] * (m // 6))


# CLASSES


def test_weights_by_name_by_column_and_by_label_are_the_same():
    weights = {'dog': 2, 'emu': 0.5}
    by_name = quiet(make(NAMES[labels()], Y_encode=True), class_weight=weights)
    by_column = quiet(make(np.eye(3)[labels()]), class_weight={1: 2, 2: 0.5})
    by_label = quiet(make(labels()), loss='ICCE', class_weight={1: 2.0, 2: 0.5})
    assert by_name.class_weights == by_column.class_weights == by_label.class_weights
    for model in (by_name, by_column, by_label):
        model.train(3, verbose=0)
        w = sample_weights(model, model.embedding.dtrain)
        np.testing.assert_array_equal(w, np.array([1, 2, 0.5])[labels()])
        assert model.metrics[model.training_loss.__name__] == by_name.metrics['CCE']
    assert_same_parameters(by_name, by_column)
    assert_same_parameters(by_name, by_label)


def test_balanced_is_that_of_scikit_learn():
    sklearn = pytest.importorskip('sklearn.utils.class_weight')
    model = quiet(make(NAMES[labels()], Y_encode=True), class_weight='balanced')
    expected = sklearn.compute_class_weight('balanced', classes=np.arange(3), y=labels())
    np.testing.assert_allclose(list(model.class_weights.values()), expected, rtol=1e-15)
    assert sample_weights(model, model.embedding.dtrain).sum() == pytest.approx(24)


def test_balanced_counts_the_training_set_alone():
    y = np.array([0, 0, 0, 1, 0, 1, 1, 1])
    model = quiet(make(y, (1, 1, 0), m=8, units=2), loss='ICCE', class_weight='balanced')
    assert model.class_weights == {0: 4 / 6, 1: 2}
    np.testing.assert_array_equal(sample_weights(model, model.embedding.dval), [2 / 3, 2, 2, 2])


def test_a_weight_of_n_is_the_sample_n_times():
    y = labels(12)
    often = np.repeat(np.arange(12), np.where(y == 2, 3, 1))
    X = make_data(12)[0]
    layers = [[Dense(4, tanh), Dense(3, softmax)] for _ in range(2)]
    weighted = EpyNN([Embedding(X, y, ONE_SET), *layers[0]])
    repeated = EpyNN([Embedding(X[often], y[often], ONE_SET), *layers[1]])
    quiet(weighted, loss='ICCE', class_weight={2: 3})
    quiet(repeated, loss='ICCE')
    for model in (weighted, repeated):
        model.train(5, verbose=0)
    np.testing.assert_allclose(weighted.layers[1].p['W'], repeated.layers[1].p['W'], rtol=1e-11)
    # The reported loss is a mean over samples: 12 of them, 3 + ... of the others.
    np.testing.assert_allclose(
        np.multiply(weighted.metrics['ICCE'][0], 12),
        np.multiply(repeated.metrics['ICCE'][0], len(often)),
        rtol=1e-11,
    )


def fourth_power(Y, A, deriv=False):
    """A loss of one's own: a plain function."""
    return 4 * (A - Y) ** 3 if deriv else np.sum((A - Y) ** 4, axis=1)


@pytest.mark.parametrize('reduction', ['mean', 'sum'])
@pytest.mark.parametrize('loss', [ICCE, LabelSmoothing(ICCE, 0.2), fourth_power])
def test_gradients_are_those_of_the_reported_loss(loss, reduction):
    """Sample weights and class weights together, with and without a closed form."""
    w = np.random.default_rng(3).uniform(0, 2, 24)
    model = make(np.eye(3)[labels()] if loss is fourth_power else labels(), sample_weight=w)
    quiet(model, loss=loss, reduction=reduction, class_weight='balanced')
    dtrain = model.embedding.dtrain
    A = model.forward(dtrain.X, training=True)
    model.backward(*loss_gradient(model, dtrain.Y, A, sample_weights(model, dtrain)))
    m = 24 if reduction == 'sum' else 1

    def reported():
        return model.evaluate()[loss.__name__]['dtrain']

    checks = []
    for layer in model.layers[1:]:
        gradients = {name: np.array(layer.g[f'd{name}']) for name in layer.p}
        for name, gradient in gradients.items():
            numeric = m * numeric_gradient(reported, layer.p[name])
            checks.append(compare(layer.name, name, gradient, numeric))
    assert len(checks) == 4
    require(checks)


def test_weights_weigh_in_training_not_in_metrics():
    plain, weighted = (quiet(make(labels()), loss='ICCE') for _ in range(2))
    weighted.class_weights = {0: 0.0, 1: 0.0, 2: 0.0}
    values = weighted.evaluate()
    assert values['ICCE']['dtrain'] == 0
    assert values['accuracy'] == plain.evaluate()['accuracy']
    before = weighted.layers[1].p['W'].copy()
    weighted.train(2, verbose=0)
    np.testing.assert_array_equal(weighted.layers[1].p['W'], before)


def test_float32_stays():
    model = make(labels(), batch_size=7, sample_weight=np.ones(24))
    quiet(model, loss='ICCE', class_weight='balanced', dtype=np.float32)
    model.train(2, verbose=0)
    for layer in model.layers[1:]:
        assert all(array.dtype == np.float32 for array in (*layer.p.values(), *layer.g.values()))


@pytest.mark.parametrize('weights', ['balanced', {0: 1}])
def test_amounts_have_no_classes(weights):
    message = r'one class a sample: .* got amounts targets of shape \(20, 1\)'
    with pytest.raises(LabelError, match=message):
        quiet(make_regression(Dense(2)), loss='MSE', class_weight=weights)


def test_weights_of_a_former_initialization_are_gone():
    model = quiet(make(labels()), loss='ICCE', class_weight='balanced')
    assert quiet(model, loss='ICCE').class_weights == {}


# SAMPLES


def test_weights_follow_their_samples(rng):
    w = rng.uniform(size=24)
    model = quiet(make(labels(), (2, 1, 1), batch_size=5, sample_weight=w), loss='ICCE')
    model.train(2, verbose=0)
    embedding = model.embedding
    for dset in (*embedding.dsets, *embedding.batch_dtrain):
        np.testing.assert_array_equal(dset.w, w[dset.ids])
    assert [len(batch.X) for batch in embedding.batch_dtrain] == [5, 5, 2]


def test_weights_of_1_change_nothing():
    plain, ones = make(labels()), make(labels(), sample_weight=[1] * 24)
    for model in (plain, ones):
        quiet(model, loss='ICCE').train(3, verbose=0)
    assert_same_parameters(plain, ones)
    assert plain.metrics == ones.metrics
    assert plain.embedding.dtrain.w is None


# INTEGER LABELS


def test_integer_labels_train_as_columns_do():
    columns, integers = make(labels(), Y_encode=True), make(labels())
    metrics = ['accuracy', 'fscore', 'ROC_AUC', TopK(2)]
    quiet(columns, metrics=metrics).train(4, verbose=0)
    quiet(integers, loss='ICCE', metrics=metrics).train(4, verbose=0)
    assert_same_parameters(columns, integers)
    for ours, theirs in zip(columns.metrics.values(), integers.metrics.values(), strict=True):
        assert ours == theirs
    assert list(integers.metrics) == ['accuracy', 'fscore', 'ROC_AUC', 'top_2', 'ICCE']


def test_a_wrong_label_is_found_in_every_set():
    y = labels()
    y[-1] = 7
    with (
        pytest.warns(UserWarning, match='no sample with label 7'),
        pytest.raises(LabelError, match='got 7'),
    ):
        quiet(make(y, (2, 0, 1)), loss='ICCE')


# SCHEDULES


def plateau(sets=(2, 1, 0), **settings):
    schedule = ReduceOnPlateau(0.5, 0, threshold=0.1)
    model = make(labels(), sets)
    return quiet(model, loss='ICCE', se_hPars={'schedule': schedule, **settings})


@pytest.mark.parametrize('sets', [(2, 1, 0), ONE_SET])
def test_the_rate_falls_when_the_loss_does_not(sets):
    model = plateau(sets)
    model.train(12, verbose=0)
    losses = model.metrics['ICCE'][0 if sets == ONE_SET else 1]
    schedule = ReduceOnPlateau(0.5, 0, threshold=0.1)
    hPars = {'learning_rate': 0.1, 'epochs': 12, 'losses': losses}
    assert model.layers[1].lrate == schedule(hPars)
    assert len(set(model.layers[1].lrate)) > 2


def test_in_pieces_it_is_the_same():
    whole, parts = plateau(), plateau()
    whole.evaluate()
    whole.train(12, verbose=0)
    for epochs in (1, 5, 6):
        parts.train(epochs, verbose=0)
        parts.evaluate()
    assert whole.layers[1].lrate == parts.layers[1].lrate
    assert_same_parameters(whole, parts)


def test_one_layer_may_follow_the_loss_alone():
    model = make(labels())
    model.layers[1].se_hPars = {'schedule': ReduceOnPlateau(0.5, 0, threshold=0.5)}
    quiet(model, loss='ICCE').train(6, verbose=0)
    assert len(set(model.layers[1].lrate)) > 1
    assert len(set(model.layers[2].lrate)) == 1


def test_rates_of_epochs_that_are_over_stay():
    model = quiet(make(labels()), loss='ICCE', se_hPars={'schedule': 'cosine'})
    model.train(4, verbose=0)
    before = list(model.layers[1].lrate)
    model.train(4, verbose=0)
    assert model.layers[1].lrate[:4] == before
    assert len(model.layers[1].lrate) == 8
