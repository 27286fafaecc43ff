"""The classifier."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from epynn.commons.loss import BCE, CCE
from epynn.commons.maths import sigmoid, softmax
from epynn.commons.models import Layer
from epynn.commons.optimize import Optimizer
from epynn.commons.targets import LABELS, ONE_HOT
from epynn.commons.targets import MULTILABEL as SEVERAL
from epynn.dense.models import Dense
from epynn.estimators.base import BaseNetwork
from epynn.estimators.labels import BINARY, MULTICLASS, MULTILABEL, Labels, as_labels
from epynn.estimators.scikit_learn import (
    HAS_TAGS,
    ClassifierMixin,
    accuracy_score,
    with_callbacks,
)
from epynn.kernels.arrays import ndarray
from epynn.network.callbacks import Callback


class EpyNNClassifier(ClassifierMixin, BaseNetwork):
    r"""Network that classifies: two classes, several, or several labels a sample.

    Parameters
    ----------
    hidden : int or sequence of int, default (100,)
        Units of each hidden layer, Dense with relu; ``()`` for none. Samples of more axes go
        through a Flatten layer first.
    layers : list of Layer, or function, default None
        In place of `hidden`: all layers but the output, which is added. They are copied for each
        fit. A function ``f(meta, **layers_kwargs)`` returns such a list; ``meta`` has the shape of
        a sample ``features``, the ``classes``, and the number of ``outputs``.
    layers_kwargs : dict, default None
        What else that function is given.
    loss : str or function, default None
        As for ``EpyNN.initialize``. None for BCE of two classes or several labels a sample, CCE of
        more classes.
    optimizer : str or Optimizer, default 'AdamW'
        A name, or an object with settings of its own.
    learning_rate : float, default 0.03
        At the beginning. Gradients are means over a batch.
    weight_decay : float, default 0.5
        Of an optimizer that is given by name.
    schedule : str or function, default 'cosine'
        How the learning rate falls over `max_epochs`, as for ``se_hPars``. In ``partial_fit`` it
        is steady.
    batch_size : int or 'auto', default 'auto'
        Samples in a batch; 'auto' for about 200, in batches of one size.
    max_epochs : int, default 100
        Epochs of a fit, at most.
    early_stopping : bool, default False
        Hold out samples, stop when their score no longer gets better, and take the parameters of
        the best epoch.
    validation_fraction : float, default 0.1
        Share of the samples that is held out then, with the same share of each class.
    n_iter_no_change : int or None, default 20
        Stop after so many epochs in a row that are not better: whose loss is not smaller or, with
        `early_stopping`, score not higher than the best. None never to stop.
    tol : float, default 1e-4
        What a better loss or score has to be better by.
    standardize : bool, default True
        Bring features to mean 0 and standard deviation 1 (of images, channels), and back amounts
        to be learned. Tokens are left as they are.
    class_weight : dict or 'balanced', default None
        What each class weighs: ``{label: weight}``, or all the same in total.
    warm_start : bool, default False
        Whether another ``fit`` goes on from the parameters of the one before, with its layers.
    random_state : int, RandomState or None, default None
        Draws the parameters, the order of the samples, and those held out.
    dtype : data type, default 'float64'
        ``'float64'`` or ``'float32'``.
    callbacks : Callback or sequence of Callback, default None
        Those of epynn. ``set_callbacks`` takes those of scikit-learn, from its version 1.9 on.
    verbose : bool or int, default False
        Show a row for every so many epochs; True for a tenth of them.

    Attributes
    ----------
    classes_ : ndarray
        The labels; of several a sample, the numbers of their columns.
    network_ : EpyNN
        The network, without data. It takes samples as ``feature_scale_.apply(X)`` returns them.
    feature_scale_ : Standard or None
        ``mean`` and ``scale`` of the features.
    n_features_in_, feature_names_in_
        As of all estimators; ``X.shape[1]`` where samples have more axes.
    n_iter_ : int
        Epochs of the last fit; after ``partial_fit`` its calls are counted, too.
    loss_curve_ : list of float
        Mean loss of each epoch, as it was learned.
    validation_scores_ : list of float or None
        Score of the samples held out, after each epoch.
    best_validation_score_ : float or None
        The best of them.

    Notes
    -----
    The loss is ``sum(w l) / sum(w)`` over the samples, of loss ``l`` and weight ``w``: a sample of
    weight 0 is left out, one of weight 2 is there twice. That is so to rounding where all samples
    are one batch, and otherwise on average, as batches have other samples. Weights do not decide
    which samples are held out.

    References
    ----------
    AdamW: Loshchilov and Hutter, 2019. The cosine: Loshchilov and Hutter, 2017. Parameters and
    attributes as of MLPClassifier of scikit-learn, where they are alike.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> X, y = load_wine(return_X_y=True)
    >>> EpyNNClassifier(hidden=(32,), random_state=0).fit(X, y).score(X, y)
    1.0
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
        class_weight: Mapping[Any, float] | str | None = None,
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
        self.class_weight = class_weight
        self.warm_start = warm_start
        self.random_state = random_state
        self.dtype = dtype
        self.callbacks = callbacks
        self.verbose = verbose

    @with_callbacks
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> 'EpyNNClassifier':
        """Learn to tell the labels of samples.

        Parameters
        ----------
        X : array_like
            Samples ``(m, n)``, or with more axes; or a list of sequences of different lengths.
        y : array_like
            Labels ``(m,)``, or 0 and 1 for each of several ``(m, c)``.
        sample_weight : array_like, optional
            What each sample weighs in the loss ``(m,)``.

        Returns
        -------
        EpyNNClassifier
            Itself.

        Raises
        ------
        ArgumentError, ArgumentTypeError
            If a parameter of the constructor is not one of those above.
        DataError, LabelError, ValueError
            If samples, labels or weights are not finite numbers, or do not fit each other; if there
            is a single class.
        TypeError
            If samples are sparse.
        TrainingError
            If numbers grew beyond all bounds.
        """
        return self._fit(X, y, sample_weight)

    def partial_fit(
        self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None
    ) -> 'EpyNNClassifier':
        """Go on with other samples, for one epoch; as ``fit``.

        The first call learns the scale of the features.

        Parameters
        ----------
        X, y : array_like
            As for ``fit``.
        classes : array_like, optional
            All labels there are; the first call needs them, unless `y` has them all.
        sample_weight : array_like, optional
            As for ``fit``.

        Returns
        -------
        EpyNNClassifier
            Itself.
        """
        return self._fit(X, y, sample_weight, partial=True, classes=classes)

    def predict(self, X: Any) -> ndarray:
        """Return the label of each sample ``(m,)``, or 0 and 1 for each of several ``(m, c)``."""
        A = self._compute(X)
        chosen = self._labels.decide(A)
        return chosen if chosen.ndim == 2 else self.classes_[chosen]

    def predict_proba(self, X: Any) -> ndarray:
        """Return the probability of each label ``(m, c)``."""
        A = self._compute(X)
        return np.hstack([1 - A, A]) if self._labels.kind == BINARY else A

    def decision_function(self, X: Any) -> ndarray:
        """Return what the last activation is given, ``(m, c)``; of two classes ``(m,)``."""
        Z = self._compute(X, keep_Z=True)
        return Z[:, 0] if self._labels.kind == BINARY else Z

    def _encode(self, y: Any, anew: bool, classes: Any = None) -> ndarray:
        """Return targets in columns of 0 and 1; learn which labels there are, where `anew`."""
        y = as_labels(y)
        if anew:
            self._labels = Labels.of(y, classes)
            self.classes_ = self._labels.classes
        return self._labels.encode(y)

    def _weigh(self, Y: ndarray, w: ndarray | None) -> ndarray | None:
        """Return the weight of each sample, with that of its class."""
        return w if self.class_weight is None else self._labels.weigh(Y, w, self.class_weight)

    def _strata(self, Y: ndarray) -> ndarray | None:
        """Return the class of each sample, where each has one."""
        return None if self._labels.kind == MULTILABEL else self._labels.decide(Y)

    def _score_outputs(self, Y: ndarray, A: ndarray, w: ndarray) -> float:
        """Return the share of samples whose labels are right."""
        right, chosen = self._labels.decide(Y), self._labels.decide(A)
        return float(accuracy_score(right, chosen, sample_weight=w))

    def _targets(self) -> str:
        """Return what targets are: a column for each class, yes or no, or several labels."""
        return {BINARY: LABELS, MULTICLASS: ONE_HOT, MULTILABEL: SEVERAL}[self._labels.kind]

    def _output(self) -> tuple[Dense, Any]:
        """Return the output layer, and the loss by default."""
        c = len(self.classes_)
        if self._labels.kind == MULTICLASS:
            return Dense(c, softmax), CCE
        return Dense(c if self._labels.kind == MULTILABEL else 1, sigmoid), BCE

    if HAS_TAGS:

        def __sklearn_tags__(self) -> Any:
            """Return what the estimator can do."""
            tags = super().__sklearn_tags__()
            tags.classifier_tags.multi_label = True
            tags.input_tags.three_d_array = True
            return tags

    else:

        def _more_tags(self) -> dict[str, Any]:
            """Return what the estimator can do."""
            return {'multilabel': True, 'X_types': ['2darray', '3darray']}
