"""Layers about steps: what positions add, and layers to which each step is a sample."""

from math import prod

import numpy as np

from epynn.commons.positions import sinusoids
from epynn.interchange.onnx.chain import ONE, Chain, checked
from epynn.interchange.onnx.node import Node
from epynn.interchange.onnx.reading import SAMPLES
from epynn.interchange.onnx.recognizing import CLOSE
from epynn.kernels.arrays import ndarray
from epynn.positionalencoding.models import PositionalEncoding


def read_positions(chain: Chain) -> bool:
    """Read a constant row for each step, which is added: ``(s, e)``."""
    users = chain.users()
    if len(users) != 1 or users[0].op != 'Add' or len(chain.shape) != 2 or not chain.natural:
        return False
    (node,) = users
    name = node.input(int(node.input(0) == chain.at))
    E = chain.graph.constant(name)
    s, e = chain.shape
    if E is None or E.dtype.kind != 'f' or s == 1 or E.shape not in ((s, e), (1, s, e)):
        return False
    E = E.reshape(s, e).astype(np.float64)
    if np.abs(E - sinusoids(np.arange(s), e)).max() <= CLOSE:
        chain.add(node, PositionalEncoding())
    else:
        W = table_of(chain, name, E)
        chain.add(node, checked(node, PositionalEncoding, 'learned', len(W)), {'W': W})
    chain.goes_on(node)
    return True


def table_of(chain: Chain, name: str, E: ndarray) -> ndarray:
    """Return the table whose first rows these are, if a node looked them up; else themselves."""
    node = chain.graph.producers.get(name)
    if node is None or node.op != 'Gather' or node.whole('axis', 0):
        return E
    W = chain.graph.constant(node.input(0))
    if W is None or W.ndim != 2 or len(W) < len(E) or not np.array_equal(W[: len(E)], E):
        return E
    return W.astype(np.float64)


def enters_steps(chain: Chain) -> Node | None:
    """Return the node by which each step becomes a sample, ``(m, s, ...) -> (m s, ...)``."""
    users = chain.users()
    if [node.op for node in users] != ['Reshape'] or len(chain.sizes) < 3 or chain.sizes[1] == 1:
        return None
    told = shape_of(chain, users[0])
    if told is None or told[0] not in (-1, SAMPLES * chain.sizes[1]):
        return None
    if tuple(told[1:]) != chain.sizes[2:]:
        return None
    if ONE in chain.axes:
        chain.fill()
    return users[0] if chain.natural else None


def leaves_steps(chain: Chain) -> Node | None:
    """Return the node by which samples become steps again, ``(m s, ...) -> (m, s, ...)``."""
    users = chain.users()
    known = [axis for axis in chain.axes if axis != ONE]
    here = chain.steps and chain.rows is None and known == list(range(len(known)))
    if not here or [node.op for node in users] != ['Reshape']:
        return None
    told = shape_of(chain, users[0])
    if told is None or len(told) < 2 or told[0] not in (-1, SAMPLES) or told[1] != chain.steps:
        return None
    numbers = prod(chain.shape)
    rest = [n if n != -1 else numbers // max(abs(prod(told[2:])), 1) for n in told[2:]]
    return users[0] if prod(rest) == numbers else None


def shape_of(chain: Chain, node: Node) -> list[int] | None:
    """Return the sizes that a node ``Reshape`` is told."""
    shape = chain.graph.constant(node.input(1))
    return None if shape is None or shape.ndim != 1 else shape[:32].tolist()
