"""The caches of layers: what a pass computed, by its symbol."""

from typing import Any

import numpy as np

from epynn.commons.errors import StateError


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
