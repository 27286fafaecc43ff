"""A step is taken whole or not at all: what stops it half-way is undone."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager

from epynn.commons.composite import Composite
from epynn.commons.models import Layer, walk_layers
from epynn.commons.optimize import OPTIMIZERS
from epynn.network.state import Network


@contextmanager
def all_or_nothing(model: Network) -> Iterator[None]:
    """Undo what the block did to the network unless ``model.progress`` moved on meanwhile.

    Moving it is one assignment, the last of the block: whatever stops the block before, such as
    Ctrl-C, leaves parameters, running means, what the optimizer remembers, what layers carry, order
    of the samples and random streams as they were. It costs no copies, as an update makes new
    arrays and leaves the old ones alone; one that is not of the library may not, and there the old
    ones are copied.
    """
    progress, tally, embedding = model.progress, model.tally, model.embedding
    order, batches = embedding.order, embedding.batch_dtrain
    layers = list(walk_layers(model.layers))
    streams = [layer.np_rng.bit_generator.state for layer in layers]
    carried = [dict(layer.carried) for layer in layers]
    leaves = [layer for layer in layers if not layer.children()]
    keep = dict if updates_are_ours(model) else copy.deepcopy
    before = [
        (
            keep(leaf.p),
            copy.deepcopy(leaf.s),
            {name: keep(moments) for name, moments in leaf.moments.items()},
        )
        for leaf in leaves
    ]
    try:
        yield
    except BaseException:
        if model.progress == progress:
            model.tally = tally
            embedding.order, embedding.batch_dtrain = order, batches
            for layer, state, arrays in zip(layers, streams, carried, strict=True):
                layer.np_rng.bit_generator.state, layer.carried = state, arrays
            for leaf, (p, s, moments) in zip(leaves, before, strict=True):
                leaf.p, leaf.s, leaf.moments = p, s, moments
        raise


def updates_are_ours(model: Network) -> bool:
    """Return whether no update is of the user's making."""
    ours = (Layer.update_parameters, Composite.update_parameters)
    return all(
        type(layer.optimizer) in OPTIMIZERS.values()
        and getattr(layer.update_parameters, '__func__', None) in ours
        for layer in walk_layers(model.layers)
    )
