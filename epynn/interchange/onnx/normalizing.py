"""Normalizations that are written step by step: found by trying, as activation functions are."""

from collections.abc import Iterator
from itertools import product

import numpy as np

from epynn.groupnorm.models import GroupNorm
from epynn.interchange.onnx.chain import MOST_CHANNELS, Chain, checked
from epynn.interchange.onnx.node import Node
from epynn.interchange.onnx.read_normal import as_channels, exact
from epynn.interchange.onnx.read_shapes import target_of
from epynn.interchange.onnx.reading import SAMPLES
from epynn.interchange.onnx.recognizing import CLOSE, reduced_axes, stretches
from epynn.kernels.arrays import ndarray
from epynn.layernorm.models import LayerNorm
from epynn.rmsnorm.models import RMSNorm

SCALES = (3.0, 1e-2, 1e-4)
"""Sizes of the numbers that are tried: for small ones the epsilon shows."""
WIDEST = 100_000
"""Channels of which all are tried; of more, a few."""


def read_normalized(chain: Chain) -> bool:
    """Read nodes that together are LayerNorm or RMSNorm along the channels."""
    users = chain.users()
    after = [user for each in users for user in chain.graph.open_users(each.outputs[0])]
    if not any(user.op == 'ReduceMean' for user in (*users, *after)):
        return False
    if chain.shape[-1] > MOST_CHANNELS:
        return False
    X, found = probe(chain), None
    for node, values in stretches(chain, X):
        match = find_normalization(chain, node, X, values)
        found = found if match is None else (node, *match)
    if found is None:
        return False
    node, centred, epsilon, gamma, beta = found
    arrays = {'gamma': as_channels(chain, node, gamma)}
    if centred:
        arrays['beta'] = as_channels(chain, node, beta)
    make = LayerNorm if centred else RMSNorm
    chain.add(node, checked(node, make, exact(chain, epsilon)), arrays)
    chain.goes_on(node)
    return True


def probe(chain: Chain) -> ndarray:
    """Return numbers to try, as the array of the graph, with few places of each sample."""
    sizes = [min(size, 3 if len(chain.axes) < 5 else 2) for size in chain.sizes]
    sizes[0], d = len(SCALES), chain.sizes[chain.channels]
    sizes[chain.channels] = d if d <= WIDEST else 7
    X = np.random.default_rng(0).standard_normal(sizes)
    tried: ndarray = X * np.reshape(SCALES, (-1, *[1] * (len(sizes) - 1)))
    return tried


def find_normalization(
    chain: Chain, last: Node, X: ndarray, values: ndarray
) -> tuple[bool, float, ndarray, ndarray] | None:
    """Return whether means are taken off, and epsilon, scale and shift, by which values are so."""
    nodes = chain.graph.before(last.outputs[0], chain.at)
    means = [node for node in nodes if node.op == 'ReduceMean']
    if not means or any(reduced_axes(chain, node) != (chain.channels,) for node in means):
        return None
    constants = list(constants_of(chain, nodes))
    d, one, zero = chain.shape[-1], np.ones(1), np.zeros(1)
    epsilons = [each.item() for each in constants if each.size == 1 and 0 < each.item() < 1]
    vectors = [each for each in constants if each.size == d > 1][:4]
    along = [1] * X.ndim
    along[chain.channels] = -1
    for centred, epsilon, gamma, beta in product(
        (True, False), epsilons, (one, *vectors), (zero, *vectors)
    ):
        Xc = X - X.mean(chain.channels, keepdims=True) if centred else X
        Xh = Xc / np.sqrt((Xc**2).mean(chain.channels, keepdims=True) + epsilon)
        A = gamma.reshape(along) * Xh + beta.reshape(along)
        scale = np.abs(A).max(tuple(range(1, A.ndim)), keepdims=True)
        if (centred or beta is zero) and np.all(np.abs(A - values) <= CLOSE * scale):
            return centred, epsilon, np.full(d, gamma.ravel()), np.full(d, beta.ravel())
    return None


def constants_of(chain: Chain, nodes: set[Node]) -> Iterator[ndarray]:
    """Yield the constants that nodes read."""
    for name in sorted({name for node in nodes for name in node.inputs if name}):
        array = chain.graph.constant(name)
        if array is not None and array.dtype.kind == 'f':
            yield array.astype(np.float64)


def read_grouped(chain: Chain) -> bool:
    """Read a normalization of groups: into an axis of groups, normalized there, and back."""
    users = chain.users()
    if len(users) != 1 or users[0].op != 'Reshape' or len(chain.axes) < 2:
        return False
    if chain.shape[-1] > MOST_CHANNELS:
        return False
    sizes = target_of(chain, users[0])
    if len(sizes) != 3 or not 0 < sizes[1] <= chain.sizes[1] or sizes[0] != SAMPLES:
        return False
    into, (_, g, n) = users[0], sizes
    few = min(n, 7)  # the steps are the same for any number
    inner = Chain(chain.graph, into.outputs[0], (g, few), (0, 1, 2), allowed=chain.allowed)
    epsilon = normalization_of_rows(inner)
    after = inner.users()
    if epsilon is None or [node.op for node in after] != ['Reshape']:
        return False
    inner.shape = (g, n)
    back = target_of(inner, after[0])
    if tuple(back) != chain.sizes:
        return False
    chain.channels_first(into)
    d = chain.shape[-1]
    arrays = {'gamma': np.ones(d), 'beta': np.zeros(d)}
    chain.add(into, checked(into, GroupNorm, g, epsilon), arrays)
    chain.goes_on(after[0])
    return True


def normalization_of_rows(inner: Chain) -> float | None:
    """Return the epsilon by which each row is normalized next, and go behind that; None if not."""
    users = inner.users()
    if len(users) == 1 and users[0].op == 'InstanceNormalization':
        plain = [inner.graph.constant(users[0].input(i)) for i in (1, 2)]
        if any(array is None for array in plain):
            return None
        gamma, beta = (np.asarray(array) for array in plain)
        if (gamma != 1).any() or beta.any():
            return None
        inner.goes_on(users[0])
        return exact(inner, users[0].number('epsilon', 1e-5))
    if not read_normalized(inner) or not isinstance(inner.layers[0], LayerNorm):
        return None
    layer = inner.layers[0]
    plain_scale = (layer.p['gamma'] == 1).all() and not layer.p['beta'].any()
    return layer.epsilon if plain_scale else None
