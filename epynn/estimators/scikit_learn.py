"""What the estimators take from scikit-learn, by one name in each of its versions from 1.4 on."""

from collections.abc import Callable
from typing import Any

from epynn.commons.errors import MissingExtraError

try:
    from joblib.parallel import get_active_backend
    from sklearn.base import (
        BaseEstimator,
        ClassifierMixin,
        ClassNamePrefixFeaturesOutMixin,
        RegressorMixin,
        TransformerMixin,
        clone,
        is_regressor,
    )
    from sklearn.metrics import accuracy_score, r2_score
    from sklearn.model_selection import train_test_split
    from sklearn.utils import check_random_state, column_or_1d, compute_class_weight, validation
    from sklearn.utils.multiclass import check_classification_targets, type_of_target
    from sklearn.utils.validation import _check_sample_weight as check_sample_weight
    from sklearn.utils.validation import check_is_fitted
except ImportError:
    raise MissingExtraError(
        'epynn.estimators', 'scikit-learn', 'no such package',
        "Install it: python -m pip install 'epynn-numpy[sklearn]'",
    ) from None  # fmt: skip

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:  # before scikit-learn 1.9

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Stands for the class that takes callbacks of scikit-learn, where there is none."""

    def with_callbacks(method: Callable[..., Any]) -> Callable[..., Any]:
        """Return a method as it is."""
        return method


HAS_TAGS = hasattr(BaseEstimator, '__sklearn_tags__')
"""Whether tags are objects, as from scikit-learn 1.6 on."""

__all__ = [
    'HAS_TAGS', 'BaseEstimator', 'CallbackSupportMixin', 'ClassNamePrefixFeaturesOutMixin',
    'ClassifierMixin', 'RegressorMixin', 'TransformerMixin', 'accuracy_score',
    'check_classification_targets', 'check_is_fitted', 'check_random_state',
    'check_sample_weight', 'clone', 'column_or_1d', 'compute_class_weight', 'get_active_backend',
    'is_regressor', 'r2_score', 'train_test_split', 'type_of_target', 'validate_data',
    'with_callbacks',
]  # fmt: skip


def validate_data(estimator: Any, X: Any, *y: Any, **options: Any) -> Any:
    """Check data as all estimators do: numbers, features and their names, one target a sample."""
    if hasattr(validation, 'validate_data'):  # from scikit-learn 1.6 on
        return validation.validate_data(estimator, X, *y, **options)
    return estimator._validate_data(X, *y, **options)
