"""Pipelines, continued: networks calibrated, among others, one for each target, and inspected."""

import numpy as np
import pytest

pytest.importorskip('sklearn')

from estimators.small import NAMES, A, X, b, classifier, regressor, y
from sklearn import set_config
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import make_multilabel_classification
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    BaggingRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.feature_selection import RFE, SelectFromModel, SequentialFeatureSelector
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import get_scorer
from sklearn.model_selection import (
    GridSearchCV,
    cross_val_score,
)
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier, OutputCodeClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier, RegressorChain
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    StandardScaler,
)
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.utils.class_weight import compute_sample_weight


@pytest.mark.parametrize('method', ['sigmoid', 'isotonic'])
def test_calibrated_probabilities(method):
    model = CalibratedClassifierCV(classifier(), method=method, cv=2).fit(X, NAMES)
    assert np.allclose(model.predict_proba(X).sum(axis=1), 1)
    assert model.score(X, NAMES) > 0.8


def test_models_that_vote():
    models = [('network', classifier()), ('line', LogisticRegression(max_iter=1000))]
    assert VotingClassifier(models, voting='soft').fit(X, NAMES).score(X, NAMES) > 0.9
    assert VotingRegressor([('network', regressor()), ('line', Ridge())]).fit(A, b).score(A, b) > 0


def test_models_stacked():
    models = [('network', classifier()), ('line', LogisticRegression(max_iter=1000))]
    assert StackingClassifier(models, cv=2).fit(X, NAMES).score(X, NAMES) > 0.9
    networks = [('one', regressor()), ('two', regressor(hidden=(4, 4)))]
    assert StackingRegressor(networks, cv=2).fit(A, b).score(A, b) > 0


def test_bags_of_samples():
    bag = BaggingClassifier(classifier(), n_estimators=3, random_state=0)
    assert bag.fit(X, NAMES).score(X, NAMES) > 0.9
    assert BaggingRegressor(regressor(), n_estimators=2, random_state=0).fit(A, b).score(A, b) > 0


@pytest.mark.filterwarnings('ignore:The SAMME:FutureWarning')  # of scikit-learn 1.4
def test_boosting_by_weights():
    boosted = AdaBoostClassifier(classifier(max_epochs=8), n_estimators=3, random_state=0)
    assert boosted.fit(X, y).score(X, y) > 0.8


def test_a_network_for_each_class_pair_and_code():
    assert OneVsRestClassifier(classifier()).fit(X, NAMES).score(X, NAMES) > 0.8
    assert OneVsOneClassifier(classifier()).fit(X, NAMES).score(X, NAMES) > 0.9
    code = OutputCodeClassifier(classifier(), code_size=2, random_state=0)
    assert code.fit(X, NAMES).score(X, NAMES) > 0.7


def test_several_labels_a_sample_by_one_network_or_one_each():
    X, Y = make_multilabel_classification(120, 8, n_classes=3, random_state=0)
    one = classifier().fit(X, Y)
    each = MultiOutputClassifier(classifier()).fit(X, Y)
    chain = ClassifierChain(classifier(), random_state=0).fit(X, Y)
    assert min(model.score(X, Y) for model in (one, each, chain)) > 0.6
    assert cross_val_score(classifier(), X, Y, cv=2, scoring='f1_macro').mean() > 0.6


def test_several_amounts_by_one_network_or_a_chain():
    Y = np.c_[b, A[:, 2]]
    assert regressor().fit(A, Y).score(A, Y) > 0.3
    assert RegressorChain(regressor()).fit(A, Y).predict(A).shape == (120, 2)


def test_amounts_learned_by_their_logarithm():
    model = TransformedTargetRegressor(regressor(), func=np.log, inverse_func=np.exp)
    assert model.fit(A, b).score(A, b) > 0.3


def test_labels_of_which_many_miss():
    some = np.where(np.arange(150) % 3 == 0, -1, y)
    assert SelfTrainingClassifier(classifier()).fit(X, some).score(X, y) > 0.9


# INSPECTION AND SELECTION


def test_importance_by_permutation():
    found = permutation_importance(classifier().fit(X, y), X, y, n_repeats=3, random_state=0)
    assert found.importances_mean[2:].max() > found.importances_mean[:2].max()


def test_partial_dependence():
    found = partial_dependence(classifier().fit(X, y), X, features=[2], kind='average')
    assert found['average'].shape[0] == 3


def first_weights(model):
    """Return the size of the weights of each feature, which all have one scale."""
    return np.abs(model.network_.layers[1].p['W']).sum(axis=1)


def test_features_left_out_one_by_one():
    found = RFE(classifier(), n_features_to_select=2, importance_getter=first_weights).fit(X, y)
    assert found.support_.sum() == 2
    assert found.score(X, y) > 0.8


def test_features_selected_by_a_network():
    few = SelectFromModel(classifier(), importance_getter=first_weights, max_features=2)
    assert few.fit_transform(X, y).shape[1] <= 2
    forward = SequentialFeatureSelector(classifier(max_epochs=8), n_features_to_select=1, cv=2)
    assert forward.fit(X, y).get_support().sum() == 1


# WEIGHTS AND METADATA


def test_weights_go_through_pipelines_and_searches():
    w = compute_sample_weight('balanced', y)
    make_pipeline(StandardScaler(), classifier()).fit(X, y, epynnclassifier__sample_weight=w)
    GridSearchCV(classifier(), {'hidden': [(4,)]}, cv=2).fit(X, y, sample_weight=w)


def test_weights_are_routed_where_they_are_asked_for():
    set_config(enable_metadata_routing=True)
    try:
        model = (
            classifier().set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        )
        w = np.where(y == 0, 0.0, 1.0)
        search = GridSearchCV(model, {'hidden': [(12,)]}, cv=2).fit(X, y, sample_weight=w)
        assert search.best_estimator_.classes_.tolist() == [1, 2]  # weight 0: left out
    finally:
        set_config(enable_metadata_routing=False)


def test_scorers_take_probabilities_and_decisions():
    model = classifier().fit(X, y > 0)
    for name in ('roc_auc', 'average_precision', 'neg_brier_score', 'f1', 'accuracy'):
        assert np.isfinite(get_scorer(name)(model, X, y > 0))


def test_samples_as_they_come_in_parts():
    model = classifier()
    for start in (0, 1, 2) * 10:
        model.partial_fit(X[start::3], NAMES[start::3], classes=np.unique(NAMES))
    assert model.score(X, NAMES) > 0.9


def test_parameters_go_in_and_out():
    model = classifier().set_params(hidden=(3,), tol=0.1)
    assert clone(model).get_params() == model.get_params()
    assert 'hidden=(3,)' in repr(model)
    assert 'EpyNNClassifier' in model._repr_html_()
