"""Networks without data: between two fits, in a file, on the way to another process."""

import copy
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np

from epynn.commons.models import walk_layers
from epynn.embedding.models import Embedding
from epynn.estimators.scikit_learn import get_active_backend
from epynn.estimators.sequences import unmasked
from epynn.kernels.arrays import ndarray
from epynn.kernels.blas import BlasOnOneThread
from epynn.kernels.threads import one_thread
from epynn.network.forward import compute_outputs
from epynn.network.ownership import replace_embedding
from epynn.network.state import Network


def give_data(model: Network, embedding: Embedding) -> None:
    """Let a network go on with the samples of another Embedding, as if they were the same."""
    before = model.layers[0]
    for name in ('owner', 'dtype', 'optimizer', 'lrate', 'e', 'np_rng', 'name'):
        setattr(embedding, name, getattr(before, name))
    embedding.targets = embedding.targets or model.embedding.targets
    replace_embedding(model, embedding)
    if embedding.dsets:
        embedding.training_batches(init=True)


def let_go(model: Network) -> None:
    """Let go of data, of what passes computed, and of callbacks: what is learned stays."""
    give_data(model, Embedding())
    model.callbacks = ()
    for layer in walk_layers(model.layers):
        layer.fc.clear()
        layer.bc.clear()
        layer.g = {}


def copy_bare(model: Network) -> Network:
    """Return a copy of a network, which may be training, without its data and callbacks."""
    memo = {id(model.layers[0]): Embedding(), id(model.callbacks): ()}
    return copy.deepcopy(model, memo)


def compute(model: Network, X: ndarray, keep_Z: bool = False, stop: int | None = None) -> Any:
    """Return the outputs of samples, and with `keep_Z` what the last activation made them of.

    With `stop` those of the first layers, so many of them.
    """
    X, mask = unmasked(X)
    with one_core(), BlasOnOneThread(), np.errstate(all='ignore'):
        A, Z = compute_outputs(model, X, keep_Z, stop, mask)
    return Z if keep_Z else A


@contextmanager
def one_core() -> Iterator[None]:
    """Compute in one thread inside a worker of joblib or Dask: the others have the other cores."""
    backend, _ = get_active_backend()
    dask = sys.modules.get('distributed.worker')
    in_dask = dask is not None and hasattr(dask.thread_state, 'execution_state')
    with one_thread() if backend.nesting_level or in_dask else nullcontext():
        yield
