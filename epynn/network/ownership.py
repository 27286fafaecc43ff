"""Which network a layer belongs to: the last one that initialized it.

One Embedding may serve several networks in turn, and layers may be taken over into a new network.
No network changes another in silence: the older one keeps a twin of the Embedding, and goes on as
if nothing had been; layers whose parameters it lost it refuses to use.
"""

import copy
import threading
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from epynn.commons.errors import StateError
from epynn.commons.logs import warn
from epynn.commons.models import Layer, walk_layers
from epynn.network.hyperparameters import default_hyperparameters

if TYPE_CHECKING:
    from epynn.network.models import EpyNN


class Owner:
    """What a network and the layers that it initialized have in common.

    Parameters
    ----------
    model : EpyNN, optional
        The network. The link is weak, so that a network goes when the user drops it.

    Attributes
    ----------
    name : str
        Its name, which outlives it.
    settings : dict
        What the layers were trained with, see :func:`list_settings`.
    work : weakref or None
        What the network does at the moment, if it is initializing or training.
    """

    claims: ClassVar[threading.Lock] = threading.Lock()
    """Held while a network takes layers: others wait before they take some, or begin to learn."""

    def __init__(self, model: 'EpyNN | None' = None) -> None:
        self.name = '' if model is None else model.name
        self.settings: dict[str, Any] = {}
        self.work: weakref.ref[AtWork] | None = None
        self._model = None if model is None else weakref.ref(model)

    def model(self) -> 'EpyNN | None':
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


def take_layers(model: 'EpyNN') -> None:
    """Make the network the owner of its layers.

    Raises
    ------
    StateError
        If a layer belongs to another network that is at work at this moment.
    """
    with Owner.claims:
        mine, embedding = model.owner, model.embedding
        others = [(layer, layer.owner) for layer in walk_layers(model.layers)]
        for layer, owner in others:
            if owner not in (None, mine) and owner.busy and layer is not embedding:
                raise refuse_busy(layer, owner)
        if embedding.owner not in (None, mine):
            share_data(model, embedding.owner)
        mine.name = model.name
        for layer in walk_layers(model.layers):
            layer.owner = mine


def share_data(model: 'EpyNN', owner: Owner) -> None:
    """Let two networks have an Embedding each, of the same data.

    The one at hand goes to the network that initializes now, as scripts expect that look at its
    sets; the other network gets a twin. One that is at work, in another thread, keeps its own.
    """
    # Asked once: it may end its work meanwhile
    holder, embedding, busy = owner.model(), model.embedding, owner.busy
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
    for dset in embedding.dsets:
        dset.A = dset.P = None


def make_twin(embedding: Any) -> Any:
    """Return an Embedding of the same data, and with a state of its own."""
    shared = [
        array
        for dset in embedding.dsets
        for array in vars(dset).values()
        if isinstance(array, np.ndarray)
    ]
    kept = {id(thing): thing for thing in (*shared, embedding.owner)}
    for _ in range(9):
        with suppress(RuntimeError):  # a dictionary grew meanwhile, at work in another thread
            return copy.deepcopy(embedding, dict(kept))
    return copy.deepcopy(embedding, kept)


def replace_embedding(model: 'EpyNN', embedding: Any) -> None:
    """Put an Embedding in the place of the one that the network had."""
    before, model.embedding = model.embedding, embedding
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


def require_ownership(model: 'EpyNN', what: str) -> None:
    """Refuse to use layers that belong to another network.

    A network that was not initialized may pass through an Embedding, which serves several, and
    through layers that nobody owns, as those of a network that is gone.
    """
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


def restore_state(model: 'EpyNN', state: dict[str, Any]) -> None:
    """Set the attributes of a copy, or of a network that was pickled: it owns its layers."""
    vars(model).update(state)
    before, model.owner = model.owner, Owner(model)
    model.owner.settings = before.settings
    for layer in walk_layers(model.layers):
        if layer.owner is before:
            layer.owner = model.owner


def list_settings(model: 'EpyNN') -> dict[str, Any]:
    """Return what layers are trained with: the settings that shape what they learn."""
    assert model.training_loss is not None
    embedding, scale = model.embedding, model.embedding.scale
    return {
        'loss': model.training_loss.__name__,
        'optimizer': repr(model.optimizer),
        'reduction': model.reduction,
        'learning_rate': model.se_hPars['learning_rate'],
        'schedule': model.se_hPars['schedule'],
        'class_weight': name_class_weights(model),
        'tokens': list(embedding.e2i) or None,
        'labels': embedding.classes,
        'scale': None if scale is None else (scale.minimum, scale.minimum + scale.span),
    }


def name_class_weights(model: 'EpyNN') -> dict[Any, float]:
    """Return the weights of classes by the labels of the user, as ``initialize`` takes them."""
    classes = model.embedding.classes
    if classes is None:
        return model.class_weights
    return {classes[column]: weight for column, weight in model.class_weights.items()}


def warn_of_lost_settings(model: 'EpyNN') -> None:
    """Warn if layers that keep their parameters are about to go on by other settings than before.

    A setting that was given is one that was wanted: only those left at their defaults are lost.
    """
    now, hPars = list_settings(model), default_hyperparameters()
    default: dict[str, Any] = {
        'loss': 'MSE', 'optimizer': 'SGD()', 'reduction': 'sum',
        'learning_rate': hPars.get('learning_rate'), 'schedule': hPars.get('schedule'),
        'class_weight': {},
    }  # fmt: skip
    # The first layer that learned reads tokens and the scale; the last one answers in labels.
    ends = {'tokens': model.layers[1], 'scale': model.layers[1], 'labels': model.layers[-1]}
    lost = {}
    for layer in walk_layers(model.layers[1:]):
        before = layer.owner.settings if layer.owner is not None and layer.p else {}
        for name, value in before.items():
            unwanted = now[name] == default.get(name) or layer is ends.get(name)
            if unwanted and value is not None and now[name] != value:
                lost[name] = value
    if lost:
        warn(
            'initialize(params=False): the parameters come from a training by other settings: '
            f'{name_settings(lost)}; now it is {name_settings({name: now[name] for name in lost})}.'
            ' Pass them again; or, from a file, read_model(path, data=Embedding(X, Y)) keeps all.'
        )


def name_settings(settings: dict[str, Any]) -> str:
    """Return settings as arguments are written, long ones cut."""
    texts = {name: str(value) for name, value in settings.items()}
    return ', '.join(
        f'{name}={text if len(text) <= 80 else text[:77] + "..."}' for name, text in texts.items()
    )
