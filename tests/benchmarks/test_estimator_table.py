"""The table of estimators: what it compares, and that each side is fitted to each split."""

import pytest

pytest.importorskip('sklearn')

from sklearn.exceptions import ConvergenceWarning

from benchmarks.estimators import CLASSIFIERS, REGRESSORS, load, measure


def test_six_data_sets_each_with_three_estimators():
    cases = load()
    assert len(cases) == 6
    assert [kinds for *_, kinds in cases.values()] == [CLASSIFIERS] * 4 + [REGRESSORS] * 2


@pytest.mark.filterwarnings('ignore', category=ConvergenceWarning)
def test_each_is_scored_on_the_same_splits():
    X, y, kinds = load()['iris']
    scores, seconds = measure(X[::3], y[::3], kinds[:2], turns=1)
    assert scores.shape == seconds.shape == (2, 5)
    assert scores.min() > 0.5
    assert (seconds > 0).all()
