"""How far a fit goes: early stopping, warm starts, parts, callbacks."""

import numpy as np
import pytest

pytest.importorskip('sklearn')

from sklearn.base import clone
from sklearn.datasets import load_iris

from epynn import (
    Callback,
    EarlyStopping,
)
from epynn.commons.errors import ArgumentError, TrainingError
from epynn.estimators import EpyNNClassifier, EpyNNRegressor

X, y = load_iris(return_X_y=True)
NAMES = np.array(['setosa', 'versicolor', 'virginica'])
FEW = {'max_epochs': 5, 'random_state': 0}


def test_early_stopping_holds_out_samples_and_keeps_the_best_epoch():
    model = EpyNNClassifier(early_stopping=True, n_iter_no_change=10, random_state=0).fit(X, y)
    assert len(model.validation_scores_) == model.n_iter_ < 100
    assert model.best_validation_score_ == max(model.validation_scores_)
    assert model.score(X, y) > 0.85
    plain = EpyNNClassifier(**FEW).fit(X, y)
    assert plain.validation_scores_ is None
    assert plain.best_validation_score_ is None


def test_training_stops_where_the_loss_no_longer_falls():
    model = EpyNNClassifier(n_iter_no_change=2, tol=10, random_state=0).fit(X, y)
    assert model.n_iter_ == len(model.loss_curve_) == 3
    assert EpyNNClassifier(n_iter_no_change=None, tol=10, **FEW).fit(X, y).n_iter_ == 5


def test_a_warm_start_goes_on_from_the_parameters_of_before():
    model = EpyNNClassifier(warm_start=True, **FEW).fit(X, y)
    first = model.loss_curve_
    assert model.fit(X, y).loss_curve_[0] < first[-1] + 0.05
    assert model.set_params(warm_start=False).fit(X, y).loss_curve_ == first


def test_partial_fit_learns_an_epoch_a_call_and_goes_on():
    model = EpyNNClassifier(random_state=0)
    for _ in range(30):
        model.partial_fit(X[::2], y[::2], classes=[0, 1, 2])
    assert model.n_iter_ == 30
    assert model.score(X, y) > 0.9
    amounts = EpyNNRegressor(random_state=0)
    for _ in range(3):
        amounts.partial_fit(X, y)
    assert amounts.loss_curve_[-1] < amounts.loss_curve_[0]


def test_partial_fit_takes_the_rate_of_the_beginning_after_a_fit():
    model = EpyNNClassifier(**FEW).fit(X, y).partial_fit(X, y)
    assert model.network_.layers[1].lrate[5] == model.learning_rate


def test_partial_fit_refuses_a_label_that_nobody_named():
    model = EpyNNClassifier(**FEW).partial_fit(X[:100], y[:100])
    with pytest.raises(ValueError, match=r'classes \[0, 1\].*got.*2'):
        model.partial_fit(X, y)


def test_partial_fit_refuses_to_stop_early():
    with pytest.raises(ArgumentError, match='early_stopping'):
        EpyNNClassifier(early_stopping=True).partial_fit(X, y)


def test_a_fit_that_fails_leaves_no_data_behind():
    model = EpyNNClassifier(optimizer='SGD', weight_decay=0, learning_rate=1e200, **FEW)
    with pytest.raises(TrainingError):
        model.fit(X, y)
    assert model.network_.embedding.dsets == []


def test_callbacks_hear_of_the_training():
    class Count(Callback):
        epochs = 0

        def on_epoch_end(self, model):
            self.epochs += 1
            if self.epochs == 3:
                model.stop('enough')

    count = Count()
    assert EpyNNClassifier(callbacks=count, **FEW).fit(X, y).n_iter_ == 3
    early = EarlyStopping('batch_loss')
    assert EpyNNClassifier(callbacks=[early], **FEW).fit(X, y).n_iter_ == 5
    assert early.best_epoch == 4


def test_callbacks_of_scikit_learn_hear_of_each_epoch():
    pytest.importorskip('sklearn.callback')

    class Listen:
        def __init__(self):
            self.heard, self.scores = [], []

        def setup(self, estimator, context):
            self.heard.append('setup')

        def on_fit_task_begin(self, estimator, context):
            self.heard.append(f'begin {context.task_name}')

        def on_fit_task_end(self, estimator, context, *, X, y, fitted_estimator):
            self.scores.append(fitted_estimator.score(X, y))
            self.heard.append(f'end {context.task_name}')
            return len(self.heard) > 5

        def teardown(self, estimator, context):
            self.heard.append('teardown')

    listen = Listen()
    model = EpyNNClassifier(**FEW).set_callbacks(listen).fit(X, y)
    epoch = ['begin epoch', 'end epoch']
    assert listen.heard == ['setup', 'begin fit', *epoch, *epoch, 'end fit', 'teardown']
    assert model.n_iter_ == 2
    clone(model).set_params(early_stopping=True).set_callbacks(Listen()).fit(X, y, np.ones(150))
    assert listen.scores[-1] == listen.scores[-2] == model.score(X, y) != listen.scores[0]


# WHAT IS KEPT
