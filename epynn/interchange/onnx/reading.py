"""A graph of ONNX while it is read: nodes in order, constants, and who reads what."""

import heapq
from collections import defaultdict
from typing import Any

import numpy as np

from epynn.commons.errors import ModelFileError
from epynn.interchange.onnx.folding import can_fold, fold_filled, fold_node, read_constant
from epynn.interchange.onnx.loading import Tensors, refuse
from epynn.interchange.onnx.node import Node
from epynn.kernels.arrays import ndarray

SAMPLES = 2**40
"""Stands for the number of samples in shapes that a graph computes: no axis is as long."""
MOVES = ('Cast', 'Expand', 'Identity', 'Reshape', 'Slice', 'Squeeze', 'Transpose', 'Unsqueeze')
"""Operators that leave an array filled with one number such."""
FILLERS = ('ConstantOfShape', 'Expand')
ONE = np.ones(1, np.int64)
FOLDED = 1_000_000
"""Numbers that folded constants may have besides twice those of the file."""


class ReadGraph:
    """Nodes and constants of a file.

    Attributes
    ----------
    nodes : list of Node
        In an order in which they compute.
    users, producers : dict
        Nodes that read an array, and the one that gives it, by the name of the array.
    fills : dict
        The number that fills an array whose samples are as many as those of the input.
    outputs : set of str
        What the file gives out.
    float32 : bool
        Whether numbers are of float32, as settings of nodes are.
    samples : int or None
        The number of samples, where the file fixes it.
    """

    def __init__(self, file: Any, tensors: Tensors) -> None:
        graph, self.where, self.tensors = file.graph, tensors.where, tensors
        self.opset = max((entry.version for entry in file.opset_import if not entry.domain),
                         default=1)  # fmt: skip
        if graph.sparse_initializer:
            raise refuse(self.where, 'dense tensors', 'sparse ones', 'Export without.')
        self.initializers = self.by_name(graph.initializer)
        self.constants: dict[str, ndarray] = {}
        self.fills: dict[str, float] = {}
        self.outputs = {value.name for value in graph.output}
        self.folded = 0
        given = [value for value in graph.input if value.name not in self.initializers]
        made = [as_node(node) for node in graph.node]
        self.producers: dict[str, Node] = {}
        for node in made:
            for name in filter(None, node.outputs):
                if name in self.producers or name in self.initializers:
                    raise node.refuse('a name of its own for each array', name, 'Rename one.')
                self.producers[name] = node
        self.nodes = self.in_order(made, {value.name for value in given})
        self.users: dict[str, list[Node]] = defaultdict(list)
        for node in self.nodes:
            for name in dict.fromkeys(node.inputs):
                self.users[name].append(node)
        self.float32 = True
        self.samples: int | None = None
        for node in self.nodes:
            self.fold(node)

    def by_name(self, entries: Any) -> dict[str, Any]:
        """Return entries by their names, if each has one of its own."""
        found = {entry.name: entry for entry in entries}
        if len(found) < len(entries):
            raise refuse(self.where, 'a name of its own for each tensor', 'one twice')
        return found

    def in_order(self, nodes: list[Node], given: set[str]) -> list[Node]:
        """Return nodes in an order in which they compute, those of the file where they may."""
        waiting, left, ready = defaultdict(list), {}, []
        for number, node in enumerate(nodes):
            needed = {name for name in node.inputs if name in self.producers}
            for name in node.inputs:
                if name and not (name in self.producers or name in given
                                 or name in self.initializers):  # fmt: skip
                    raise node.refuse('inputs that are there', f'{name!r}', 'Find a copy.')
            left[number] = len(needed)
            for name in needed:
                waiting[name].append(number)
            if not needed:
                ready.append(number)
        ordered: list[Node] = []
        while ready:
            node = nodes[heapq.heappop(ready)]
            node.number_in_order = len(ordered)
            ordered.append(node)
            for name in node.outputs:
                for number in waiting.pop(name, ()):
                    left[number] -= 1
                    if not left[number]:
                        heapq.heappush(ready, number)
        if len(ordered) < len(nodes):
            stuck = next(nodes[number] for number, count in left.items() if count)
            raise stuck.refuse('a graph without circles', 'one that reads its output', 'Unroll it.')
        return ordered

    def fold(self, node: Node) -> bool:
        """Compute what a node makes of constants, if they are all it reads, and keep it."""
        if node.op == 'Constant':
            self.constants[node.outputs[0]] = read_constant(node, self.tensors)
            return True
        if self.fill(node):
            return True
        inputs = [self.constant(name) if name else None for name in node.inputs]
        known = all(array is not None or not name
                    for array, name in zip(inputs, node.inputs, strict=True))  # fmt: skip
        if not (known and inputs and can_fold(node)):
            return False
        try:
            array = fold_node(node, inputs, self.spend)
        except ModelFileError:
            raise
        except (ValueError, TypeError, ArithmeticError, LookupError) as error:
            raise node.refuse('constants that fit', str(error), 'Find a copy.') from error
        self.constants[node.outputs[0]] = array
        return True

    def fill(self, node: Node) -> bool:
        """Note what fills an array that has an axis of samples: states of 0, for example."""
        filled = self.fills.get(node.input(0))
        if filled is not None and node.op in MOVES:
            self.fills[node.outputs[0]] = filled
            return True
        shape = self.constants.get(node.inputs[-1]) if node.op in FILLERS else None
        if shape is None or shape.ndim != 1 or SAMPLES not in shape:
            return False
        filler = self.constant(node.inputs[0]) if node.op == 'Expand' else fold_filled(node, ONE)
        if filler is None or filler.size != 1:
            return False
        self.fills[node.outputs[0]] = float(filler.ravel()[0])
        return True

    def is_zero(self, name: str) -> bool:
        """Return whether an array holds nothing but 0."""
        array = self.constant(name)
        return self.fills.get(name) == 0 if array is None else not array.any()

    def spend(self, numbers: int) -> None:
        """Count the numbers of folded constants; refuse more than the file can account for."""
        self.folded += max(numbers, 0)
        if self.folded > FOLDED + 2 * self.tensors.numbers:
            raise refuse(
                self.where, 'constants that are in the file', 'many more that it would compute',
                'Fold the constants of the graph before, as by onnxslim or onnx-simplifier.',
            )  # fmt: skip

    def learn(self, node: Node, array: ndarray) -> None:
        """Take what a node gives for a constant, and fold all that follows from it."""
        self.constants[node.outputs[0]] = array
        after = list(self.users[node.outputs[0]])
        for follower in after:
            if not self.is_constant(follower.outputs[0]) and self.fold(follower):
                after += self.users[follower.outputs[0]]

    def is_constant(self, name: str) -> bool:
        """Return whether an array is a constant."""
        return name in self.constants or name in self.initializers or name in self.fills

    def constant(self, name: str) -> ndarray | None:
        """Return a constant, or None for what depends on the input."""
        if name in self.initializers and name not in self.constants:
            self.constants[name] = self.tensors.read(self.initializers[name])
        return self.constants.get(name)

    def needed(self, node: Node, i: int, what: str) -> ndarray:
        """Return an input of a node that has to be a constant: in floats of float64."""
        array = self.constant(node.input(i)) if node.input(i) else None
        if array is None:
            raise node.refuse(
                f'{what} as a constant', 'none' if not node.input(i) else 'one that is computed',
                'Only weights that the file holds can become parameters.',
            )  # fmt: skip
        return array.astype(np.float64) if array.dtype.kind == 'f' else array

    def open_users(self, name: str) -> list[Node]:
        """Return the nodes that read an array and are no constants themselves."""
        return [
            node for node in self.users[name]
            if not all(self.is_constant(each) for each in node.outputs if each)
        ]  # fmt: skip

    def forget_unread(self, output: str) -> None:
        """Forget the nodes that an output does not depend on: nobody reads what they give."""
        alive = self.before(output)
        for name, users in self.users.items():
            self.users[name] = [node for node in users if node in alive]

    def before(self, name: str, start: str = '') -> set[Node]:
        """Return all nodes that an array depends on, as far back as another one."""
        found: set[Node] = set()
        names = [name]
        while names:
            each = names.pop()
            node = self.producers.get(each)
            if each != start and node is not None and node not in found:
                found.add(node)
                names += [name for name in node.inputs if not self.is_constant(name)]
        return found


def as_node(node: Any) -> Node:
    """Return a node of the protocol as one that is read."""
    outputs = list(node.output)
    found = Node(
        node.op_type, node.name or next(filter(None, outputs), ''), list(node.input), outputs,
        {attribute.name: attribute for attribute in node.attribute},
    )  # fmt: skip
    if not any(outputs) or len(found.settings) < len(node.attribute):
        raise found.refuse('an output, and each attribute once', f'{outputs}', 'Find a copy.')
    if node.domain not in ('', 'ai.onnx', 'ai.onnx.ml'):
        found.op = f'{node.domain}.{node.op_type}'
    return found
