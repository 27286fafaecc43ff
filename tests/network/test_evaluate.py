"""Evaluation and prediction: in chunks, without a trace, with dropout off."""

import copy

import numpy as np
import pytest
from networks import make_classifier, make_data, make_regression, quiet, record

from epynn.commons.errors import StateError, TrainingError
from epynn.commons.loss import CCE
from epynn.commons.maths import tanh
from epynn.commons.metrics import accuracy
from epynn.commons.penalties import L2
from epynn.dense.models import Dense
from epynn.network.forward import SAMPLES_AT_A_TIME
from epynn.residual.models import Residual
from epynn.template.models import Template


def test_values_are_those_of_the_whole_set():
    model = quiet(make_classifier(m=3 * SAMPLES_AT_A_TIME), metrics=['accuracy', 'MSE'])
    values = model.evaluate()
    for dset in model.embedding.dsets:
        A = model.forward(dset.X)
        np.testing.assert_allclose(dset.A, A, rtol=1e-13)
        np.testing.assert_array_equal(dset.P, A.argmax(axis=1))
        assert values['accuracy'][dset.name] == accuracy(dset.Y, A)
        np.testing.assert_allclose(values['CCE'][dset.name], CCE(dset.Y, A).mean(), rtol=1e-13)
    assert list(values) == ['accuracy', 'MSE', 'CCE']
    assert list(values['CCE']) == ['dtrain', 'dval']
    assert model.metrics['accuracy'] == [
        [values['accuracy']['dtrain']], [values['accuracy']['dval']], [],
    ]  # fmt: skip


def test_evaluating_twice_gives_one_entry_an_epoch():
    model = quiet(make_classifier())
    model.train(3, verbose=0)
    trained = record(model.metrics)
    model.evaluate()
    assert record(model.metrics) == trained


def test_numbers_beyond_all_bounds_stop_an_evaluation_without_a_trace():
    """Raw warnings of NumPy were shown, then an error of the metrics that named no set."""
    model = quiet(make_regression(relative_size=(2, 1, 0)), loss='MSE')
    model.train(2, verbose=0)
    before = record(model.metrics)
    model.layers[1].p['W'] = np.full((4, 1), 100.0)
    model.embedding.dval.X = np.full_like(model.embedding.dval.X, 1e308)
    with pytest.raises(TrainingError, match=r'^EpyNN\.evaluate: expected finite outputs for dval'):
        model.evaluate()
    assert record(model.metrics) == before


def test_a_penalty_beyond_all_bounds_is_a_loss_that_is_not_finite():
    model = quiet(make_classifier(Dense(5, tanh, penalty=L2(1e-3))))
    model.layers[1].p['W'] = np.full((4, 5), 1e200)
    with pytest.raises(TrainingError, match='expected a finite loss for dtrain, got inf'):
        model.evaluate()


def test_layers_may_change_before_another_initialize():
    model = quiet(make_classifier(Dense(5, tanh)))
    W = model.layers[1].p['W']
    model.layers.insert(2, Dense(5, tanh))
    with pytest.raises(StateError, match=r'^EpyNN\.evaluate: expected the 3 layers .* at layer 2'):
        model.evaluate()
    quiet(model, params=False).train(1, verbose=0)
    assert model.layers[1].p['W'].shape == W.shape
    assert sorted(model.network) == [0, 1, 2, 3]


def test_copies_hold_layers_of_their_own():
    model = copy.deepcopy(quiet(make_classifier(Residual([Dense(4)]))))
    model.train(1, verbose=0)
    model.layers[1].layers.append(Dense(4))
    with pytest.raises(StateError, match='which differ at layer 1'):
        model.predict(make_data()[0])


def test_the_samples_pass_some_at_a_time():
    seen = []

    class Count(Template):
        def forward(self, A):
            seen.append(len(A))
            return Template.forward(self, A)

    m = 2 * SAMPLES_AT_A_TIME + 7
    model = quiet(make_classifier(Count(), Dense(4)))
    seen.clear()
    A = model.predict(make_data(m)[0]).A
    assert seen == [SAMPLES_AT_A_TIME, SAMPLES_AT_A_TIME, 7]
    assert len(A) == m


def test_prediction():
    model = quiet(make_classifier())
    X, _ = make_data(10, seed=5)
    dset = model.predict(X)
    np.testing.assert_array_equal(dset.X, X)
    np.testing.assert_array_equal(dset.ids, np.arange(10))
    np.testing.assert_allclose(dset.A.sum(axis=1), 1)
    np.testing.assert_array_equal(dset.P, dset.A.argmax(axis=1))
    assert dset.Y is None
    np.testing.assert_array_equal(model.predict(X.tolist()).A, dset.A)
    np.testing.assert_allclose(model.predict(X[:1]).A, dset.A[:1], rtol=1e-13)


def test_metrics_by_name_by_function_and_losses():
    def largest(Y, A):
        return A.max()

    model = quiet(make_classifier(), metrics=['recall', largest, 'MAE', 'CCE'])
    assert list(model.metrics) == ['recall', 'largest', 'MAE', 'CCE']
    values = model.evaluate()
    assert values['largest']['dtrain'] == model.embedding.dtrain.A.max()
    assert list(quiet(make_classifier(), metrics='recall').metrics) == ['recall', 'CCE']
    assert list(quiet(make_classifier(), metrics=()).metrics) == ['CCE']


def test_metrics_of_the_sets_in_regression():
    model = quiet(make_regression(), loss='MSE', metrics=())
    model.train(2, verbose=0)
    assert [len(values) for values in model.metrics['MSE']] == [2, 0, 0]
