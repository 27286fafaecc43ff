"""Which function nodes compute together, found by trying: their form is of no account.

Exporters write the same function in many ways, SiLU as ``x * Sigmoid(x)`` or in one node, a
normalization in five steps or in nine. Nodes from one array to the next single one are computed at
some points here, and compared with what layers of epynn would make of them.
"""

import heapq
from collections.abc import Iterator
from typing import Any

import numpy as np

from epynn.activation.models import Activation
from epynn.commons.maths import ACTIVATIONS, elu, identity, lrelu, softmax
from epynn.interchange.onnx.arithmetic import ELEMENTWISE
from epynn.interchange.onnx.chain import Chain
from epynn.interchange.onnx.folding import axes_of
from epynn.interchange.onnx.node import Node
from epynn.kernels.arrays import ndarray

MOST = 24
"""Nodes that are tried together."""
POINTS = np.concatenate([np.linspace(-8, 8, 65), [-50.0, -1.0, -1e-3, 0.0, 1e-3, 50.0]])
CLOSE = 1e-6
"""How far numbers of float32, such as the root of 2, may put values off."""
FUNCTIONS = [f for f in ACTIVATIONS.values() if f not in (softmax, lrelu, elu)]
"""Those without settings that compute each number by itself."""
with np.errstate(all='ignore'):
    VALUES = np.stack([function(POINTS) for function in FUNCTIONS])


def read_function(chain: Chain) -> bool:
    """Read nodes that are an activation function together, the longest stretch of them."""
    found = None
    for node, values in stretches(chain, POINTS):
        match = find_function(values, chain.graph.float32)
        found = found if match is None else (node, *match)
    if found is None:
        return False
    node, function, settings = found
    if function is not identity:
        put_function(chain, node, function, settings)
    chain.goes_on(node)
    return True


def find_function(values: ndarray, float32: bool) -> tuple[Any, dict[str, float]] | None:
    """Return the activation function that has these values at :data:`POINTS`, and its settings."""
    near = CLOSE * (1 + np.abs(values))
    with np.errstate(all='ignore'):
        found = np.flatnonzero(np.all(np.abs(VALUES - values) <= near, axis=1))
        if found.size:
            return FUNCTIONS[found[0]], {}
        for function, setting, point in ((lrelu, 'LRELU_alpha', -1.0), (elu, 'ELU_alpha', -50.0)):
            alpha = float(values[POINTS == point][0] / max(point, -1.0))  # noqa: SIM300
            alpha = float(str(np.float32(alpha))) if float32 else alpha
            if np.all(np.abs(function(POINTS, alpha=alpha) - values) <= near):
                return function, {setting: alpha}
    return None


def put_function(chain: Chain, node: Node, function: Any, settings: dict[str, float]) -> None:
    """Let the last layer apply a function, if it has none yet and can; else add one that does."""
    last: Any = chain.last()
    more: Any = {'se_hPars': settings} if settings else {}
    activate = getattr(last, 'activate', None)
    if activate is not None and activate.function is identity and last.activation_is_last:
        chain.change_last(node, activate=function, **more)
    else:
        chain.add(node, Activation(function, **more))


def stretches(chain: Chain, X: ndarray) -> Iterator[tuple[Node, ndarray]]:
    """Yield the nodes behind which a single array is left, and that array, computed from `X`.

    Points ``(n,)`` go through nodes that compute each number by itself, with numbers for all of
    them; an array as that of the graph through means of it, too, and constants of any shape.
    """
    graph, arrays = chain.graph, {chain.at: X}
    left = {chain.at: {node.number_in_order for node in chain.users()}}
    queue = sorted(left[chain.at])
    for _ in range(MOST):
        if not queue:
            return
        number = heapq.heappop(queue)
        node = graph.nodes[number]
        values = compute(chain, node, arrays, X.ndim == 1)
        if values is None:
            return
        for name in node.inputs:
            left.get(name, set()).discard(number)
        left = {name: users for name, users in left.items() if users}
        name = node.outputs[0]
        if not left and values.shape == X.shape:
            yield node, values
        users = [
            user.number_in_order for user in graph.open_users(name)
            if chain.allowed is None or user in chain.allowed
        ]  # fmt: skip
        if not users:
            return
        left[name], arrays[name] = set(users), values
        queue = sorted({*queue, *users})


def compute(chain: Chain, node: Node, arrays: dict[str, ndarray], points: bool) -> ndarray | None:
    """Return what a node makes of arrays and constants; None for one that is not tried."""
    mean = node.op == 'ReduceMean' and not points
    if len(node.outputs) > 1 or not (mean or node.op in ELEMENTWISE):
        return None
    inputs: list[ndarray | None] = []
    for name in node.inputs:
        array = arrays.get(name, chain.graph.constant(name)) if name else None
        if array is None and name:
            return None
        if array is not None and name not in arrays:
            if array.ndim > len(chain.axes) or (points and array.size != 1):
                return None
            array = array.astype(np.float64) if array.dtype.kind == 'f' else array
            array = array.reshape(()) if points else array
        inputs.append(array)
    if mean:
        axes, keep = reduced_axes(chain, node), bool(node.whole('keepdims', 1))
        return None if inputs[0] is None else inputs[0].mean(axes, keepdims=keep)
    try:
        with np.errstate(all='ignore'):
            return np.asarray(ELEMENTWISE[node.op](node, *inputs))
    except (ValueError, TypeError):  # constants of other shapes
        return None


def reduced_axes(chain: Chain, node: Node) -> tuple[int, ...]:
    """Return the axes that a node takes means over."""
    given = chain.graph.needed(node, 1, 'axes') if node.input(1) else None
    axes = axes_of(node, len(chain.axes), given)
    return tuple(range(len(chain.axes))) if axes is None else axes
