"""What the class of a layer says of it: nobody guesses from names, ranks or attributes."""

from collections.abc import Callable
from typing import Any, ClassVar

from epynn.commons.bound_activation import BoundActivation
from epynn.commons.errors import LayerError
from epynn.commons.names import NotCalled
from epynn.kernels.arrays import ndarray


def no_parameters(layer: 'Roles') -> None:
    """Do nothing: the layer has no parameters to draw and no gradients to compute."""


class Roles(NotCalled):
    """What a class of layers declares in its body: its pieces, and its part in a network."""

    compute_shapes: ClassVar[Callable[..., None]]
    initialize_parameters: ClassVar[Callable[..., None]] = no_parameters
    forward: ClassVar[Callable[..., ndarray]]
    backward: ClassVar[Callable[..., Any]]
    """Returns ``dX``; or None, if it likes, where `input_gradient` is False."""
    compute_gradients: ClassVar[Callable[..., None]] = no_parameters

    name: str

    activate: BoundActivation
    """The activation function, of a layer that has one."""

    initialization: Callable[..., ndarray]
    """Draws weights, ``f(shape, rng)``, in a layer that has some."""

    drop_prob: float = 0.0
    """With what probability the layer drops a number, in training."""

    input_axes: ClassVar[tuple[str, ...] | None] = None
    """Symbols of the axes that the layer expects, such as ``('m', 'n')``; None for any."""

    checks_numbers: ClassVar[bool] = False
    """Whether the layer looks at each number of its input, and refuses what is none, itself."""

    takes_tokens: ClassVar[bool] = False
    """Whether whole numbers are to reach the layer as they are, however large."""

    takes_any_scale: ClassVar[bool] = False
    """Whether the layer learns as well from numbers of hundreds as from numbers around 1."""

    weight_names: tuple[str, ...] | None = None
    """Names of the parameters that penalties are about. None: those of the table of symbols."""

    filter_axes: ClassVar[tuple[str, ...] | None] = None
    """Axes of ``W``, where it holds filters to look at: ``('fh', 'fw', 'd', 'u')`` in any order."""

    clip_gradients: bool = False
    """Whether `compute_gradients` limits the norm of the gradients."""

    activation_is_last: ClassVar[bool] = False
    """Whether the layer ends with ``A = activate(Z)`` and goes back by `activation_gradient`."""

    moves_only: ClassVar[bool] = False
    """Whether the output has the numbers of the input, in other places."""

    honours_mask: ClassVar[bool] = False
    """Whether steps that the `mask` of the layer leaves out change nothing of the others."""

    steps_in_turn: ClassVar[bool] = False
    """Whether sequences may come step by step, with `carries`, if those of layers inside may."""

    attends: ClassVar[bool] = False
    """Whether ``fc['P'] (m, heads, s, s)`` says how much each step takes of each."""

    holds_data: ClassVar[bool] = False
    """Whether the layer is the first of a network and a :class:`DataSource`, as an Embedding."""

    @classmethod
    def draws_parameters(cls) -> bool:
        """Return whether this is a layer with parameters."""
        return cls.initialize_parameters is not no_parameters

    @classmethod
    def check_pieces(cls) -> None:
        """Refuse a class that lacks a piece, or has one half of a pair."""
        pieces = ('compute_shapes', 'forward', 'backward')
        missing = [piece for piece in pieces if not callable(getattr(cls, piece, None))]
        if cls.draws_parameters() and cls.compute_gradients is no_parameters:
            missing.append('compute_gradients')
        if missing:
            raise LayerError(
                cls.__name__,
                'a layer with compute_shapes, forward and backward, and with compute_gradients '
                'where it has parameters',
                f'a class without {", ".join(missing)}',
                f'Bind each in the class body: {missing[0]} = my_{missing[0]}.',
            )
