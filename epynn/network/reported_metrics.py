"""The metrics that a network reports: which they are, and what they may return."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.errors import ArgumentError, ArgumentTypeError, EpynnError
from epynn.commons.loss import loss_functions
from epynn.commons.metrics import metrics_functions
from epynn.commons.targets import AMOUNTS, MULTILABEL
from epynn.kernels.arrays import ndarray
from epynn.network.state import Network

DEFAULT_METRICS = ('accuracy',)
"""What is reported where nobody says, or RMSE in its place where targets are amounts."""


def collect_metrics(
    model: Network, metrics: Sequence[str | Callable[..., float]]
) -> dict[str, Callable[..., Any]]:
    """Return the functions to report, by name: those asked for, and the loss last."""
    targets = model.embedding.targets
    if metrics is DEFAULT_METRICS and targets == AMOUNTS:
        metrics = ['RMSE']
    if isinstance(metrics, str) or callable(metrics):
        metrics = [metrics]
    if not isinstance(metrics, Iterable):
        raise ArgumentTypeError(
            'EpyNN.initialize(metrics)', 'a list of names and functions', describe(metrics),
            "Write metrics=['accuracy'].",
        )  # fmt: skip
    losses, bundled = loss_functions(), metrics_functions()
    assert model.training_loss is not None
    functions: dict[str, Callable[..., Any]] = {}
    chosen: dict[str, Callable[..., Any]] = {}
    for metric in [*metrics, model.training_loss]:
        if not isinstance(metric, str) and not callable(metric):
            raise ArgumentTypeError(
                'EpyNN.initialize(metrics)', 'names and functions', describe(metric),
                f'The names are {", ".join(bundled)}, and those of losses.',
            )  # fmt: skip
        function = losses[metric] if metric in losses else metrics_functions(metric)
        name = getattr(function, '__name__', '')
        if not name or chosen.get(name, function) != function:
            raise ArgumentError(
                'EpyNN.initialize(metrics, loss)', 'functions, each with a name of its own',
                describe(function), 'Define it by def, under another name.',
            )  # fmt: skip
        chosen[name] = function
        functions.pop(name, None)
        if function is bundled.get(name):
            multilabel = None if targets is None else targets == MULTILABEL
            function = partial(function, positive_label=model.positive_label, multilabel=multilabel)
        functions[name] = function
    return functions


def check_metrics(model: Network, Y: ndarray, A: ndarray) -> None:
    """Refuse metrics that cannot be computed of such labels and outputs."""
    with np.errstate(all='ignore'):
        for name, function in model.metrics_functions.items():
            if function is not model.training_loss:  # which was checked
                check_metric(name, try_metric(name, function, Y, A))


def try_metric(name: str, function: Callable[..., Any], Y: ndarray, A: ndarray) -> Any:
    """Return what a metric returns; where it cannot, say what it was given."""
    try:
        return function(Y, A)
    except EpynnError:
        raise
    except Exception as error:
        remedy = 'Write a function of Y and A, as they are, around it.'
        if Y.shape == A.shape and A.shape[1] > 1:  # as those of scikit-learn, which take labels
            remedy = (
                'Where it takes labels, write one around it: '
                f'def f(Y, A): return {name}(Y.argmax(axis=1), A.argmax(axis=1)).'
            )
        raise ArgumentError(
            f'metrics {name}', f'a function of targets Y {Y.shape} and outputs A {A.shape}',
            f'{type(error).__name__}: {error}', remedy,
        ) from error  # fmt: skip


def check_metric(name: str, value: Any) -> float:
    """Return what a metric returned as one number, the mean of those of samples."""
    numbers = np.asarray(value)
    if numbers.dtype.kind not in 'fiub':
        raise ArgumentTypeError(
            f'metrics {name}', 'a number from f(Y, A)', describe(value), 'Return a float.'
        )
    return float(numbers.mean() if numbers.ndim else numbers)
