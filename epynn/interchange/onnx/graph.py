"""A graph of ONNX while it is written: nodes, constants, and where the channels are."""

from typing import Any, NamedTuple

import numpy as np

from epynn.commons.models import Layer
from epynn.interchange.extras import onnx
from epynn.kernels.arrays import ndarray


class Value(NamedTuple):
    """An array that passes through a graph."""

    name: str
    shape: tuple[int, ...]
    """Its axes as epynn has them, channels last, of a single sample."""
    first: bool = False
    """Whether the channels come right after the samples in the graph, as ONNX has images."""


class Graph:
    """Nodes and constants, in the order in which they compute.

    Arrays are named by layer and symbol, ``2.Dense.Z``, so that the graph reads as the layers do.

    Attributes
    ----------
    dtype : numpy.dtype
        Data type of all that is no whole number.
    place : str
        Number and name of the layer that is being written, ``2.Dense``.
    """

    def __init__(self, dtype: Any) -> None:
        self.dtype: np.dtype[Any] = np.dtype(dtype)
        self.nodes: list[Any] = []
        self.constants: dict[str, ndarray] = {}
        self.place = ''

    def node(
        self,
        op: str,
        inputs: list[str],
        symbol: str,
        doc: str = '',
        count: int = 1,
        **settings: Any,
    ) -> str:
        """Add a node, and return the name of its output number `count`, the last one.

        The outputs before it are left out; where the name is taken, it gets a tick.
        """
        name = f'{self.place}.{symbol}'
        while name in self.constants or any(name in node.output for node in self.nodes):
            name += "'"
        outputs = [''] * (count - 1) + [name]
        doc = f'{self.place}: {doc}' if doc else self.place
        self.nodes.append(
            onnx().helper.make_node(op, inputs, outputs, name, doc_string=doc, **settings)
        )
        return name

    def constant(self, symbol: str, array: Any) -> str:
        """Add a constant, and return its name: whole numbers as they are, others in one dtype."""
        name = f'{self.place}.{symbol}'
        array = np.asarray(array)
        whole = array.dtype.kind in 'iu'
        self.constants[name] = np.ascontiguousarray(array, np.int64 if whole else self.dtype)
        return name

    def parameter(self, layer: Layer, symbol: str, *axes: int) -> str:
        """Add a parameter or a statistic of a layer, its axes in another order if any are named."""
        array = layer.p[symbol] if symbol in layer.p else layer.s[symbol]
        return self.constant(symbol, array.transpose(axes) if axes else array)

    def channels_first(self, X: Value) -> Value:
        """Return an array, channels right after the samples: ``(m, ..., d) -> (m, d, ...)``."""
        if X.first or len(X.shape) < 3:
            return X
        last = len(X.shape) - 1
        return Value(self.transposed(X.name, [0, last, *range(1, last)], 'first'), X.shape, True)

    def channels_last(self, X: Value) -> Value:
        """Return an array as epynn has it: ``(m, d, ...) -> (m, ..., d)``."""
        if not X.first:
            return X
        return Value(self.transposed(X.name, [0, *range(2, len(X.shape)), 1], 'last'), X.shape)

    def transposed(self, name: str, axes: list[int], way: str) -> str:
        """Return an array with its axes in another order; one that had it before is that one.

        `way` says in a word what stands where: the name of the array is followed by it.
        """
        for node in self.nodes:
            before = list(node.attribute[0].ints) if node.op_type == 'Transpose' else []
            if before and node.output[0] == name and [before[i] for i in axes] == sorted(axes):
                return str(node.input[0])
            if before == axes and node.input[0] == name:
                return str(node.output[0])
        place, self.place = self.place, name
        name = self.node('Transpose', [name], way, perm=axes)
        self.place = place
        return name
