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
    any_steps : bool
        Whether sequences may have any number of steps, or only that of the samples here.
    lengths, mask : str
        Names of the lengths of sequences ``(m,)`` and of their mask ``(m, s)``, if there are.
    """

    def __init__(self, dtype: Any, any_steps: bool = False) -> None:
        self.dtype: np.dtype[Any] = np.dtype(dtype)
        self.any_steps = any_steps
        self.nodes: list[Any] = []
        self.constants: dict[str, ndarray] = {}
        self.names: set[str] = set()
        self.place, self.lengths, self.mask = '', 'lengths', ''

    @property
    def kind(self) -> int:
        """The data type by its number in ONNX."""
        return int(onnx().helper.np_dtype_to_tensor_dtype(self.dtype))

    def inside(self) -> 'Graph':
        """Return a graph for the inside of a node, which reads the constants of this one."""
        graph = Graph(self.dtype)
        graph.constants, graph.names, graph.place = self.constants, self.names, self.place
        return graph

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

        The outputs before it are left out.
        """
        name = self.new_name(symbol)
        self.add(op, inputs, [''] * (count - 1) + [name], name, doc, **settings)
        return name

    def add(
        self, op: str, inputs: list[str], outputs: list[str], name: str, doc: str, **settings: Any
    ) -> None:
        """Add a node with any outputs."""
        doc = f'{self.place}: {doc}' if doc else self.place
        self.nodes.append(
            onnx().helper.make_node(op, inputs, outputs, name, doc_string=doc, **settings)
        )

    def new_name(self, symbol: str) -> str:
        """Return a name for an array of the layer; one that is taken gets a tick."""
        name = f'{self.place}.{symbol}'
        while name in self.names:
            name += "'"
        self.names.add(name)
        return name

    def constant(self, symbol: str, array: Any, dtype: Any = None) -> str:
        """Add a constant, and return its name; one that is there already is that one.

        Whole numbers and truths stay such, others get the data type of the graph, or `dtype`.
        """
        array = np.asarray(array)
        kept = {'i': np.int64, 'u': np.int64, 'b': np.bool_}.get(array.dtype.kind)
        array = np.array(array, kept or dtype or self.dtype, order='C')
        name = f'{self.place}.{symbol}'
        while name in self.constants:
            same = self.constants[name]
            if same.dtype == array.dtype and np.array_equal(same, array):
                return name
            name += "'"
        name = self.new_name(name.removeprefix(f'{self.place}.'))
        self.constants[name] = array
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
