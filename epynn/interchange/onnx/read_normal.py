"""Normalizations, softmax and tokens as layers."""

from math import prod

import numpy as np

from epynn.activation.models import Activation
from epynn.batchnorm.models import BatchNorm
from epynn.commons.maths import softmax
from epynn.commons.normalization import Normalization
from epynn.groupnorm.models import GroupNorm
from epynn.interchange.onnx.chain import Chain, OtherLayout, checked
from epynn.interchange.onnx.node import Node
from epynn.interchange.onnx.recognizing import put_function, reduced_axes
from epynn.kernels.arrays import ndarray
from epynn.layernorm.models import LayerNorm
from epynn.prelu.models import PReLU
from epynn.reshape.models import Reshape
from epynn.rmsnorm.models import RMSNorm
from epynn.tokens.models import Tokens


def read_batchnorm(chain: Chain, node: Node) -> None:
    """Read ``BatchNormalization`` by its running statistics."""
    if node.whole('training_mode', 0) or len([name for name in node.outputs if name]) > 1:
        raise node.refuse('statistics that were learned', 'training_mode', 'Export for inference.')
    chain.channels_first(node)
    names = 'gamma', 'beta', 'mean', 'var'
    found = {name: channels_of(chain, node, i, name) for i, name in enumerate(names, 1)}
    statistics = {name: found.pop(name) for name in ('mean', 'var')}
    momentum = exact(chain, node.number('momentum', 0.9))
    layer = checked(node, BatchNorm, momentum, exact(chain, node.number('epsilon', 1e-5)))
    chain.add(node, layer, found, statistics)
    chain.goes_on(node)


def read_layernorm(chain: Chain, node: Node) -> None:
    """Read ``LayerNormalization``."""
    read_norm(chain, node, LayerNorm)


def read_centered(chain: Chain) -> bool:
    """Read a mean that is taken off the channels, and a ``LayerNormalization`` behind it."""
    graph = chain.graph
    means = [node for node in chain.users() if node.op == 'ReduceMean']
    if len(means) != 1 or reduced_axes(chain, means[0]) != (chain.channels,):
        return False
    (mean,), off = means, graph.open_users(means[0].outputs[0])
    if [node.op for node in off] != ['Sub'] or off[0].inputs != [chain.at, mean.outputs[0]]:
        return False
    after = graph.open_users(off[0].outputs[0])
    if {*chain.users()} != {mean, off[0]} or [node.op for node in after] != ['LayerNormalization']:
        return False
    read_layernorm(chain, after[0])
    return True


def read_rmsnorm(chain: Chain, node: Node) -> None:
    """Read ``RMSNormalization``."""
    read_norm(chain, node, RMSNorm)


def read_norm(chain: Chain, node: Node, make: type[Normalization]) -> None:
    """Read a normalization along the last axis, or along several as one.

    All axes of a sample may be in any order, ``(m, d, h, w)``; some of them in that of the layers.
    """
    rank, shape, rows = len(chain.axes), chain.shape, chain.rows
    axis = node.whole('axis', -1) % rank
    several = axis < rank - 1
    if not axis or not (chain.natural or axis == 1 if several else chain.channels == rank - 1):
        raise node.refuse('the last axes of samples, channels last', f'axis {axis} of {chain.axes}',
                          'Transpose before.')  # fmt: skip
    if several:
        chain.rows = chain.flat_order(node) if axis == 1 else None
        chain.add(node, Reshape((*shape[: axis - 1], prod(shape[axis - 1 :]))))
    add_norm(chain, node, make, 1e-5)
    if several:
        chain.add(node, Reshape(shape))
        chain.rows = rows
    chain.goes_on(node)


def add_norm(chain: Chain, node: Node, make: type[Normalization], epsilon: float) -> None:
    """Add a normalization of the last axis, with the scale and the shift that the node has."""
    d = chain.shape[-1]
    arrays = {'gamma': channels_of(chain, node, 1, 'a scale')}
    if make is LayerNorm:
        arrays['beta'] = channels_of(chain, node, 2, 'a shift') if node.input(2) else np.zeros(d)
    layer = checked(node, make, exact(chain, node.number('epsilon', epsilon)))
    chain.add(node, layer, arrays)


def read_prelu(chain: Chain, node: Node) -> None:
    """Read ``PRelu``: a slope of all, or one of each channel, which old files have behind m."""
    slopes = chain.graph.needed(node, 1, 'slopes')
    rank, d = len(chain.axes), chain.shape[-1]
    behind = rank - 2 if chain.graph.opset < 7 and slopes.ndim == 1 else 0
    shape = (1,) * (rank - slopes.ndim - behind) + slopes.shape + (1,) * behind
    if slopes.size == shape[1] == chain.sizes[1] != 1 != chain.channels:
        raise OtherLayout(node.where, 'channels last', f'slopes along axis 1 of {rank}',
                          'Transpose before.')  # fmt: skip
    if slopes.size != 1 and (slopes.size != d or shape[chain.channels :][:1] != (d,)):
        raise node.refuse(
            f'one slope, or one of each of {d} channels', f'slopes of shape {slopes.shape}',
            'Share them: PReLU here has none of places.',
        )  # fmt: skip
    slopes = slopes.ravel() if slopes.size == 1 else as_channels(chain, node, slopes)
    chain.add(node, checked(node, PReLU, slopes.size == 1), {'alpha': slopes})
    chain.goes_on(node)


