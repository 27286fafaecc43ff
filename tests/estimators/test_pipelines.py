"""Forty pipelines: what people do with estimators of scikit-learn, done with networks.

Each is a function of its own that says by its asserts what came out; none learns for long.
"""

import numpy as np
import pytest

pytest.importorskip('sklearn')

from sklearn import set_config
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.datasets import load_diabetes, load_iris, make_multilabel_classification
from sklearn.decomposition import PCA
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
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import RFE, SelectFromModel, SelectKBest, SequentialFeatureSelector
from sklearn.impute import SimpleImputer
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import get_scorer, make_scorer, mean_absolute_error
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    HalvingGridSearchCV,
    RandomizedSearchCV,
    TimeSeriesSplit,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
    permutation_test_score,
    validation_curve,
)
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier, OutputCodeClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier, RegressorChain
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    StandardScaler,
)
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.utils.class_weight import compute_sample_weight

from epynn import Dense, Dropout, relu
from epynn.estimators import EpyNNClassifier, EpyNNRegressor, EpyNNTransformer

X, y = load_iris(return_X_y=True)
NAMES = np.array(['setosa', 'versicolor', 'virginica'])[y]
A, b = (array[:120] for array in load_diabetes(return_X_y=True))


SMALL = {'hidden': (12,), 'batch_size': 32, 'max_epochs': 20, 'random_state': 0}


def classifier(**settings):
    return EpyNNClassifier(**{**SMALL, **settings})


def regressor(**settings):
    return EpyNNRegressor(**{**SMALL, **settings})


@pytest.fixture
def frame():
    pandas = pytest.importorskip('pandas')
    return pandas.DataFrame({
        'length': X[:, 2],
        'width': np.where(np.arange(150) % 10 == 3, np.nan, X[:, 3]),
        'colour': np.where(np.arange(150) % 3 == y, 'red', 'blue'),
    })  # fmt: skip


# PIPELINES


def test_a_scaler_and_a_network():
    assert make_pipeline(MinMaxScaler(), classifier()).fit(X, NAMES).score(X, NAMES) > 0.9


def test_columns_of_a_frame_each_in_its_way(frame):
    columns = ColumnTransformer(
        [
            ('numbers', make_pipeline(SimpleImputer(), StandardScaler()), ['length', 'width']),
            ('words', OneHotEncoder(sparse_output=False), ['colour']),
        ]
    )
    assert make_pipeline(columns, classifier()).fit(frame, NAMES).score(frame, NAMES) > 0.9


def test_columns_by_their_type(frame):
    columns = ColumnTransformer(
        [
            ('numbers', SimpleImputer(), make_column_selector(dtype_include='number')),
            ('words', OrdinalEncoder(), ['colour']),
        ]
    )
    assert make_pipeline(columns, classifier()).fit(frame, y).score(frame, y) > 0.9


def test_frames_all_the_way(frame):
    columns = ColumnTransformer(
        [('numbers', SimpleImputer(), ['length', 'width'])], verbose_feature_names_out=False
    ).set_output(transform='pandas')
    model = make_pipeline(columns, classifier()).fit(frame, y)
    assert model[-1].feature_names_in_.tolist() == ['length', 'width']
    with pytest.raises(ValueError, match='feature names'):
        model[-1].predict(columns.transform(frame)[['width', 'length']])


def test_components_then_a_network():
    assert make_pipeline(PCA(2), classifier()).fit(X, y).score(X, y) > 0.9


def test_several_kinds_of_features_side_by_side():
    union = FeatureUnion([('all', FunctionTransformer()), ('components', PCA(2))])
    assert make_pipeline(union, classifier()).fit(X, y).score(X, y) > 0.9


def test_products_of_features():
    assert (
        make_pipeline(PolynomialFeatures(2), regressor())
        .fit(X, X[:, 0] * X[:, 1])
        .score(X, X[:, 0] * X[:, 1])
        > 0.9
    )


def test_selected_features():
    assert make_pipeline(SelectKBest(k=2), classifier()).fit(X, y).score(X, y) > 0.9


def test_words_have_to_be_dense():
    texts, label = ['good film', 'bad film', 'good cast', 'bad cast'] * 5, [1, 0, 1, 0] * 5
    sparse = make_pipeline(TfidfVectorizer(), classifier())
    with pytest.raises(TypeError, match='dense'):
        sparse.fit(texts, label)
    dense = FunctionTransformer(lambda words: words.toarray(), accept_sparse=True)
    model = make_pipeline(TfidfVectorizer(), dense, classifier())
    assert model.fit(texts, label).score(texts, label) == 1


def test_features_that_a_network_learned_for_another_model():
    model = make_pipeline(EpyNNTransformer(classifier()), LogisticRegression(max_iter=1000))
    assert model.fit(X, y).score(X, y) > 0.9


