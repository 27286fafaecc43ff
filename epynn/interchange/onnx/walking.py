"""A graph walked from its input to its output: chains, and branches that meet again."""

import heapq

import numpy as np

from epynn.activation.models import Activation
from epynn.branches.models import Parallel
from epynn.commons.maths import identity
from epynn.commons.models import Layer
from epynn.interchange.onnx.chain import Chain, checked
from epynn.interchange.onnx.loading import refuse
from epynn.interchange.onnx.node import Node
from epynn.interchange.onnx.read_recurrent import fill_steps, join_directions
from epynn.interchange.onnx.read_steps import enters_steps, leaves_steps
from epynn.interchange.onnx.readers import PATTERNS, READERS
from epynn.interchange.onnx.recurrent import GATES
from epynn.residual.models import Residual
from epynn.timedistributed.models import TimeDistributed

TAKES_PADDING = ('Conv', 'AveragePool')
MOVES = ('Identity', 'Transpose')
"""Nodes without numbers of their own, which branches may share."""
DEEPEST, MOST = 30, 100
"""Branches that may stand inside each other, and side by side."""
JOINS = {'Add': 'add', 'Sum': 'add', 'Mul': 'multiply', 'Mean': 'mean', 'Concat': 'concatenate'}


def read_chain(chain: Chain, stop: str) -> None:
    """Read nodes into layers, up to an array, or to where samples become steps again."""
    while chain.at != stop and not leaves_steps(chain):
        chain.tell_shapes()
        if chain.pads:
            require_window(chain)
        if read_each_step(chain) or any(read(chain) for read in PATTERNS):
            continue
        users = chain.users()
        if len(users) == 1 and reads_once(chain, users[0]):
            read = READERS.get(users[0].op)
            if read is None:
                raise users[0].refuse(
                    f'an operator that a layer has: {", ".join(READERS)}, branches that meet, or '
                    'activation functions', users[0].op,
                    'Export the part of the network before it, or write it in layers of epynn.',
                )  # fmt: skip
            read(chain, users[0])
        else:
            read_branches(chain, users)
    if chain.pads:
        raise chain.graph.producers[chain.at].refuse(
            'a window that takes up the padding', 'none behind it', 'Pad in a convolution.'
        )


def require_window(chain: Chain) -> None:
    """Refuse padding that no window takes up."""
    for node in chain.users():
        if node.op not in (*TAKES_PADDING, 'Cast', 'Identity', 'Transpose'):
            raise node.refuse(
                f'{", ".join(TAKES_PADDING)} behind a node Pad', node.op, 'Pad in a convolution.'
            )


def read_each_step(chain: Chain) -> bool:
    """Read layers to which each step is a sample: between two nodes that say so."""
    into = enters_steps(chain)
    if into is None:
        return False
    inner = chain.branch(chain.allowed)
    inner.steps, inner.shape = chain.shape[0], chain.shape[1:]
    inner.goes_on(into, range(len(chain.shape)))
    read_chain(inner, '')
    back = leaves_steps(inner)
    if back is None:
        raise into.refuse('samples that become steps again', 'none', 'Reshape them back.')
    inner.fill()
    chain.add(into, checked(into, TimeDistributed, inner.layers or [Activation(identity)]))
    chain.starts_anew(back)
    return True


def reads_once(chain: Chain, node: Node) -> bool:
    """Return whether a node reads the array, and nothing else that is computed."""
    graph = chain.graph
    return [name for name in node.inputs if name and not graph.is_constant(name)] == [chain.at]