def read_instancenorm(chain: Chain, node: Node) -> None:
    """Read ``InstanceNormalization``: as many groups as channels."""
    add_groups(chain, node, chain.sizes[1])


def read_groupnorm(chain: Chain, node: Node) -> None:
    """Read ``GroupNormalization``; before version 21 it has a scale and shift of each group."""
    add_groups(chain, node, node.whole('num_groups', 1))


def add_groups(chain: Chain, node: Node, groups: int) -> None:
    """Add a normalization of groups of channels."""
    chain.channels_first(node)
    d = chain.shape[-1]
    arrays = {}
    for i, name in ((1, 'gamma'), (2, 'beta')):
        array = chain.graph.needed(node, i, 'a scale and a shift')
        if array.size == groups != d and groups and d % groups == 0:
            array = np.repeat(array.ravel(), d // groups)
        arrays[name] = as_channels(chain, node, array)
    epsilon = exact(chain, node.number('epsilon', 1e-5))
    chain.add(node, checked(node, GroupNorm, groups, epsilon), arrays)
    chain.goes_on(node)


def channels_of(chain: Chain, node: Node, i: int, what: str) -> ndarray:
    """Return an input of a node that has a number for each channel."""
    return as_channels(chain, node, chain.graph.needed(node, i, what))


def as_channels(chain: Chain, node: Node, array: ndarray) -> ndarray:
    """Return a constant with a number for each channel, in the order of the layers."""
    d = chain.shape[-1]
    if array.size != d:
        raise node.refuse(f'a number for each of {d} channels', f'{array.shape}', 'Find a copy.')
    return chain.turn(array.ravel())


def exact(chain: Chain, setting: float) -> float:
    """Return a setting, which ONNX keeps in float32, as it was where the numbers are so, too."""
    return float(str(np.float32(setting))) if chain.graph.float32 else setting


def read_softmax(chain: Chain, node: Node) -> None:
    """Read ``Softmax`` of the channels; in old versions it takes all axes from one on."""
    rank, old = len(chain.axes), chain.graph.opset < 13
    axis = node.whole('axis', 1 if old else -1) % rank
    alone = prod(chain.sizes[axis:]) == chain.shape[-1]  # behind the axis, others have size 1
    if axis == 1 != chain.channels and not old:
        raise OtherLayout(node.where, 'channels last', f'softmax along axis 1 of {rank}',
                          'Transpose before.')  # fmt: skip
    if not (axis <= chain.channels and alone if old else axis == chain.channels):
        raise node.refuse('softmax of the channels', f'axis {axis} of {chain.axes}',
                          'Transpose before.')  # fmt: skip
    put_function(chain, node, softmax, {})
    chain.goes_on(node)


def read_temperature(chain: Chain) -> bool:
    """Read a division by a number, or a product, and a softmax behind it."""
    users = chain.users()
    if len(users) != 1 or users[0].op not in ('Div', 'Mul') or len(users[0].inputs) != 2:
        return False
    node = users[0]
    array = chain.graph.constant(node.input(int(node.input(0) == chain.at)))
    after = chain.graph.open_users(node.outputs[0])
    if array is None or array.size != 1 or [user.op for user in after] != ['Softmax']:
        return False
    T = float(array.ravel()[0])
    if node.op == 'Mul':
        T = 1 / T if T else 0.0
    elif node.input(0) != chain.at:
        return False
    chain.goes_on(node)
    read_softmax(chain, after[0])
    put_temperature(chain, node, T)
    return True


def put_temperature(chain: Chain, node: Node, T: float) -> None:
    """Give the softmax of the last layer a temperature."""
    settings = {'softmax_temperature': T}
    if isinstance(chain.layers[-1], Activation):
        chain.layers[-1] = checked(node, Activation, softmax, settings)
    else:
        chain.change_last(node, activate=softmax, se_hPars=settings)


def read_gather(chain: Chain, node: Node) -> None:
    """Read ``A = W[X]``, rows of a table by whole numbers."""
    if node.input(1) != chain.at or node.whole('axis', 0) or len(chain.shape) != 1:
        raise node.refuse('rows of a table by tokens (m, s)', 'another use', 'Leave it out.')
    chain.fill(node)
    W = chain.graph.needed(node, 0, 'a table')
    if W.ndim != 2:
        raise node.refuse('a table (v, u)', f'{W.shape}', 'Leave it out.')
    chain.add(node, checked(node, Tokens, *W.shape), {'W': W})
    chain.starts_anew(node)


def read_cast(chain: Chain, node: Node) -> None:
    """Read a change of the type: to floats, or to whole numbers that are looked up."""
    users = chain.graph.open_users(node.outputs[0])
    looked_up = all(user.op == 'Gather' and user.input(1) == node.outputs[0] for user in users)
    if node.whole('to', 1) not in (1, 10, 11, 16) and not (users and looked_up):
        raise node.refuse('a change to floats', f'to {node.whole("to", 1)}', 'Leave it out.')
    chain.goes_on(node)
