"""Attention, found by trying: weights are where they are in the graph, the rest is computed.

Exporters write heads, masks and rotary positions in many ways. Here all nodes up to the last
product are computed for a few sequences, and compared with what a layer Attention makes of them.
"""

from itertools import product
from typing import Any, NamedTuple

import numpy as np

from epynn.attention.models import Attention
from epynn.commons.errors import EpynnError, ModelFileError
from epynn.interchange.onnx.chain import ONE, Chain
from epynn.interchange.onnx.folding import can_fold, fold_node
from epynn.interchange.onnx.node import Node
from epynn.interchange.onnx.reading import SAMPLES, ReadGraph
from epynn.interchange.onnx.recognizing import CLOSE
from epynn.kernels.arrays import ndarray

MOST = 120
"""Nodes that attention may be made of."""
BUDGET = 50_000_000
"""Numbers that all of them may compute."""
PRODUCTS = ('MatMul', 'Gemm')


class Linear(NamedTuple):
    """A product with weights in the graph, and the bias behind it."""

    node: Node
    W: ndarray
    b: ndarray | None


def read_attention(chain: Chain) -> bool:
    """Read queries, keys and values, what they make of each other, and the last product."""
    linear = find_products(chain) if len(chain.axes) == 3 and chain.rows is None else None
    if linear is None:
        return False
    if ONE in chain.axes:
        chain.fill()
    if chain.axes not in ((0, 1, 2), (1, 0, 2)):
        return False
    if not chain.graph.before(linear[-1].node.outputs[0], chain.at).issuperset(chain.users()):
        return False  # who else reads the input goes around attention
    m = chain.graph.samples or 2
    if m > MOST:
        return False
    X = np.random.default_rng(0).standard_normal((m, *chain.shape))
    given = X.transpose(chain.axes)
    ends = ends_of(chain, linear[-1].node)
    arrays = Trial(chain, given, ends[-1]).arrays
    for end, layer in product(ends[::-1], guesses(chain, linear, arrays)):
        A = arrays.get(end.outputs[0], X[:0])
        if A.shape == given.shape and computes(layer, X, A.transpose(np.argsort(chain.axes))):
            chain.add(end, layer)
            chain.goes_on(end)
            return True
    return False


def ends_of(chain: Chain, out: Node) -> list[Node]:
    """Return the last product, and what may belong to it: a bias, steps back in their place."""
    graph, ends = chain.graph, [out]
    for _ in range(3):
        after = [each for each in graph.open_users(ends[-1].outputs[0]) if each.op != 'Shape']
        other = [name for name in after[0].inputs if not graph.is_constant(name)] if after else []
        if len(after) != 1 or after[0].op not in ('Add', 'Reshape'):
            break
        if after[0].op == 'Add' and len(other) > 1:
            break
        ends.append(after[0])
    return ends


def find_products(chain: Chain) -> tuple[Linear, ...] | None:
    """Return the products that make queries, keys, values and the output; None for no attention."""
    graph = chain.graph
    nodes = sorted(ahead(chain), key=lambda node: node.number_in_order)
    softmax = next((node for node in nodes if node.op == 'Softmax'), None)
    if softmax is None:
        return None
    scores = nearest(graph, softmax.input(0), {chain.at})
    mixed = next(
        (node for node in nodes if is_mixed(graph, node) and node is not scores
         and softmax in graph.before(node.input(0), chain.at)), None
    )  # fmt: skip
    if scores is None or mixed is None:
        return None
    sources = [linear_before(chain, name) for name in (*scores.inputs, mixed.input(1))]
    out = next(
        (node for node in nodes if node.op in PRODUCTS and not is_mixed(graph, node)
         and mixed in graph.before(node.input(0), chain.at)), None
    )  # fmt: skip
    found = [*sources, None if out is None else as_linear(graph, out)]
    if any(each is None for each in found):
        return None
    return tuple(each for each in found if each is not None)


def ahead(chain: Chain) -> set[Node]:
    """Return the nodes that depend on the array, not too many of them."""
    found: set[Node] = set()
    names = [chain.at]
    while names and len(found) < MOST:
        for node in chain.graph.open_users(names.pop(0)):
            if node not in found and (chain.allowed is None or node in chain.allowed):
                found.add(node)
                names += [name for name in node.outputs if name]
    return found


def is_mixed(graph: ReadGraph, node: Node) -> bool:
    """Return whether a node multiplies two arrays, neither of them a constant."""
    return node.op == 'MatMul' and not any(graph.is_constant(name) for name in node.inputs)


def nearest(graph: ReadGraph, name: str, stop: set[str]) -> Node | None:
    """Return the product of two arrays that one comes from, the nearest before it."""
    names, seen = [name], set(stop)
    while names:
        each = names.pop(0)
        node = graph.producers.get(each)
        if each in seen or node is None:
            continue
        seen.add(each)
        if is_mixed(graph, node):
            return node
        names += [before for before in node.inputs if before and not graph.is_constant(before)]
    return None


def linear_before(chain: Chain, name: str) -> Linear | None:
    """Return the product of the input with weights that an array is made of."""
    graph = chain.graph
    found = [
        node for node in graph.before(name, chain.at)
        if node.op in PRODUCTS and node.input(0) == chain.at
    ]  # fmt: skip
    return as_linear(graph, found[0]) if len(found) == 1 else None


