"""The regressor."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.errors import DataError
from epynn.commons.loss import MSE
from epynn.commons.maths import identity
from epynn.commons.models import Layer
from epynn.commons.optimize import Optimizer
from epynn.commons.targets import AMOUNTS
from epynn.dense.models import Dense
from epynn.estimators.base import BaseNetwork
from epynn.estimators.scaling import Standard
from epynn.estimators.scikit_learn import (
    HAS_TAGS,
    RegressorMixin,
    column_or_1d,
    r2_score,
    with_callbacks,
)
from epynn.kernels.arrays import ndarray
from epynn.network.callbacks import Callback


class EpyNNRegressor(RegressorMixin, BaseNetwork):
    """Network that learns amounts, one or several a sample.

    Attributes are those of :class:`EpyNNClassifier`, too, but for what is about classes.

    Parameters
    ----------
    hidden, layers, layers_kwargs : optional
        As of :class:`EpyNNClassifier`.
    loss : str or function, default None
        As for ``EpyNN.initialize``, of outputs that are amounts; None for MSE.
    optimizer, learning_rate, weight_decay, schedule, batch_size, max_epochs : optional
        As of :class:`EpyNNClassifier`.
    early_stopping, validation_fraction, n_iter_no_change, tol : optional
        As of :class:`EpyNNClassifier`.
    standardize : bool, default True
        Bring features, and the amounts to be learned, to mean 0 and standard deviation 1. The loss
        is that of the latter. Losses of amounts above 0 need False.
    warm_start, random_state, dtype, callbacks, verbose : optional
        As of :class:`EpyNNClassifier`.

    Attributes
    ----------
    target_scale_ : Standard or None
        ``mean`` and ``scale`` of the amounts: ``target_scale_.undo`` makes predictions of outputs.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> EpyNNRegressor(random_state=0).fit(X[:300], y[:300]).score(X[300:], y[300:]) > 0.4
    True
    """

    def __init__(
        self,
        hidden: int | Sequence[int] = (100,),
        *,
        layers: Sequence[Layer] | Callable[..., Sequence[Layer]] | None = None,
        layers_kwargs: Mapping[str, Any] | None = None,
        loss: str | Callable[..., ndarray] | None = None,
        optimizer: str | Optimizer = 'AdamW',
        learning_rate: float = 0.03,
        weight_decay: float = 0.5,
        schedule: str | Callable[..., Any] = 'cosine',
        batch_size: int | str = 'auto',
        max_epochs: int = 100,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int | None = 20,
        tol: float = 1e-4,
        standardize: bool = True,
        warm_start: bool = False,
        random_state: Any = None,
        dtype: Any = 'float64',
        callbacks: Callback | Iterable[Callback] | None = None,
        verbose: bool | int = False,
    ) -> None:
        self.hidden = hidden
        self.layers = layers
        self.layers_kwargs = layers_kwargs
        self.loss = loss
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.schedule = schedule
        self.batch_size = batch_size
        self.max_epochs = max_epochs
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.standardize = standardize
        self.warm_start = warm_start
        self.random_state = random_state
        self.dtype = dtype
        self.callbacks = callbacks
        self.verbose = verbose

    @with_callbacks
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> 'EpyNNRegressor':
        """Learn the amounts of samples.

        Parameters
        ----------
        X : array_like
            Samples ``(m, n)``, or with more axes; or a list of sequences of different lengths.
        y : array_like
            Amounts ``(m,)`` or ``(m, c)``.
        sample_weight : array_like, optional
            What each sample weighs in the loss ``(m,)``.

        Returns
        -------
        EpyNNRegressor
            Itself.

        Raises
        ------
        ArgumentError, ArgumentTypeError
            If a parameter of the constructor is not one of those above.
        DataError, ValueError
            If samples, amounts or weights are not finite numbers, or do not fit each other.
        TypeError
            If samples are sparse.
        TrainingError
            If numbers grew beyond all bounds.
        """
        return self._fit(X, y, sample_weight)

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> 'EpyNNRegressor':
        """Go on with other samples, for one epoch; as ``fit``.

        The first call learns the scales of features and amounts.
        """
        return self._fit(X, y, sample_weight, partial=True)

    def predict(self, X: Any) -> ndarray:
        """Return the amounts of samples, ``(m,)`` or ``(m, c)`` as those learned from."""
        A = self._compute(X)
        A = A if self.target_scale_ is None else self.target_scale_.undo(A)
        return A[:, 0] if self._flat else A

    def _encode(self, y: Any, anew: bool) -> ndarray:
        """Return amounts in columns."""
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        Y: ndarray = np.asarray(y, np.float64).reshape(len(y), -1)
        if anew:
            self._flat, self.n_outputs_ = y.ndim == 1, Y.shape[1]
        elif Y.shape[1] != self.n_outputs_:
            raise DataError(
                f'{type(self).__name__}.fit(y)', f'{self.n_outputs_} amounts a sample, as before',
                describe(y), 'Fit another estimator, or without warm_start.',
            )  # fmt: skip
        return Y

    def _weigh(self, Y: ndarray, w: ndarray | None) -> ndarray | None:
        """Return the weight of each sample."""
        return w

    def _learn_scales(
        self, X: ndarray, Y: ndarray, w: ndarray | None, layers: Sequence[Layer]
    ) -> None:
        """Learn mean and deviation of features and amounts."""
        super()._learn_scales(X, Y, w, layers)
        self.target_scale_ = Standard.of(Y, w) if self.standardize else None

    def _embed(self, X: ndarray, Y: ndarray, w: ndarray | None) -> Any:
        """Return samples, amounts and weights as the data of a network."""
        return super()._embed(
            X, Y if self.target_scale_ is None else self.target_scale_.apply(Y), w
        )

    def _strata(self, Y: ndarray) -> None:
        """Return None: there are no classes."""

    def _score_outputs(self, Y: ndarray, A: ndarray, w: ndarray) -> float:
        """Return the coefficient of determination."""
        A = A if self.target_scale_ is None else self.target_scale_.undo(A)
        return float(r2_score(Y, A, sample_weight=w))

    def _targets(self) -> str:
        """Return that there is nothing to decide about."""
        return AMOUNTS

    def _output(self) -> tuple[Dense, Any]:
        """Return the output layer, and the loss by default."""
        return Dense(self.n_outputs_, identity), MSE

    if HAS_TAGS:

        def __sklearn_tags__(self) -> Any:
            """Return what the estimator can do."""
            tags = super().__sklearn_tags__()
            tags.target_tags.multi_output = True
            tags.input_tags.three_d_array = True
            return tags

    else:

        def _more_tags(self) -> dict[str, Any]:
            """Return what the estimator can do."""
            return {'multioutput': True, 'X_types': ['2darray', '3darray']}
