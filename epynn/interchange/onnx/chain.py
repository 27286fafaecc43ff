"""Layers while a graph is read, and how its arrays lie to those of the layers.

ONNX has the channels of images behind the samples, ``(m, d, h, w)``; here they are last. No array
moves: a chain knows which axis of the graph is which of ours, and parameters are turned.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

import numpy as np

from epynn.commons.errors import EpynnError, ModelFileError
from epynn.commons.models import Layer
from epynn.files.rehearsal import rehearse_twin
from epynn.interchange.onnx.node import Node
from epynn.interchange.onnx.reading import SAMPLES, ReadGraph
from epynn.interchange.onnx.turning import turn_images
from epynn.kernels.arrays import ndarray
from epynn.reshape.models import Reshape
from epynn.timedistributed.models import TimeDistributed

MOST_CHANNELS = 1_000_000
"""Channels for which parameters are made up that a file does not hold."""
MOST_FEATURES = 10_000_000
"""Numbers of a sample that may lie in another order than in the graph."""


MOST_AXES = 8
ONE = -1
"""An axis of size 1 that the graph has and the layers do not."""


class OtherLayout(ModelFileError):
    """A node needs channels behind the samples where they are last: the input may be so, too."""


@dataclass
class Chain:
    """Layers in turn, and the array of the graph that the last of them gives.

    Attributes
    ----------
    graph : ReadGraph
        What is read.
    at : str
        The name of the array.
    shape : tuple of int
        Its axes as the layers have them, of one sample.
    axes : tuple of int
        Of each axis in the graph, which one it is of the layers, ``(0, 3, 1, 2)`` for images whose
        channels come first; 0 is that of the samples, ONE for one of size 1 that the layers lack.
    rows : array or None
        Of each number along the last axis, by its place in the graph, its place in the layers.
    layers : list of Layer
        With their parameters.
    allowed : set of Node or None
        The nodes that may be read, all for None.
    pads : dict
        What a node ``Pad`` put before and after an axis of the layers: windows that follow take it.
    part : (int, int) or None
        Which part of the last axis a branch reads.
    inside : int
        How many branches this one is in.
    steps : int
        Of how many steps each sample is one, where those of a sequence are samples here; else 0.
    first : tuple of int
        The shape of a sample of the input of the network.
    """

    graph: ReadGraph
    at: str
    shape: tuple[int, ...]
    axes: tuple[int, ...]
    rows: ndarray | None = None
    layers: list[Layer] = field(default_factory=list)
    allowed: set[Node] | None = None
    pads: dict[int, tuple[int, int]] = field(default_factory=dict)
    part: tuple[int, int] | None = None
    inside: int = 0
    steps: int = 0
    first: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self.first = self.first or self.shape

    def branch(self, allowed: set[Node] | None) -> 'Chain':
        """Return a chain that goes on from here, by some of the nodes."""
        return replace(
            self, layers=[], allowed=allowed, part=None, pads={}, inside=self.inside + 1, steps=0
        )

    def users(self) -> list[Node]:
        """Return the nodes that read the array."""
        found = self.graph.open_users(self.at)
        return [node for node in found if self.allowed is None or node in self.allowed]

    def tell_shapes(self) -> None:
        """Tell the nodes that ask for it the shape of the array, and all that follows from that."""
        for node in self.users():
            if node.op == 'Shape':
                start, sizes = node.whole('start', 0), self.sizes
                shape = sizes[start : node.whole('end', len(sizes))]
                self.graph.learn(node, np.array(shape, np.int64))

    @property
    def sizes(self) -> tuple[int, ...]:
        """The shape of the array in the graph; samples as :data:`SAMPLES`."""
        padded = (n + sum(self.pads.get(i, ())) for i, n in enumerate(self.shape, 1))
        sizes = (SAMPLES, *padded)
        return tuple(1 if axis == ONE else sizes[axis] for axis in self.axes)

    @property
    def natural(self) -> bool:
        """Whether the axes are those of the layers, in their order."""
        return self.axes == tuple(range(len(self.shape) + 1)) and self.rows is None

    @property
    def channels(self) -> int:
        """The axis of the graph that is the last one of the layers."""
        return self.axes.index(len(self.shape))

    def add(
        self,
        node: Node,
        layer: Layer,
        p: dict[str, ndarray] | None = None,
        s: dict[str, ndarray] | None = None,
    ) -> None:
        """Go through one more layer, with these parameters and statistics."""
        layer.p, layer.s = layer.p if p is None else p, layer.s if s is None else s
        twin = layer.twin()
        twin.dtype = twin.dtype or np.dtype(np.float64)
        self.shape = checked(node, rehearse_twin, twin, self.shape)
        self.layers.append(layer)

    def goes_on(self, node: Node, axes: Sequence[int] | None = None) -> None:
        """Go on with the first output of a node; `axes` where they are others, in their order."""
        self.at = node.outputs[0]
        if axes is not None:
            self.axes = tuple(axes[:MOST_AXES])
            if len(axes) > MOST_AXES:
                raise node.refuse(f'at most {MOST_AXES} axes', f'{len(axes)}', 'Drop those of 1.')

    def starts_anew(self, node: Node) -> None:
        """Go on with an array whose axes are those of the layers."""
        self.rows = None
        self.goes_on(node, range(len(self.shape) + 1))

    def last(self) -> Layer | None:
        """Return the last layer: of one for each step, the last one inside."""
        layer = self.layers[-1] if self.layers else None
        while isinstance(layer, TimeDistributed):
            layer = layer.layers[-1]
        return layer

    def change_last(self, node: Node, arrays: dict[str, ndarray] | None = None,
                    **arguments: Any) -> None:  # fmt: skip
        """Put one of other arguments and parameters in the place of the last layer."""

        def changed(layer: Layer) -> Layer:
            if isinstance(layer, TimeDistributed):
                return TimeDistributed([*layer.layers[:-1], changed(layer.layers[-1])])
            new: Layer = checked(node, type(layer), **{**layer.arguments, **arguments})
            new.p, new.s = {**layer.p, **(arrays or {})}, layer.s
            new.trainable = layer.trainable
            return new

        self.layers[-1] = changed(self.layers[-1])

    def channels_first(self, node: Node, spatial: int | None = None) -> None:
        """Require the channels behind the samples, and so many axes behind these, if said."""
        rank = len(self.axes)
        if ONE in self.axes[1:]:  # (m, d, 1, 1) of a global pooling, or (m, 1, h, w)
            order = (*range(2, rank), 1)
            known = [self.axes[i] for i in order if self.axes[i] != ONE]
            last = self.rows is None or known[-1:] == [len(self.shape)]
            if known == sorted(known) and last:
                self.add(node, Reshape(tuple(self.sizes[i] for i in order)))
                self.axes = (0, rank - 1, *range(1, rank - 1))
        self.fill()
        if spatial is not None and rank != spatial + 2:
            raise node.refuse(
                f'an input of {spatial + 2} axes', f'{rank}', 'Images have height and width, '
                'signals have steps: there are layers for these alone.',
            )  # fmt: skip
        if self.natural and rank > 2 and turn_images(self.layers, self.shape):
            self.shape = (*self.shape[1:], self.shape[0])
            self.axes = (0, rank - 1, *range(1, rank - 1))
        if self.axes != (0, rank - 1, *range(1, rank - 1)):
            raise OtherLayout(
                node.where, 'channels behind the samples, (m, d, ...)',
                f'axes {self.axes} of (m, ..., d)',
                'Only axes of the input, and of layers of windows, can be told apart.',
            )  # fmt: skip

    def end(self, output: str) -> None:
        """Require what the graph gives out to be what the last layer does, channels last."""
        if ONE in self.axes:
            self.fill()
        last = len(self.axes) - 1
        first = (0, last, *range(1, last))
        if self.rows is not None or self.axes not in (tuple(range(last + 1)), first):
            raise self.graph.producers[output].refuse(
                'an output whose numbers are in the order of the layers', f'axes {self.axes}',
                'Leave out the last Flatten or Transpose, or put a Dense behind it.',
            )  # fmt: skip

    def fill(self, node: Node | None = None) -> None:
        """Give the layers the axes of size 1 that the graph alone has."""
        if ONE not in self.axes:
            return
        known = [axis for axis in self.axes if axis != ONE]
        node = node or self.graph.producers[self.at]
        if known != list(range(len(known))) or self.rows is not None:
            raise node.refuse('axes in the order of the layers', f'{self.axes}', 'Drop those of 1.')
        self.add(node, Reshape(self.sizes[1:]))
        self.axes = tuple(range(len(self.axes)))

    def turn(self, array: ndarray, axis: int = 0) -> ndarray:
        """Return an array along whose axis the numbers are as in the graph, as in the layers."""
        if self.rows is None:
            return array
        turned = np.empty_like(array)
        turned[(slice(None),) * axis + (self.rows,)] = array
        return turned

    def along_channels(self, array: ndarray) -> ndarray | None:
        """Return a constant of the graph as one for each channel ``(d,)``; None where it is not."""
        d, rank = self.shape[-1], len(self.axes)
        if array.size == 1 and array.ndim <= rank:
            return np.full(d, array.ravel()[0]) if d <= MOST_CHANNELS else None
        shape = (1,) * (rank - array.ndim) + array.shape
        if len(shape) > rank or array.size != d or shape[self.channels] != d:
            return None
        return self.turn(array.ravel())

    def flat_order(self, node: Node) -> ndarray | None:
        """Return where each number of a flattened sample, by its place in the graph, is in ours."""
        if self.natural:
            return None
        if prod(self.shape) > MOST_FEATURES:
            words = f'{prod(self.shape)}'
            raise node.refuse(f'at most {MOST_FEATURES} features a sample', words, 'Take fewer.')
        order = np.arange(prod(self.shape)).reshape(1, *self.shape)
        if self.rows is not None:
            order = order[..., self.rows]
        order = order.transpose([axis for axis in self.axes if axis != ONE]).ravel()
        return None if np.array_equal(order, np.arange(len(order))) else order


def checked(node: Node, make: Callable[..., Any], *args: Any, **settings: Any) -> Any:
    """Return what a constructor or a pass returns; its errors tell the node."""
    try:
        return make(*args, **settings)
    except ModelFileError:
        raise
    except EpynnError as error:
        raise ModelFileError(
            f'{node.where}, {error.where}', error.expected, error.got, error.remedy
        ) from error
    except (ValueError, TypeError, ArithmeticError, LookupError, MemoryError) as error:
        words = f'{type(error).__name__}: {str(error)[:200]}'
        raise node.refuse('sizes that fit each other', words, 'Find a copy.') from error
