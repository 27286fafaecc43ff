"""Forward pass of the network."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any, TypeAlias

import numpy as np

from epynn.commons.arguments import as_flag
from epynn.commons.calls import in_words
from epynn.commons.errors import EpynnError
from epynn.commons.io.sequences import none_if_real
from epynn.commons.io.stored import Stored
from epynn.commons.maths.floating import rounds_to_zero
from epynn.commons.models import Layer, dataSet, run_layer
from epynn.kernels.arrays import ndarray
from epynn.network.carrying import Carried, carried_apart, carry_part, join_parts
from epynn.network.ownership import require_ownership
from epynn.network.state import Network

Look: TypeAlias = Callable[[int, ndarray, Any], None]
"""Is shown the number of a layer, and what went into a pass of it and came out."""
SAMPLES_AT_A_TIME = 256
"""Samples that pass through the network at once outside training, so that memory stays flat."""


@in_words('EpyNN.forward', 'Write model.forward(X).')
@rounds_to_zero
def model_forward(
    model: Network, X: ndarray, training: bool = False, mask: ndarray | None = None
) -> ndarray:
    """Pass samples through all layers.

    Layers that carry state go on from the training pass before, where this is one, too; outside
    training they begin anew, and what they carry stays.

    Parameters
    ----------
    X : ndarray
        Samples ``(m, ...)``, encoded and scaled as those of the Embedding.
    training : bool, optional
        Whether layers such as Dropout do what they do in training.
    mask : ndarray, optional
        Which steps are real, ``(m, s)`` of bool, where sequences were padded to one length.

    Returns
    -------
    A : ndarray
        Output of the last layer.

    Raises
    ------
    StateError
        If a layer belongs to another network.
    """
    require_ownership(model, 'forward')
    training = as_flag(training, 'EpyNN.forward(training)')
    for layer in model.layers:
        layer.training = training
    with nullcontext() if training else carried_apart(model.layers):
        return pass_through(model.layers, X, mask=none_if_real(mask))


def pass_through(
    layers: Sequence[Layer],
    A: ndarray,
    look: Look | None = None,
    mask: ndarray | None = None,
    first: int = 0,
) -> ndarray:
    """Pass samples through layers; an error tells which of them it is about, from `first` on.

    `look` sees what goes into each layer, and what comes out. A mask goes with the samples, as far
    as their steps do.
    """
    for number, layer in enumerate(layers, first):
        X = A
        try:
            A, mask = run_layer(layer, X, mask)
            if look is not None:
                look(number, X, A)
        except EpynnError as error:
            raise error.placed(f', layer {number}') from None
    return A


def share_outputs(
    model: Network, dset: dataSet, keep_Z: bool, carried: Carried
) -> tuple[ndarray, ndarray | None]:
    """Compute ``A``, and ``Z``, for a set, as :func:`compute_outputs`.

    Of a set of the network that shares a training among ranks, each takes a part.
    """
    ranks, X, mask = model.ranks, dset.X, dset.mask
    shared = len(X) >= ranks.size > 1 and any(dset is each for each in model.embedding.dsets)
    if shared:
        part = ranks.part(len(X))
        X = X.part(part) if isinstance(X, Stored) else X[part]
        mask = None if mask is None else mask[part]
    A, Z = compute_outputs(model, X, keep_Z, None, mask, carried)
    if shared:
        A, Z = ranks.join(A), None if Z is None else ranks.join(Z)
    return A, Z


def compute_outputs(
    model: Network,
    X: ndarray,
    keep_Z: bool = False,
    stop: int | None = None,
    mask: ndarray | None = None,
    carried: Carried | None = None,
) -> tuple[ndarray, ndarray | None]:
    """Pass any number of samples through, outside training, some at a time; fewer in short memory.

    With `stop`, through the first layers alone, as a slice has it. Layers that carry state begin
    with that in `carried`, one entry for each of :func:`walk_layers`, and leave there what they
    carry in the end; an empty list, or None, lets them begin anew.

    They pass through twins of the layers: these stay as the last step of training left them, in
    whatever thread it may run. Returned are the outputs ``A (m, ...)`` and, with `keep_Z`, what the
    activation of the last layer computed them from, ``Z`` of the same shape, if the layer keeps it.
    """
    layers = [layer.twin() for layer in model.layers[:stop]]
    outputs, products, parts = np.empty(0), None, []
    i, step = 0, SAMPLES_AT_A_TIME
    with carried_apart(layers) as inside:
        before = carried or [{} for _ in inside]
        while i < len(X):
            part = slice(i, i + step)
            carry_part(inside, before, part)
            try:
                real = none_if_real(None if mask is None else mask[part])
                A = pass_through(layers, X[part], mask=real)
            except MemoryError:
                if step == 1:
                    raise
                step //= 2
                continue
            Z = layers[-1].fc.get('Z')
            if i == 0:
                outputs = np.empty((len(X), *A.shape[1:]), A.dtype)
                fits = keep_Z and Z is not None and Z.shape == A.shape
                products = np.empty_like(outputs) if fits else None
            outputs[i : i + len(A)] = A
            if products is not None:
                products[i : i + len(A)] = Z
            parts.append([layer.carried for layer in inside])
            i += step
    if carried is not None:
        carried[:] = join_parts(parts)
    return outputs, products
