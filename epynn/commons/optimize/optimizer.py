"""The base of all optimizers; see :mod:`epynn.commons.optimize`."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, NoReturn, Protocol

from epynn.commons.arguments import as_float, describe
from epynn.commons.calls import constructor_names, unknown_keywords
from epynn.commons.errors import ShapeError
from epynn.commons.foreign import OPTIMIZER
from epynn.commons.maths.clipping import clip_by_norm, clip_by_value
from epynn.commons.maths.floating import rounds_to_zero
from epynn.commons.names import Named
from epynn.kernels.arrays import ndarray


class HasParameters(Protocol):
    """What an optimizer reads and writes of a layer."""

    name: str
    p: dict[str, ndarray]
    g: dict[str, ndarray]
    moments: dict[str, dict[str, Any]]
    lrate: list[float]
    e: int
    trainable: bool

    def children(self) -> Sequence[Any]:
        """Return the layers inside."""


class Optimizer(Named, ABC):
    """Base of all optimizers: the loop over parameters, weight decay, and clipping.

    Parameters
    ----------
    weight_decay : float, optional
        ``w``: adds ``w p`` to each gradient, as an L2 penalty ``w p^2 / 2`` that the reported loss
        does not show. Biases decay too, as in torch.
    clip_norm : float, optional
        Largest joint L2 norm of all gradients of the network; larger ones are scaled down to it
        by :func:`epynn.commons.maths.clipping.clip_by_norm`.
    clip_value : float, optional
        Largest magnitude of each number in the gradients; larger ones are cut off there.
    **unknown
        Refused, with the nearest known name.

    Notes
    -----
    The gradients are clipped first, by value and then by norm; weight decay comes after.
    """

    elsewhere = OPTIMIZER
    by_position: ClassVar[str] = (
        'A learning rate goes to initialize: model.initialize(learning_rate={value}).'
    )
    """The remedy for settings without a name."""
    decoupled_decay = False

    def __init__(
        self,
        *,
        weight_decay: float = 0.0,
        clip_norm: float | None = None,
        clip_value: float | None = None,
        **unknown: NoReturn,
    ) -> None:
        if unknown:
            raise unknown_keywords(type(self).__name__, constructor_names(type(self)), unknown)
        self.weight_decay = as_float(weight_decay, f'{type(self).__name__}.weight_decay', low=0)
        self.clip_norm = self._bound(clip_norm, 'clip_norm')
        self.clip_value = self._bound(clip_value, 'clip_value')

    def _bound(self, value: float | None, argument: str) -> float | None:
        """Return a number above 0 as a float, or None."""
        if value is None:
            return None
        name = f'{type(self).__name__}.{argument}'
        return as_float(value, name, low=0, above=True, otherwise=', or None')

    @abstractmethod
    def step(self, p: ndarray, g: ndarray, lr: float, moments: dict[str, Any]) -> ndarray:
        """Return the new value of one parameter: the hook that makes each optimizer.

        Parameters
        ----------
        p, g : ndarray
            The parameter and its gradient.
        lr : float
            Learning rate.
        moments : dict
            What this optimizer remembers of this parameter; empty at the first step, except for
            ``moments['t']``, the number of the step.
        """

    @rounds_to_zero
    def update(self, layer: HasParameters) -> None:
        """Move all parameters of a layer by one step, if it is trainable."""
        if not layer.trainable:
            return
        # A Python float keeps float32 parameters what they are; a NumPy scalar would not.
        lr = float(layer.lrate[layer.e])
        moved = {}
        for name, p in layer.p.items():
            g = layer.g.get(f'd{name}')
            if g is None or g.shape != p.shape:
                raise ShapeError(
                    f"{layer.name}.g['d{name}']", f'a gradient of shape {p.shape}, as {name} has',
                    'none' if g is None else f'{g.shape}',
                    'It is for compute_gradients to put it there, after backward.',
                )  # fmt: skip
            moments = layer.moments.setdefault(name, {'t': 0})
            moments['t'] += 1
            if self.weight_decay and not self.decoupled_decay:
                g = g + self.weight_decay * p
            stepped = self.step(p, g, lr, moments)
            if getattr(stepped, 'shape', None) != p.shape:
                raise ShapeError(
                    f'{type(self).__name__}.step', f'{name} of shape {p.shape} to be returned',
                    describe(stepped), 'Return the new value of the parameter.',
                )  # fmt: skip
            moved[name] = stepped
        layer.p = moved

    def clip(self, layers: Iterable[HasParameters]) -> None:
        """Clip the gradients of a whole network, by value and by joint norm, where asked for."""
        trained = list(trained_layers(layers))
        if self.clip_value is not None:
            clip_by_value(trained, self.clip_value)
        if self.clip_norm is not None:
            clip_by_norm(trained, self.clip_norm)

    def __repr__(self) -> str:
        given = {name: value for name, value in vars(self).items() if value not in (None, 0)}
        return f'{type(self).__name__}({", ".join(f"{n}={v!r}" for n, v in given.items())})'


def trained_layers(layers: Iterable[HasParameters]) -> Iterator[HasParameters]:
    """Yield the trainable layers; in place of those made of layers, the trainable ones inside."""
    for layer in layers:
        if layer.trainable:
            if layer.children():
                yield from trained_layers(layer.children())
            else:
                yield layer
