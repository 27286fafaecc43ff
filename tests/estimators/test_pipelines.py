"""Forty pipelines: what people do with estimators of scikit-learn, done with networks.

Each is a function of its own that says by its asserts what came out; none learns for long.
"""

import numpy as np
import pytest

pytest.importorskip('sklearn')

from estimators.small import NAMES, A, X, b, classifier, regressor, y
from sklearn import set_config
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.decomposition import PCA
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import make_scorer, mean_absolute_error
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
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    StandardScaler,
)

from epynn import Dense, Dropout, relu
from epynn.estimators import EpyNNTransformer


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
