"""Samples and labels that are drawn, for a network that was read without its data."""

import numpy as np

from epynn.commons.loss import ICCE, MSLE
from epynn.commons.models import dataSet
from epynn.commons.rows import take_rows
from epynn.commons.targets import LABELS, MULTILABEL, ONE_HOT
from epynn.kernels.arrays import ndarray
from epynn.network.forward import compute_outputs
from epynn.network.models import EpyNN


def drawn_set(model: EpyNN, m: int = 16, seed: int = 0) -> dataSet:
    """Return `m` samples and labels of the kind that the network takes, encoded.

    Samples are standard normal, or tokens of the vocabulary. Labels suit the loss.
    """
    rng = np.random.default_rng(seed)
    shape = (m, *model.network[0]['forward']['X'][1:])
    first = model.layers[1]
    tokens = first.takes_tokens and first.checks_numbers
    X: ndarray = rng.integers(0, first.d['v'], shape) if tokens else rng.standard_normal(shape)
    A, _ = compute_outputs(model, X)
    targets = model.embedding.targets
    Y = draw_labels(model, take_rows(A).shape, rng)
    Y = Y.reshape(*A.shape[:-1], Y.shape[-1])
    return dataSet(X, Y, 'drawn', None, None, targets, model.embedding.classes)


def draw_labels(model: EpyNN, shape: tuple[int, ...], rng: 'np.random.Generator') -> ndarray:
    """Return labels ``(m, u)`` for outputs of that shape."""
    loss, (m, u) = model.training_loss, shape
    base = getattr(loss, 'loss', loss)
    if base is ICCE:
        return rng.integers(0, u, (m, 1))
    if model.embedding.targets == ONE_HOT:
        return np.eye(u)[rng.integers(0, u, m)]
    if model.embedding.targets in (LABELS, MULTILABEL):
        return rng.integers(0, 2, shape).astype(np.float64)
    Y = rng.standard_normal(shape)
    return np.abs(Y) if base is MSLE else Y
