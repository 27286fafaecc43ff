"""The transformer: what an inner layer makes of samples, as features."""

from typing import Any

from epynn.commons.arguments import describe
from epynn.commons.errors import ArgumentError
from epynn.estimators.base import BaseNetwork
from epynn.estimators.classifier import EpyNNClassifier
from epynn.estimators.regressor import EpyNNRegressor
from epynn.estimators.scikit_learn import (
    HAS_TAGS,
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    check_is_fitted,
    clone,
    type_of_target,
)
from epynn.kernels.arrays import ndarray


class EpyNNTransformer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Features that a network learned: the outputs of one of its inner layers.

    Parameters
    ----------
    estimator : EpyNNClassifier or EpyNNRegressor, default None
        What learns; a copy of it is fitted. None for one of the two with their defaults, as targets
        are classes or amounts.
    layer : int, default -2
        Which layer of ``estimator_.network_.layers`` gives the features: -1 is the output, -2 the
        last one before it, 0 the data.
    random_state : int, RandomState or None, default None
        That of the estimator, in place of its own; None to leave it that.

    Attributes
    ----------
    estimator_ : estimator
        The fitted one.
    n_features_in_, feature_names_in_
        As of all estimators.

    Notes
    -----
    Outputs of more axes, as of a convolution, are laid out in one row a sample. Features of the
    samples that were learned from are better than those of others: a model behind it is best fitted
    to samples of its own.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> EpyNNTransformer(EpyNNClassifier(hidden=(20, 3))).fit_transform(X, y).shape
    (150, 3)
    """

    def __init__(
        self, estimator: BaseNetwork | None = None, *, layer: int = -2, random_state: Any = None
    ) -> None:
        self.estimator = estimator
        self.layer = layer
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> 'EpyNNTransformer':
        """Learn features of samples, as ``fit`` of the estimator does.

        Parameters
        ----------
        X, y, sample_weight : array_like
            Samples, targets and weights, as for the estimator.

        Returns
        -------
        EpyNNTransformer
            Itself.

        Raises
        ------
        ArgumentError
            If there is no such layer; other errors are those of the estimator.
        """
        estimator = self.estimator
        if estimator is None:
            amounts = y is not None and type_of_target(y).startswith('continuous')
            estimator = EpyNNRegressor() if amounts else EpyNNClassifier()
        self.estimator_: BaseNetwork = clone(estimator)
        if self.random_state is not None:
            self.estimator_.set_params(random_state=self.random_state)
        self.estimator_.fit(X, y, sample_weight)
        for name in ('n_features_in_', 'feature_names_in_'):
            if hasattr(self.estimator_, name):
                setattr(self, name, getattr(self.estimator_, name))
        network = self.estimator_.network_
        count = len(network.layers)
        if not -count <= self.layer < count:
            raise ArgumentError(
                'EpyNNTransformer.layer', f'the number of one of {count} layers, 0 is the data',
                describe(self.layer), 'See estimator_.network_.summary().',
            )  # fmt: skip
        shape = network.layers[self.layer].fs['A'][1:]
        self._n_features_out = 1
        for size in shape:
            self._n_features_out *= size
        return self

    def transform(self, X: Any) -> ndarray:
        """Return the outputs of the layer, ``(m, n)``."""
        check_is_fitted(self)
        stop = self.layer % len(self.estimator_.network_.layers) + 1
        A = self.estimator_._compute(X, stop=stop)
        return A.reshape(len(A), -1)

    if HAS_TAGS:

        def __sklearn_tags__(self) -> Any:
            """Return what the estimator can do."""
            tags = super().__sklearn_tags__()
            tags.target_tags.required = True
            tags.input_tags.three_d_array = True
            return tags

    else:

        def _more_tags(self) -> dict[str, Any]:
            """Return what the estimator can do."""
            return {'requires_y': True, 'X_types': ['2darray', '3darray']}
