"""What a layer holds: dimensions, parameters, gradients, caches and their shapes."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeAlias

import numpy as np

from epynn.commons.arguments import describe, write_call
from epynn.commons.errors import ArgumentTypeError, StateError
from epynn.commons.foreign import LAYER
from epynn.commons.optimize import SGD, Optimizer
from epynn.commons.penalties import Penalty, check_penalty
from epynn.commons.ranks import ALONE
from epynn.commons.roles import Roles
from epynn.kernels.arrays import ndarray

HyperParameters: TypeAlias = Mapping[str, Any]
"""Entries of :mod:`epynn.settings` for one layer."""


class Shapes(dict[str, tuple[int, ...]]):
    """Shapes of the arrays in a forward cache, by symbol.

    Those of parameters are in `ps`; old scripts ask for them here: ``fs['W']`` is ``ps['W']``.
    """

    def __init__(self, ps: dict[str, tuple[int, ...]]) -> None:
        super().__init__()
        self.ps = ps

    def __missing__(self, key: str) -> tuple[int, ...]:
        return self.ps[key]


class Cache(dict[str, Any]):
    """A dictionary of arrays that notes in `shapes` the shape of each array it is given.

    Parameters
    ----------
    shapes : dict
        Where to note the shapes.
    where : str
        Whose cache it is, for the error of a key that is missing: ``'Dense.bc'``.
    """

    def __init__(self, shapes: dict[str, tuple[int, ...]], where: str) -> None:
        super().__init__()
        self.shapes, self.where = shapes, where

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        self.shapes[key] = np.shape(value)

    def __missing__(self, key: str) -> Any:
        raise StateError(
            f'{self.where}[{key!r}]', 'an array that the pass before computed', 'none',
            'Call forward first, then backward, then compute_gradients.',
        )  # fmt: skip

    def __reduce__(self) -> Any:
        """Rebuild with `shapes` first, so that layers can be copied and sent to other processes."""
        return type(self), (self.shapes, self.where), None, None, iter(self.items())


class State(Roles):
    """What every layer holds, by the names of the house; :class:`Layer` describes it."""

    elsewhere = LAYER

    arguments: dict[str, Any]
    """Arguments of the constructor by name, from which an equal layer can be made."""

    check_axes: ClassVar[Callable[..., None]]
    children: ClassVar[Callable[..., list[Any]]]
    weights: ClassVar[Callable[..., list[str]]]
    has_passes_of: ClassVar[Callable[..., bool]]

    def note_arguments(self, arguments: dict[str, Any]) -> None:
        """Keep the arguments of the constructor for saving."""
        self.arguments = arguments

    def __init__(
        self, se_hPars: HyperParameters | None = None, penalty: Penalty | None = None
    ) -> None:
        self.check_pieces()
        self.name = type(self).__name__
        self.d: dict[str, int] = {}
        self.p: dict[str, ndarray] = {}
        self.g: dict[str, ndarray] = {}
        self.s: dict[str, ndarray] = {}
        self.ps: dict[str, tuple[int, ...]] = {}
        self.fs = Shapes(self.ps)
        self.bs = Shapes({})
        self.fc = Cache(self.fs, f'{self.name}.fc')
        self.bc = Cache(self.bs, f'{self.name}.bc')
        self.o: dict[str, Any] = {}
        self.activation: dict[str, str] = {}
        if not isinstance(se_hPars, Mapping | None):
            raise ArgumentTypeError(
                f'{self.name}.se_hPars', 'a dict of hyper-parameters', describe(se_hPars),
                'See epynn.settings for the names.',
            )  # fmt: skip
        self.se_hPars = se_hPars
        self.input_gradient = True
        self.training = True
        self.trainable = self.draws_parameters()
        self.np_rng = np.random.default_rng()
        self.penalty = check_penalty(penalty, f'{self.name}.penalty')
        self.optimizer: Optimizer = SGD()
        self.moments: dict[str, dict[str, Any]] = {}
        self.lrate: list[float] = [(se_hPars or {}).get('learning_rate', 0.1)]
        self.e = 0
        self.dtype: np.dtype[Any] | None = None
        self.owner: Any = None
        self.output_dZ: ndarray | None = None
        self.mask: ndarray | None = None
        self.carries = False
        self.ranks = ALONE
        self.carried: dict[str, ndarray] = {}

    def __repr__(self) -> str:
        return write_call(type(self), self.arguments)

    def update_shapes(self, cache: Mapping[str, Any], shapes: dict[str, tuple[int, ...]]) -> None:
        """Note the shape of every array of `cache` in `shapes`."""
        shapes.update({name: np.shape(value) for name, value in cache.items()})

    def count_parameters(self) -> int:
        """Return the number of parameters, 0 before they are drawn."""
        return sum(parameter.size for parameter in self.p.values())
