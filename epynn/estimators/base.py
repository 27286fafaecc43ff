"""What classifiers and regressors share: parameters, checks, the fit."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from epynn.commons.arguments import as_flag, as_float, as_int
from epynn.commons.errors import ArgumentError, DataError, ShapeError
from epynn.commons.models import Layer, walk_layers
from epynn.commons.optimize import OPTIMIZERS
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.estimators.hooks import BestScore, Tasks
from epynn.estimators.layers import Meta, make_layers
from epynn.estimators.networks import compute, copy_bare, give_data, let_go, one_core
from epynn.estimators.scaling import Standard
from epynn.estimators.scikit_learn import (
    BaseEstimator,
    CallbackSupportMixin,
    check_is_fitted,
    check_random_state,
    check_sample_weight,
    is_regressor,
    train_test_split,
    validate_data,
)
from epynn.estimators.sequences import as_sequences, first_steps, real_steps, unmasked
from epynn.files.continuing import adopt_targets
from epynn.kernels.arrays import ndarray
from epynn.network.callbacks import Callback, EarlyStopping
from epynn.network.models import EpyNN
from epynn.network.state import Network

BATCH = 200
"""About so many samples are in a batch where nobody says."""


class BaseNetwork(CallbackSupportMixin, BaseEstimator):
    """Base of the estimators: :class:`EpyNNClassifier` describes the parameters."""

    network_: EpyNN
    n_iter_: int
    _of_sequences: bool

    _encode: Callable[..., ndarray]
    """Learn from targets what they are, or check that they are such; return ``Y (m, u)``."""
    _weigh: Callable[..., ndarray | None]
    """Return the weight of each sample, with that of its class."""
    _strata: Callable[..., ndarray | None]
    """Return the class of each sample of ``Y``, where each has one."""
    _score_outputs: Callable[..., float]
    """Return the score of outputs: ``f(Y, A, w)``."""
    _targets: Callable[..., str]
    """Return what targets are, by the words of :mod:`epynn.commons.targets`."""
    _output: Callable[..., tuple[Dense, Any]]
    """Return the output layer, and the loss by default."""

    def _fit(
        self, X: Any, y: Any, sample_weight: Any, partial: bool = False, **given: Any
    ) -> 'BaseNetwork':
        """Check all, make a network or go on with the one there is, and train it."""
        self._check_parameters()
        if partial and self.early_stopping:
            raise ArgumentError(
                f'{type(self).__name__}.partial_fit', 'early_stopping=False', 'early_stopping=True',
                'Stop where you call it: keep samples of your own to score.',
            )  # fmt: skip
        anew = not (hasattr(self, 'network_') and (partial or self.warm_start))
        X, y = self._check_data(X, y, anew)
        w = self._check_weights(sample_weight, X)
        if w is not None and not w.all():  # a weight of zero is a sample left out
            X, y, w = X[w > 0], y[w > 0], w[w > 0]
        data = {'X': X, 'y': y, 'metadata': None if w is None else {'sample_weight': w}}
        Y = self._encode(y, anew, **given)
        w = self._weigh(Y, w)
        rng = check_random_state(self.random_state)
        held_out = None
        if self.early_stopping:
            X, Y, w, held_out = self._hold_out(X, Y, w, rng)
        layers = self._make_layers(X) if anew else self.network_.layers[1:]
        if anew:
            self._learn_scales(X, Y, w, layers)
        embedding = self._embed(X, Y, w)
        seed = int(rng.randint(np.iinfo(np.int32).max))
        if anew or not partial:
            self._initialize([embedding, *layers], seed, anew, partial)
        else:
            give_data(self.network_, embedding)
            self.network_.se_hPars['schedule'] = 'steady'
        self._train(held_out, data, partial)
        return self

    def _check_parameters(self) -> None:
        """Refuse parameters that make no sense; the rest is for the network to refuse."""
        name = type(self).__name__
        as_int(self.max_epochs, f'{name}.max_epochs')
        if self.n_iter_no_change is not None:
            as_int(self.n_iter_no_change, f'{name}.n_iter_no_change')
        as_float(self.tol, f'{name}.tol', low=0)
        as_float(self.validation_fraction, f'{name}.validation_fraction', low=0, high=1)
        as_float(self.weight_decay, f'{name}.weight_decay', low=0)
        if self.batch_size != 'auto':
            as_int(self.batch_size, f'{name}.batch_size', otherwise=", or 'auto'")
        for flag in ('early_stopping', 'standardize', 'warm_start'):
            as_flag(getattr(self, flag), f'{name}.{flag}')

    def _check_data(self, X: Any, y: Any, reset: bool) -> tuple[ndarray, ndarray]:
        """Return samples and targets as arrays of numbers, of the features there were."""
        sequences = as_sequences(X, not reset and self._of_sequences)
        first, y = validate_data(
            self, X if sequences is None else first_steps(sequences), y, reset=reset,
            allow_nd=True, multi_output=True, y_numeric=is_regressor(self),
        )  # fmt: skip
        if reset:
            self._of_sequences = sequences is not None
        return first if sequences is None else sequences, y

    def _check_weights(self, sample_weight: Any, X: ndarray) -> ndarray | None:
        """Return weights as an array of numbers from 0, some of them above."""
        if sample_weight is None:
            return None
        w: ndarray = check_sample_weight(sample_weight, X, dtype=np.float64)
        if w.min() < 0 or not w.any():
            raise DataError(
                f'{type(self).__name__}.fit(sample_weight)',
                'weights from 0, at least one of them non-zero',
                'a negative one' if w.min() < 0 else 'zeros only',
                'Leave it out to weigh all alike.',
            )  # fmt: skip
        return w

    def _hold_out(self, X: ndarray, Y: ndarray, w: ndarray | None, rng: Any) -> Any:
        """Return samples to train on, and those held out, with the same share of each class."""
        weights = np.ones(len(X)) if w is None else w
        X, X_out, Y, Y_out, weights, w_out = train_test_split(
            X, Y, weights, test_size=self.validation_fraction, stratify=self._strata(Y),
            random_state=rng,
        )  # fmt: skip
        return X, Y, None if w is None else weights, (X_out, Y_out, w_out)

    def _make_layers(self, X: ndarray) -> list[Layer]:
        """Return the layers of a new network, the output last."""
        output, _ = self._output()
        meta = Meta(X.shape[1:], getattr(self, 'classes_', None), output.d['u'])
        name = type(self).__name__
        return [*make_layers(meta, self.hidden, self.layers, self.layers_kwargs, name), output]

    def _learn_scales(
        self, X: ndarray, Y: ndarray, w: ndarray | None, layers: Sequence[Layer]
    ) -> None:
        """Learn mean and deviation of the features, unless they are tokens to be looked up."""
        learner = next(
            layer for layer in walk_layers(layers)
            if layer.draws_parameters() and not layer.children()
        )  # fmt: skip
        scales = self.standardize and not learner.takes_tokens
        self.feature_scale_ = Standard.of(*real_steps(X, w)) if scales else None

    def _prepare(self, X: ndarray) -> ndarray:
        """Return samples as the network takes them."""
        if self.feature_scale_ is None:
            return X
        return self.feature_scale_.apply(X).astype(self.dtype, copy=False)

    def _embed(self, X: ndarray, Y: ndarray, w: ndarray | None) -> Embedding:
        """Return samples, targets and weights as the data of a network.

        Weights are divided by their mean: the mean loss of all samples is the sum of weighted
        losses over the sum of weights.
        """
        size, m = self.batch_size, len(X)
        if size == 'auto':
            size = math.ceil(m / max(round(m / BATCH), 1))
        w = None if w is None else w / w.mean()
        X, mask = unmasked(self._prepare(X))
        size = min(size, m)
        embedding = Embedding(X, Y, (1, 0, 0), size, sample_weight=w, mask=mask)
        adopt_targets(embedding, self._targets())  # a few samples need not tell what all are
        return embedding

    def _initialize(self, layers: list[Layer], seed: int, anew: bool, partial: bool) -> None:
        """Make the network: of new layers or, in a warm start, of those that learned."""
        _, loss = self._output()
        model = EpyNN(layers, name=type(self).__name__)
        model.initialize(
            loss=loss if self.loss is None else self.loss, metrics=[], seed=seed, params=anew,
            reduction='mean', dtype=self.dtype, optimizer=self._optimizer(), verbose=False,
            se_hPars={
                'learning_rate': self.learning_rate,
                'schedule': 'steady' if partial else self.schedule,
            },
        )  # fmt: skip
        self.network_ = model

    def _optimizer(self) -> Any:
        """Return the optimizer, with the weight decay where it goes by name."""
        if isinstance(self.optimizer, str) and self.optimizer in OPTIMIZERS:
            return OPTIMIZERS[self.optimizer](weight_decay=self.weight_decay)
        return self.optimizer

    def _train(self, held_out: Any, data: dict[str, Any], partial: bool) -> None:
        """Train the network, and keep what came of it; a part of the samples for one epoch."""
        model, until = self.network_, 1 if partial else self.max_epochs
        told: list[Callback] = []
        best = None
        if held_out is not None:
            best = self._best_score(held_out)
            told.append(best)
        elif self.n_iter_no_change is not None and not partial:
            told.append(
                EarlyStopping('batch_loss', self.n_iter_no_change, self.tol, restore_best=False)
            )
        context = None
        if not partial and getattr(self, '_skl_callbacks', None):
            context = self._init_callback_context(max_subtasks=until)
            context.call_on_fit_task_begin(estimator=self, **data)
            told.append(Tasks(self, context, data, lambda model: self._attributes(model, best)))
        callbacks = self.callbacks or ()
        told += [callbacks] if isinstance(callbacks, Callback) else callbacks
        verbose = None if self.verbose is True else int(self.verbose)
        try:
            with one_core():
                model.train(until, verbose=verbose, init_logs=False, callbacks=told, every=0)
            if best is not None and model.stopped:
                best.put_best(model)
        finally:
            let_go(model)
        for name, value in self._attributes(model, best).items():
            setattr(self, name, value)
        if context is not None:
            context.call_on_fit_task_end(
                estimator=self, **data,
                reconstruction_attributes=lambda: self._attributes(model, best),
            )  # fmt: skip

    def _best_score(self, held_out: tuple[ndarray, ndarray, ndarray]) -> BestScore:
        """Return the callback that watches the score of samples that were held out."""
        X, Y, w = held_out
        X = self._prepare(X)

        def score(model: Network) -> float:
            return self._score_outputs(Y, compute(model, X), w)

        epochs = self.max_epochs if self.n_iter_no_change is None else self.n_iter_no_change
        return BestScore(score, epochs, self.tol)

    def _attributes(self, model: Network, best: BestScore | None) -> dict[str, Any]:
        """Return what a fit leaves, as of this moment; the network is a copy while it trains."""
        return {
            'network_': copy_bare(model) if model.owner.busy else model,
            'n_iter_': model.progress[0],
            'loss_curve_': list(model.batch_loss),
            'validation_scores_': None if best is None else list(best.scores),
            'best_validation_score_': None if best is None else best.best,
        }

    def _compute(self, X: Any, keep_Z: bool = False, stop: int | None = None) -> ndarray:
        """Return the outputs of samples, or those of the first layers."""
        check_is_fitted(self)
        sequences = as_sequences(X, self._of_sequences)
        if sequences is None:
            X = validate_data(self, X, reset=False, allow_nd=True)
        else:
            X = sequences
        expected = self.network_.network[0]['forward']['X'][1:]
        some = 1 if sequences is None else 2  # axes that may have another size
        if X.shape[some:] != expected[some - 1 :]:
            raise ShapeError(
                f'{type(self).__name__}.predict(X)', f'samples of shape {expected}',
                f'{X.shape[1:]}', 'Give them all the axes of those that were learned from.',
            )  # fmt: skip
        result: ndarray = compute(self.network_, self._prepare(X), keep_Z, stop)
        return result
