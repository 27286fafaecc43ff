"""Which network a layer belongs to: the last one that initialized it. Others may not use it.

One Embedding may serve several networks in turn, and layers may be taken over into a new network.
No network changes another in silence: the older one keeps a twin of the Embedding, and goes on as
if nothing had been; layers whose parameters it lost it refuses to use.
"""

import copy
import threading
import weakref
from contextlib import suppress
from itertools import zip_longest
from typing import Any, ClassVar

import numpy as np

from epynn.commons.data_source import as_data_source
from epynn.commons.errors import StateError
from epynn.commons.models import Layer, walk_layers
from epynn.network.checks import check_layers
from epynn.network.state import Network


class Owner:
    """What a network and the layers that it initialized have in common; it outlives the network."""

    claims: ClassVar[threading.Lock] = threading.Lock()
    """Held while a network takes layers: others wait before they take some, or begin to learn."""

    def __init__(self, model: Network | None = None) -> None:
        self.name = '' if model is None else model.name
        self.settings: dict[str, Any] = {}  # what the layers were trained with, see hints.py
        self.work: weakref.ref[AtWork] | None = None  # initializing or training, at the moment
        # Weak, so that a network goes when the user drops it
        self._model = None if model is None else weakref.ref(model)

    def model(self) -> Network | None:
        """Return the network, if it is still there."""
        return None if self._model is None else self._model()

    def __reduce__(self) -> Any:
        """Leave the network out of copies; :meth:`EpyNN.__setstate__` makes an owner anew."""
        return type(self), (), {'name': self.name, 'settings': self.settings}

    @property
    def busy(self) -> bool:
        """Whether the network is initializing or training at this moment."""
        return self.work is not None and self.work() is not None


class AtWork:
    """Mark a network as busy inside a block, or until an interrupt did away with this object."""

    def __init__(self, owner: Owner) -> None:
        self.owner = owner
        with Owner.claims:  # not while another network makes a twin of the Embedding
            owner.work = weakref.ref(self)

    def __enter__(self) -> None:
        """Go on."""

    def __exit__(self, *_: object) -> None:
        """Work is done."""
        self.owner.work = None


def take_layers(model: Network) -> None:
    """Make the network the owner of its layers, unless another one is at work with them."""
    with Owner.claims:
        mine, embedding = model.owner, model.layers[0]
        others = [(layer, layer.owner) for layer in walk_layers(model.layers)]
        for layer, owner in others:
            if owner not in (None, mine) and owner.busy and layer is not embedding:
                raise refuse_busy(layer, owner)
        if embedding.owner not in (None, mine):
            share_data(model, embedding.owner)
        mine.name = model.name
        for layer in model.layers:
            layer.owner = mine


def share_data(model: Network, owner: Owner) -> None:
    """Let two networks have an Embedding each, of the same data.

    The one at hand goes to the network that initializes now, as scripts expect that look at its
    sets; the other network gets a twin. One that is at work, in another thread, keeps its own.
    """
    # Asked once: it may end its work meanwhile
    holder, embedding, busy = owner.model(), model.layers[0], owner.busy
    if holder is None or not (holder.initialized or busy):
        return
    try:
        twin = make_twin(embedding)
    except TypeError:  # one of the user's own that holds an open file, or the like
        if busy:
            raise refuse_busy(embedding, owner) from None
        return
    if busy:
        twin, embedding = embedding, twin
    replace_embedding(holder, twin)
    replace_embedding(model, embedding)
    for dset in model.embedding.dsets:
        dset.A = dset.P = None


def make_twin(embedding: Layer) -> Layer:
    """Return an Embedding of the same data, and with a state of its own."""
    shared = [
        array
        for dset in as_data_source(embedding).dsets
        for array in vars(dset).values()
        if isinstance(array, np.ndarray)
    ]
    kept = {id(thing): thing for thing in (*shared, embedding.owner)}
    for _ in range(9):
        with suppress(RuntimeError):  # a dictionary grew meanwhile, at work in another thread
            return copy.deepcopy(embedding, dict(kept))
    return copy.deepcopy(embedding, kept)