def read_branches(chain: Chain, users: list[Node]) -> None:
    """Read the branches that begin at an array as one layer, up to the node where they meet."""
    if not users:
        raise refuse(chain.graph.where, 'an output that depends on the input', 'one that does not')
    for node in [node for node in users if node.op in (*GATES, 'Scan')][:1]:
        fill_steps(chain, node, node.whole('layout', 0))
    join = find_join(chain, users)
    how = JOINS.get(join.op)
    if how is None:
        raise join.refuse(
            f'branches that meet in {", ".join(JOINS)}', join.op,
            'Write what they make in layers of epynn.',
        )  # fmt: skip
    if chain.inside >= DEEPEST:
        raise join.refuse(f'branches at most {DEEPEST} deep', 'more', 'Find a copy.')
    if len(join.inputs) > MOST:
        words = f'{len(join.inputs)}'
        raise join.refuse(f'at most {MOST} branches side by side', words, 'Find a copy.')
    region = chain.graph.before(join.outputs[0], chain.at)
    ends, claimed = [], set[Node]()
    for name in join.inputs:
        if chain.graph.is_constant(name):
            raise join.refuse('branches of layers', f'the constant {name!r}', 'Leave it out.')
        nodes = chain.graph.before(name, chain.at) & region
        shared = {node for node in claimed & nodes if node.op not in MOVES}
        if shared:
            raise min(shared, key=lambda node: node.number_in_order).refuse(
                'a node that one branch reads', f'two that meet in {join.name}',
                'Layers of one branch are no layers of another: nest the branches.',
            )  # fmt: skip
        claimed |= nodes
        end = chain.branch(nodes)
        read_chain(end, name)
        ends.append(end)
    fill_some(ends)
    require_one_layout(join, ends)
    chain.add(join, join_layer(join, how, ends))
    chain.axes, chain.rows = ends[0].axes, ends[0].rows
    chain.goes_on(join)


def join_layer(node: Node, how: str, ends: list[Chain]) -> Layer:
    """Return the layer of branches that meet in a node."""
    both_ways = join_directions(node, how, ends)
    if both_ways is not None:
        return both_ways
    parts = [end.part for end in ends]
    if node.op == 'Add' and not any(parts):
        F, S = ends if ends[0].layers else ends[::-1]
        chain = F.layers or [Activation(identity)]  # X + X
        found: Residual = checked(node, Residual, chain, S.layers or None)
        return found
    if how == 'concatenate':
        rank = len(ends[0].axes)
        axis = node.whole('axis', 1)
        if not -rank <= axis < rank or axis % rank != ends[0].channels or ends[0].rows is not None:
            raise node.refuse(
                'branches side by side in their channels', f'axis {axis} of {ends[0].axes}',
                'Layers join along their last axis alone.',
            )  # fmt: skip
    chains: list[list[Layer]] = []
    for end in ends:
        only = end.layers[0] if len(end.layers) == 1 and end.part is None else None
        if isinstance(only, Parallel) and only.join == how != 'mean' and not any(parts):
            chains += (
                only.branches if set(map(str, only.inputs)) == {str(slice(None))} else [[only]]
            )
        else:
            chains.append(end.layers)
    if not any(chains):
        chains[0] = [Activation(identity)]
    made: Parallel = checked(node, Parallel, chains, how, parts if any(parts) else None)
    return made


def reads_all(layer: Parallel) -> bool:
    """Return whether each branch reads all of the input."""
    return all(part == slice(None) for part in layer.inputs)


def fill_some(ends: list[Chain]) -> None:
    """Give layers the axes of size 1 that the graph alone has, if not all branches leave them."""
    if any(end.axes != ends[0].axes for end in ends):
        for end in ends:
            end.fill()


def require_one_layout(node: Node, ends: list[Chain]) -> None:
    """Refuse branches whose axes lie in different orders."""
    first = ends[0]
    for end in ends[1:]:
        if end.axes != first.axes or not np.array_equal(
            np.asarray(end.rows), np.asarray(first.rows)
        ):
            raise node.refuse(
                'branches whose axes are in one order', f'{first.axes} and {end.axes}',
                'Transpose them to one before they meet.',
            )  # fmt: skip


def find_join(chain: Chain, users: list[Node]) -> Node:
    """Return the node where all ways from an array meet again."""
    graph = chain.graph
    left = {chain.at: {node.number_in_order for node in users}}
    queue = sorted(left[chain.at])
    seen = set(queue)
    while queue:
        node = graph.nodes[heapq.heappop(queue)]
        for name in node.inputs:
            if name in left:
                left[name].discard(node.number_in_order)
                if not left[name]:
                    del left[name]
        if not left:
            return node
        read = {
            name: {
                user.number_in_order for user in graph.open_users(name)
                if chain.allowed is None or user in chain.allowed
            }
            for name in filter(None, node.outputs)
        }  # fmt: skip
        left |= {name: after for name, after in read.items() if after} or {node.outputs[0]: {-1}}
        after = set().union(*read.values()) - seen
        for number in after:
            heapq.heappush(queue, number)
        seen |= after
    raise users[0].refuse(
        'branches that meet again', 'some that do not', 'Export one output alone.'
    )
