"""Products with weights, and constants that are added or multiplied, as layers."""

from typing import Any

import numpy as np

from epynn.batchnorm.models import BatchNorm
from epynn.commons.maths import identity
from epynn.commons.models import Layer
from epynn.commons.normalization import Normalization
from epynn.dense.models import Dense
from epynn.interchange.onnx.chain import Chain, checked
from epynn.interchange.onnx.node import Node
from epynn.kernels.arrays import ndarray
from epynn.timedistributed.models import TimeDistributed
from epynn.transposedconvolution.models import TransposedConvolution

EPSILON = 1e-30
"""What a normalization that only scales adds to a variance of 1: nothing, in floating point."""


def read_gemm(chain: Chain, node: Node) -> None:
    """Read ``Z = alpha X W + beta b``."""
    if node.input(0) != chain.at or node.whole('transA', 0):
        raise node.refuse('samples on the left', 'them on the right', 'Transpose the product.')
    W = chain.graph.needed(node, 1, 'weights')
    W = checked(node, np.reshape, W, W.shape) * node.number('alpha', 1.0)
    W = W.T if node.whole('transB', 0) else W
    add_dense(chain, node, W)
    if node.input(2):
        b = chain.graph.needed(node, 2, 'a bias') * node.number('beta', 1.0)
        shift(chain, node, b)


def read_matmul(chain: Chain, node: Node) -> None:
    """Read ``Z = X W``, at each step where the input has steps."""
    if node.input(0) != chain.at:
        raise node.refuse('samples on the left', 'them on the right', 'Transpose the product.')
    add_dense(chain, node, chain.graph.needed(node, 1, 'weights'))


def add_dense(chain: Chain, node: Node, W: ndarray) -> None:
    """Add a layer ``X W``, its rows in the order in which the layers have the features."""
    chain.fill(node)
    rank = len(chain.axes)
    if W.ndim != 2 or chain.channels != rank - 1 or chain.axes != tuple(range(rank)):
        raise node.refuse(
            'weights (n, u) that meet the last axis', f'{W.shape} and axes {chain.axes}',
            'Put Flatten before it.',
        )  # fmt: skip
    if W.shape[0] != chain.shape[-1]:
        raise node.refuse(f'weights for {chain.shape[-1]} features', f'{W.shape}', 'Find a copy.')
    layer: Layer = checked(node, Dense, W.shape[1], identity)
    layer.p = {'W': chain.turn(W), 'b': np.zeros((1, W.shape[1]))}
    for _ in range(rank - 2):
        layer = TimeDistributed([layer])
    chain.add(node, layer)
    chain.starts_anew(node)


def read_add(chain: Chain, node: Node) -> None:
    """Read ``X + b``."""
    shift(chain, node, other_input(chain, node))
    chain.goes_on(node)


def read_subtract(chain: Chain, node: Node) -> None:
    """Read ``X - b``, or ``b - X``."""
    b = other_input(chain, node)
    if node.input(0) == chain.at:
        shift(chain, node, -b)
    else:
        scale(chain, node, np.array(-1.0))
        shift(chain, node, b)
    chain.goes_on(node)


def read_multiply(chain: Chain, node: Node) -> None:
    """Read ``X a``."""
    scale(chain, node, other_input(chain, node))
    chain.goes_on(node)


def read_negative(chain: Chain, node: Node) -> None:
    """Read ``-X``."""
    scale(chain, node, np.array(-1.0))
    chain.goes_on(node)


def read_divide(chain: Chain, node: Node) -> None:
    """Read ``X / a``."""
    a = other_input(chain, node)
    if node.input(0) != chain.at or not a.all():
        raise node.refuse('a division by constants other than 0', 'another', 'Multiply instead.')
    scale(chain, node, 1 / a)
    chain.goes_on(node)


def read_scaler(chain: Chain, node: Node) -> None:
    """Read ``(X - offset) scale``, of scikit-learn's exporter."""
    shift(chain, node, -np.array(node.numbers('offset')))
    scale(chain, node, np.array(node.numbers('scale')))
    chain.goes_on(node)


def other_input(chain: Chain, node: Node) -> ndarray:
    """Return the constant that a node has besides the array."""
    if len(node.inputs) != 2:
        raise node.refuse('two inputs', f'{len(node.inputs)}', 'Find a copy.')
    return chain.graph.needed(node, int(node.input(0) == chain.at), 'a number for each channel')


def channel_constant(chain: Chain, node: Node, array: ndarray) -> ndarray:
    """Return a constant as one for each channel, in the order of the layers."""
    vector = chain.along_channels(array)
    if vector is None:
        raise node.refuse(
            f'a constant for each of {chain.shape[-1]} channels, or one for all',
            f'one of shape {array.shape} for {chain.sizes[1:]}',
            'Other constants are no layer.',
        )  # fmt: skip
    return vector


def shift(chain: Chain, node: Node, array: ndarray) -> None:
    """Add a constant to each channel: to the bias of the last layer, if it has one."""
    b = channel_constant(chain, node, array)
    last: Any = chain.last()
    if is_linear(last):
        before = last.p.get('b', np.zeros((1, 1) if isinstance(last, Dense) else 1))
        more = {} if isinstance(last, Dense) else {'use_bias': True}
        chain.change_last(node, {'b': before + b}, **more)
    elif isinstance(last, Normalization) and 'beta' in last.p:
        chain.change_last(node, {'beta': last.p['beta'] + b})
    else:
        add_scale(chain, node, np.ones_like(b), b)


def scale(chain: Chain, node: Node, array: ndarray) -> None:
    """Multiply each channel by a constant: in the last layer, if that can."""
    a = channel_constant(chain, node, array)
    last: Any = chain.last()
    if isinstance(last, Normalization) or is_linear(last):
        turned = a[:, np.newaxis] if isinstance(last, TransposedConvolution) else a
        arrays = {name: p * (turned if name == 'W' else a) for name, p in last.p.items()}
        chain.change_last(node, arrays)
    else:
        add_scale(chain, node, a, np.zeros_like(a))


def is_linear(layer: Layer | None) -> bool:
    """Return whether a layer gives out products with weights, and no activation of them."""
    activate = getattr(layer, 'activate', None)
    return 'W' in getattr(layer, 'p', {}) and activate is not None and activate.function is identity


def add_scale(chain: Chain, node: Node, gamma: ndarray, beta: ndarray) -> None:
    """Add a normalization that is frozen, ``gamma X + beta``: its statistics change nothing."""
    layer = BatchNorm(epsilon=EPSILON)
    statistics = {'mean': np.zeros_like(gamma), 'var': np.ones_like(gamma)}
    chain.add(node, layer, {'gamma': gamma, 'beta': beta}, statistics)
    layer.trainable = False
