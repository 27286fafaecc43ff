"""The dry run: one batch forward and back before a network learns, to see whether it can."""

from typing import Any

import numpy as np

from epynn.commons.bound_activation import check_elementwise
from epynn.commons.logs import status_line
from epynn.commons.maths.floating import rounds_to_zero
from epynn.commons.models import Layer, check_array, walk_layers
from epynn.kernels.arrays import ndarray
from epynn.network.backward import loss_gradient, pass_back
from epynn.network.carrying import carried_apart, require_equal_batches
from epynn.network.checks import check_loss
from epynn.network.forward import compute_outputs, pass_through
from epynn.network.hints import warn_of_layout, warn_of_scale, warn_of_shuffled_states
from epynn.network.label_checks import LEARNED, check_labels, check_outputs
from epynn.network.reported_metrics import check_metrics
from epynn.network.sample_weights import sample_weights
from epynn.network.state import Network
from epynn.network.summary import describe_layer


@rounds_to_zero
def dry_run(model: Network, end: str, verbose: bool) -> None:
    """Pass the first batch forward and backward, note the shapes, and report them.

    Parameters are drawn on the way, in the order of the layers. Nothing is learned, and no layer
    draws other random numbers.
    """
    require_equal_batches(model)
    batch = model.embedding.batch_dtrain[0]
    count = len(model.layers)
    inputs: list[ndarray] = []

    def report(way: str, number: int, before: ndarray, after: ndarray) -> None:
        if verbose:
            name = model.layers[number].name
            shapes = f'{before.shape} -> {after.shape}'
            status_line(f'{way:<8}  {number + 1:>2}/{count}  {name:<12}{shapes}', end)

    def look_forward(number: int, X: ndarray, A: Any) -> None:
        layer = model.layers[number]
        check_array(layer, 'forward', A, (len(batch.X),))
        try_activation(layer)
        inputs.append(X if layer.mask is None else X[layer.mask])
        report('Forward', number, X, A)

    def look_back(number: int, dA: ndarray, dX: Any) -> None:
        layer = model.layers[number]
        check_array(layer, 'backward', dX, layer.fs.get('X', ()))
        model.network[number] = describe_layer(layer)
        report('Backward', number, dA, dX)

    for layer in model.layers:
        layer.training = False
    mask = batch.mask
    if mask is None and any(dset.mask is not None for dset in model.embedding.dsets):
        mask = np.ones(batch.X.shape[:2], dtype=bool)  # another batch will have one
    with carried_apart(model.layers):
        A = pass_through(model.layers, batch.X, look_forward, mask)
    if model.embedding.batch_function is not None:
        check_labels(model, batch.Y, A, [batch], LEARNED)
    if model.embedding.dsets or model.embedding.batch_function is None:
        check_labels(model, batch.Y, A)
    assert batch.Y is not None  # or it was refused
    Y, rows = batch.rows(batch.Y), batch.rows(A)
    check_outputs(model, rows)
    check_loss(model, Y, rows)
    check_metrics(model, Y, rows)
    dA, dZ = loss_gradient(model, batch.Y, A, sample_weights(model, batch), batch.mask)
    pass_back(model, dA, dZ, look_back)
    if verbose and end == '\r':
        status_line(f'{model.name}: {count} layers initialized', '\n')
    for dset in model.embedding.dsets:  # are sequences of other lengths taken, too?
        if dset.X.shape[1:] != model.embedding.dtrain.X.shape[1:]:
            real = None if dset.mask is None else dset.mask[:1]
            compute_outputs(model, dset.X[:1], mask=real)
    warn_of_layout(model, batch.X)
    warn_of_scale(model, inputs)
    warn_of_shuffled_states(model)


def try_activation(layer: Layer) -> None:
    """Refuse a function of the user's in which the numbers of a sample act on each other."""
    for inner in walk_layers([layer]):
        Z = inner.fc.get('Z')
        if Z is not None and 'activate' in inner.activation:
            check_elementwise(inner.activate.function, f'{inner.name}.activate', (2, *Z.shape[1:]))