def test_features_that_a_network_learned_as_a_frame():
    pytest.importorskip('pandas')
    made = EpyNNTransformer(classifier(hidden=(3,))).set_output(transform='pandas')
    names = ['epynntransformer0', 'epynntransformer1', 'epynntransformer2']
    assert made.fit_transform(X, y).columns.tolist() == names


def test_all_outputs_as_frames():
    pytest.importorskip('pandas')
    set_config(transform_output='pandas')
    try:
        assert make_pipeline(StandardScaler(), classifier()).fit(X, y).score(X, y) > 0.9
    finally:
        set_config(transform_output='default')


# CROSS-VALIDATION


def test_scores_over_splits():
    assert cross_val_score(classifier(), X, NAMES, cv=3).mean() > 0.9
    assert len(cross_val_score(regressor(), A, b, cv=3)) == 3


def test_several_scores_at_once():
    found = cross_validate(
        classifier(), X, y, cv=3, scoring=['neg_log_loss', 'roc_auc_ovr'], return_estimator=True
    )
    assert found['test_roc_auc_ovr'].mean() > 0.9
    assert len({id(model.network_) for model in found['estimator']}) == 3


def test_probabilities_of_samples_that_were_not_learned():
    P = cross_val_predict(classifier(), X, NAMES, cv=3, method='predict_proba')
    assert P.shape == (150, 3)
    Z = cross_val_predict(classifier(), X, y > 1, cv=3, method='decision_function')
    assert ((Z > 0) == (y > 1)).mean() > 0.85


def test_splits_by_group_and_by_time():
    groups = np.arange(150) % 5
    assert cross_val_score(classifier(), X, y, groups=groups, cv=GroupKFold(3)).mean() > 0.9
    assert len(cross_val_score(regressor(), A, b, cv=TimeSeriesSplit(3))) == 3


def test_a_curve_over_the_number_of_samples():
    sizes, train, test = learning_curve(
        classifier(), X, y, train_sizes=[0.3, 1.0], cv=3, shuffle=True, random_state=0
    )
    assert sizes.tolist() == [30, 100]
    assert test[1].mean() > 0.9
    assert train.shape == (2, 3)


def test_a_curve_over_the_number_of_samples_as_they_come():
    _, _, test = learning_curve(
        classifier(), X, y, train_sizes=[0.5, 1.0], cv=3, shuffle=True, random_state=0,
        exploit_incremental_learning=True,
    )  # fmt: skip
    assert test.shape == (2, 3)


def test_a_curve_over_a_parameter():
    _, test = validation_curve(
        classifier(), X, y, param_name='max_epochs', param_range=[1, 20], cv=3
    )
    assert test[1].mean() > test[0].mean()


def test_a_score_against_labels_at_random():
    score, others, p = permutation_test_score(
        classifier(), X, y, cv=2, n_permutations=3, random_state=0
    )
    assert score > others.max()
    assert p == 0.25


# SEARCHES


def test_a_grid_with_parameters_of_a_step():
    model = make_pipeline(StandardScaler(), classifier())
    grid = {'epynnclassifier__hidden': [(4,), (8, 4)], 'epynnclassifier__learning_rate': [0.01]}
    search = GridSearchCV(model, grid, cv=2).fit(X, NAMES)
    assert search.best_score_ > 0.5
    assert search.predict(X[:1]).tolist() == ['setosa']


def test_a_grid_of_layers_by_what_makes_them():
    def make(meta, units, drop):
        return [Dense(units, relu), Dropout(drop)]

    grid = {'layers_kwargs': [{'units': 4, 'drop': 0.0}, {'units': 12, 'drop': 0.2}]}
    search = GridSearchCV(classifier(layers=make), grid, cv=2).fit(X, y)
    assert search.best_score_ > 0.8


def test_a_search_at_random():
    grid = {'weight_decay': [0.0, 0.1, 1.0], 'hidden': [(4,), (12,)]}
    search = RandomizedSearchCV(classifier(), grid, n_iter=2, cv=2, random_state=0).fit(X, y)
    assert len(search.cv_results_['params']) == 2


def test_a_search_that_gives_the_better_ones_more_epochs():
    search = HalvingGridSearchCV(
        classifier(), {'hidden': [(2,), (4,), (12,)]}, resource='max_epochs', min_resources=5,
        max_resources=15, cv=2, factor=3, random_state=0,
    ).fit(X, y)  # fmt: skip
    assert search.n_resources_ == [5, 15]


def test_a_search_scored_and_refitted_by_one_of_several_scores():
    scoring = {'absolute': make_scorer(mean_absolute_error, greater_is_better=False), 'r2': 'r2'}
    search = GridSearchCV(
        regressor(), {'weight_decay': [0.1, 1.0]}, cv=2, scoring=scoring, refit='absolute'
    ).fit(A, b)
    assert search.best_score_ < 0


# ONE MODEL MADE OF SEVERAL


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