def as_linear(graph: ReadGraph, node: Node) -> Linear | None:
    """Return a node with its weights, and the bias that is added behind it."""
    W = graph.constant(node.input(1))
    if W is None or W.ndim != 2 or W.dtype.kind != 'f':
        return None
    W = W.T if node.op == 'Gemm' and node.whole('transB', 0) else W
    after = graph.open_users(node.outputs[0])
    b = graph.constant(node.input(2)) if node.input(2) else None
    if b is None and len(after) == 1 and after[0].op == 'Add':
        b = graph.constant(after[0].input(int(after[0].input(0) == node.outputs[0])))
    if b is not None and (b.ndim != 1 or len(b) != W.shape[1]):
        b = None
    return Linear(node, W.astype(np.float64), None if b is None else b.astype(np.float64))


class Trial:
    """All arrays that nodes make of some input, up to the last one, or one that is not tried."""

    def __init__(self, chain: Chain, X: ndarray, last: Node) -> None:
        self.graph, self.left, self.m = chain.graph, BUDGET, chain.graph.samples or 2
        self.arrays = {chain.at: X}
        region = chain.graph.before(last.outputs[0], chain.at)
        for node in sorted(region, key=lambda node: node.number_in_order):
            inputs = [self.array(name) if name else None for name in node.inputs]
            try:
                outputs = self.compute(node, inputs)
            except (ModelFileError, ValueError, TypeError, LookupError, ArithmeticError):
                break
            self.arrays |= dict(zip(node.outputs, outputs, strict=False))

    def array(self, name: str) -> ndarray | None:
        """Return an array; in shapes the number of samples is that of the trial."""
        if name in self.arrays:
            return self.arrays[name]
        array = self.graph.constant(name)
        if array is not None and array.dtype.kind == 'i':
            whole = (array > 0) & (array % SAMPLES == 0)
            array = np.where(whole, array // SAMPLES * self.m, array)
        return array

    def compute(self, node: Node, inputs: list[ndarray | None]) -> list[ndarray]:
        """Return what a node makes of its inputs."""
        given = [each for each in inputs if each is not None]
        if node.op == 'MatMul':
            a, b = given
            self.spend(a.size * b.shape[-1])
            return [a @ b]
        if node.op == 'Gemm':
            b = given[1].T if node.whole('transB', 0) else given[1]
            return [given[0] @ b + (given[2] if len(given) > 2 else 0)]
        if node.op == 'Softmax':
            P = np.exp(given[0] - given[0].max(node.whole('axis', -1), keepdims=True))
            return [P / P.sum(node.whole('axis', -1), keepdims=True)]
        if node.op == 'Split':
            ends = np.cumsum(given[1])[:-1] if len(given) > 1 else len(node.outputs)
            return list(np.split(given[0], ends, node.whole('axis', 0)))
        if not can_fold(node):
            raise node.refuse('a node of attention', node.op, 'Write it in others.')
        return [fold_node(node, inputs, self.spend)]

    def spend(self, numbers: int) -> None:
        """Count numbers; too many are no trial."""
        self.left -= numbers
        if self.left < 0:
            raise ValueError('attention that is too large to be tried')


def guesses(chain: Chain, linear: tuple[Linear, ...], arrays: dict[str, ndarray]) -> list[Any]:
    """Return layers that may compute the same, by the sizes of weights and scores."""
    weights, biases = [each.W for each in linear], [each.b for each in linear]
    if linear[0].node is linear[1].node is linear[2].node:  # side by side in one product
        b = biases[0]
        weights[:3] = np.split(weights[0], 3, 1)
        biases[:3] = [None] * 3 if b is None else np.split(b, 3)
    e, u = chain.shape[-1], weights[0].shape[1]
    p = {f'W{letter}': W for letter, W in zip('qkvo', weights, strict=True)}
    use_bias = any(b is not None for b in biases)
    if use_bias:
        for letter, W, b in zip('qkvo', weights, biases, strict=True):
            p[f'b{letter}'] = np.zeros(W.shape[1]) if b is None else b
    scores = nearest(chain.graph, linear[3].node.input(0), {chain.at})
    found = []
    for heads in heads_of(arrays, scores, chain.shape[0]):
        k = u // heads
        kv_heads = p['Wk'].shape[1] // k if k else 0
        if not kv_heads:
            continue
        for causal, rotary in product((False, True), repeat=2):
            try:
                layer = Attention(
                    heads, None if u == e else u, causal, 0.0,
                    None if kv_heads == heads else kv_heads, rotary, use_bias,
                )  # fmt: skip
            except EpynnError:
                continue
            layer.p = dict(p)
            found.append(layer)
    return found


def heads_of(arrays: dict[str, ndarray], mixed: Node | None, s: int) -> list[int]:
    """Return how many heads there may be: as many as scores have, to each step."""
    if mixed is None or mixed.input(0) not in arrays:
        return []
    P = arrays[mixed.input(0)]
    X = next(iter(arrays.values()))
    m = X.size // (s * X.shape[-1])
    return [P.size // (m * s * s)] if P.size % (m * s * s) == 0 and P.size else []


def computes(layer: Attention, X: ndarray, A: ndarray) -> bool:
    """Return whether a layer makes of `X` what nodes did."""
    try:
        B = layer.twin().forward(X)
    except EpynnError:
        return False
    return bool(np.abs(A - B).max() <= 10 * CLOSE * max(1.0, float(np.abs(A).max())))