def replace_embedding(model: Network, embedding: Layer) -> None:
    """Put an Embedding in the place of the one that the network had."""
    before, model.embedding = model.layers[0], as_data_source(embedding)
    for layers in (model.layers, *model.prepared[:1]):
        if layers[0] is before:
            layers[0] = embedding


def refuse_busy(layer: Layer, owner: Owner) -> StateError:
    """Return the error to raise where a network would lose a layer while it learns."""
    return StateError(
        'EpyNN.initialize', 'layers that no other network is learning with',
        f'{layer.name}, which the network {owner.name!r} is at work with',
        'Make layers anew for each network, or wait until the other one has ended.',
    )  # fmt: skip


def require_ownership(model: Network, what: str) -> None:
    """Refuse to use layers that belong to another network.

    A network that was not initialized may pass through an Embedding, which serves several, and
    through layers that nobody owns, as those of a network that is gone. From one that is at work
    nobody takes layers.
    """
    if model.owner.busy:
        return
    lost = [
        (number, layer)
        for number, outer in enumerate(model.layers)
        for layer in walk_layers([outer])
        if layer.owner not in (None, model.owner)
        and (model.initialized or (number > 0 and layer.owner.model() is not None))
    ]
    if lost:
        names = ', '.join(f'{layer.name} (layer {number})' for number, layer in lost)
        others = ' and '.join(sorted({repr(layer.owner.name) for _, layer in lost}))
        if not model.initialized:
            raise StateError(
                f'EpyNN.{what}', 'layers of its own', f'{names} of the network {others}',
                'Take layers made anew, or copy.deepcopy(layer). '
                'initialize() would take these ones over.',
            )  # fmt: skip
        raise StateError(
            f'EpyNN.{what}', 'the layers that it initialized',
            f'{names} taken over by the network {others}',
            'Hand the other network layers made anew, or copy.deepcopy(layer). '
            'initialize(params=False) here takes these ones back, as they are now.',
        )  # fmt: skip


def require_initialized(model: Network, what: str) -> None:
    """Refuse to go on with a network that was not initialized with the layers it has now."""
    if not model.initialized:
        raise StateError(
            f'EpyNN.{what}', 'an initialized network', 'one that is not',
            'Call initialize() or train() first.',
        )  # fmt: skip
    before, now = model.prepared, collect_layers(model)
    if now != before:
        pairs = enumerate(zip_longest(before, now))
        number = next(number for number, (old, new) in pairs if old != new)
        raise StateError(
            f'EpyNN.{what}', f'the {len(before)} layers that were initialized',
            f'{len(now)}, which differ at layer {number}',
            'Call initialize() again; params=False keeps the parameters that layers have.',
        )  # fmt: skip
    require_ownership(model, what)


def collect_layers(model: Network) -> list[list[Layer]]:
    """Return each layer with those inside it, to see later whether they are still the same."""
    return [list(walk_layers([layer])) for layer in check_layers(model.layers)]


def require_data(model: Network, what: str) -> None:
    """Refuse to go on without samples: a network that was read from a file has none."""
    require_initialized(model, what)
    if not model.embedding.dsets and model.embedding.batch_function is None:
        raise StateError(
            f'EpyNN.{what}', 'a network with data', 'one whose Embedding holds none',
            'Files hold no data: model = read_model(path, data=Embedding(X, Y)) gives it some, and '
            'trains on with the settings that were saved.',
        )  # fmt: skip


def require_sets(model: Network, what: str) -> None:
    """Refuse to go on without a set to evaluate: batches of a stream are none."""
    require_data(model, what)
    if not model.embedding.dsets:
        raise StateError(
            f'EpyNN.{what}', 'a set to evaluate', 'a stream of training batches alone',
            f'Write model.{what}(X, Y), or from_batches(f, validation=(X, Y)).',
        )  # fmt: skip


def restore_state(model: Network, state: dict[str, Any]) -> None:
    """Set the attributes of a copy, or of a network that was pickled: it owns its layers."""
    vars(model).update(state)
    before, model.owner = model.owner, Owner(model)
    model.owner.settings = before.settings
    for layer in walk_layers(model.layers):
        if layer.owner is before:
            layer.owner = model.owner
