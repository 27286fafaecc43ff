"""What a layer holds: dimensions, parameters, gradients, caches and their shapes."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np

from epynn.commons.arguments import describe, write_call
from epynn.commons.axes import layer_check_axes
from epynn.commons.cache import Cache, Shapes
from epynn.commons.errors import ArgumentTypeError
from epynn.commons.foreign import LAYER
from epynn.commons.optimize import SGD, Optimizer
from epynn.commons.penalties import Penalty, check_penalty
from epynn.commons.roles import Roles
from epynn.kernels.arrays import ndarray


class State(Roles):
    """What every layer holds, by the names of the house; :class:`Layer` describes it."""

    elsewhere = LAYER

    arguments: dict[str, Any]
    """Arguments of the constructor by name, from which an equal layer can be made."""

    check_axes = layer_check_axes
    weights: ClassVar[Callable[..., list[str]]]
    has_passes_of: ClassVar[Callable[..., bool]]

    def note_arguments(self, arguments: dict[str, Any]) -> None:
        """Keep the arguments of the constructor for saving."""
        self.arguments = arguments

    def __init__(
        self, se_hPars: Mapping[str, Any] | None = None, penalty: Penalty | None = None
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

    def __repr__(self) -> str:
        return write_call(type(self), self.arguments)

    def update_shapes(self, cache: Mapping[str, Any], shapes: dict[str, tuple[int, ...]]) -> None:
        """Note the shape of every array of `cache` in `shapes`."""
        shapes.update({name: np.shape(value) for name, value in cache.items()})

    def count_parameters(self) -> int:
        """Return the number of parameters, 0 before they are drawn."""
        return sum(parameter.size for parameter in self.p.values())
