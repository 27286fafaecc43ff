"""Nodes that move numbers, or leave them alone: layers where they have to be, else none."""

from itertools import pairwise
from math import prod

from epynn.dropout.models import Dropout
from epynn.flatten.models import Flatten
from epynn.interchange.onnx.chain import ONE, Chain
from epynn.interchange.onnx.folding import axes_of
from epynn.interchange.onnx.node import Node
from epynn.interchange.onnx.reading import SAMPLES
from epynn.reshape.models import Reshape


def read_identity(chain: Chain, node: Node) -> None:
    """Read a node that changes nothing."""
    chain.goes_on(node)


def read_dropout(chain: Chain, node: Node) -> None:
    """Read ``Dropout``, which does nothing outside training."""
    ratio = node.number('ratio', 0.5)
    if node.input(1):
        ratio = float(chain.graph.needed(node, 1, 'a ratio').ravel()[0])
    if 0 < ratio <= 1:
        chain.add(node, Dropout(round(ratio, 7)))
    chain.goes_on(node)


def read_transpose(chain: Chain, node: Node) -> None:
    """Read a change of axes, which moves nothing here: the chain notes where each one is."""
    rank = len(chain.axes)
    perm = node.wholes('perm') or tuple(range(rank))[::-1]
    if sorted(perm) != list(range(rank)):
        raise node.refuse(f'each of {rank} axes once', f'{perm}', 'Find a copy.')
    chain.goes_on(node, [chain.axes[axis] for axis in perm])


def read_squeeze(chain: Chain, node: Node) -> None:
    """Read a node that leaves out axes of size 1."""
    given = chain.graph.needed(node, 1, 'axes') if node.input(1) else None
    axes = axes_of(node, len(chain.axes), given)
    sizes = chain.sizes
    if axes is None:
        axes = tuple(axis for axis, size in enumerate(sizes) if size == 1)
    if axes and all(chain.axes[axis] == ONE for axis in axes):
        chain.goes_on(node, [own for axis, own in enumerate(chain.axes) if axis not in axes])
        return
    reshape_to(chain, node, [size for axis, size in enumerate(sizes) if axis not in axes])


def read_unsqueeze(chain: Chain, node: Node) -> None:
    """Read a node that puts in axes of size 1."""
    given = chain.graph.needed(node, 1, 'axes') if node.input(1) else None
    count = len(node.wholes('axes') or ()) if given is None else given.size
    axes = axes_of(node, len(chain.axes) + count, given) or ()
    left = iter(chain.axes)
    chain.goes_on(node, [ONE if axis in axes else next(left)
                         for axis in range(len(chain.axes) + len(set(axes)))])  # fmt: skip


def read_pad(chain: Chain, node: Node) -> None:
    """Read zeros around images or signals: the window behind takes them for its padding."""
    told = node.wholes('pads')
    pads = list(told) if told else chain.graph.needed(node, 1, 'pads').ravel()[:32].tolist()
    rank = len(chain.axes)
    axes = list(range(rank))
    if node.input(3):
        axes = list(axes_of(node, rank, chain.graph.needed(node, 3, 'axes')) or ())
    value = bool(node.number('value', 0.0))  # in old files
    if node.input(2):
        value = bool(chain.graph.needed(node, 2, 'a number').any())
    zeros = node.text('mode', 'constant') == 'constant' and not value
    if not zeros or len(pads) != 2 * len(axes) or chain.pads or min(pads, default=0) < 0:
        raise node.refuse('zeros before and after axes', f'{pads}, {node.text("mode", "")}',
                          'Pad with zeros.')  # fmt: skip
    sides = zip(axes, pads[: len(axes)], pads[len(axes) :], strict=True)
    found = {chain.axes[axis]: (before, after) for axis, before, after in sides if before or after}
    if len(chain.shape) in found:  # what are channels here are no channels there
        chain.channels_first(node)
    if not set(found) <= set(range(1, len(chain.shape))):
        raise node.refuse('padding of height, width or steps', f'{pads}', 'Pad these alone.')
    chain.pads = found
    chain.goes_on(node)


def read_slice(chain: Chain, node: Node) -> None:
    """Read the part of the features that a branch begins with."""
    d, axis = chain.shape[-1], chain.channels
    names = 'starts', 'ends', 'axes', 'steps'
    told = [
        chain.graph.needed(node, i, name).ravel()[:9].tolist() if node.input(i)
        else list(node.wholes(name) or ()) for i, name in enumerate(names, 1)
    ]  # fmt: skip
    starts, ends, axes, steps = told
    one = len(starts) == len(ends) == 1 and axes in ([axis], [axis - len(chain.axes)])
    if chain.layers or not chain.inside or chain.part or not one or steps not in ([], [1]):
        raise node.refuse(
            'one part of the features, where a branch begins', f'{starts} to {ends} of {axes}',
            'Layers read all of their input.',
        )  # fmt: skip
    low, high, _ = slice(starts[0], ends[0]).indices(d)
    if not low < high or chain.rows is not None:
        raise node.refuse(f'a part of {d} features', f'{starts} to {ends}', 'Find a copy.')
    chain.part, chain.shape = (low, high), (*chain.shape[:-1], high - low)
    chain.goes_on(node)


def read_flatten(chain: Chain, node: Node) -> None:
    """Read ``Flatten`` behind the samples."""
    axis = node.whole('axis', 1)
    if axis % len(chain.axes) != 1:
        raise node.refuse('axis 1, behind the samples', f'{axis}', 'Samples stay apart here.')
    reshape_to(chain, node, [SAMPLES, prod(chain.sizes[1:])])


def read_reshape(chain: Chain, node: Node) -> None:
    """Read ``Reshape``: one row a sample, or other axes of it."""
    reshape_to(chain, node, target_of(chain, node))


def target_of(chain: Chain, node: Node) -> list[int]:
    """Return the sizes that a node ``Reshape`` gives an array, the samples first."""
    told = node.wholes('shape')  # of the oldest files
    shape = list(told) if told else chain.graph.needed(node, 1, 'a shape').ravel()[:32].tolist()
    sizes, n = chain.sizes, prod(chain.shape)
    if not node.whole('allowzero', 0):
        shape = [sizes[i] if k == 0 and i < len(sizes) else k for i, k in enumerate(shape)]
    if shape and prod(shape[1:]) == n:  # whatever number of samples the file was made with
        shape[0] = SAMPLES
    if -1 in shape:
        i = shape.index(-1)
        known = abs(prod(shape))
        shape[i] = SAMPLES * n // known if known and SAMPLES * n % known == 0 else 0
    if not shape or shape[0] != SAMPLES or prod(shape[1:]) != n or min(shape) < 1:
        raise node.refuse(
            f'the {n} numbers of each sample {sizes[1:]} in other axes',
            f'{[k if k != SAMPLES else "m" for k in shape]}',
            'Samples stay apart here.',
        )  # fmt: skip
    return shape


def reshape_to(chain: Chain, node: Node, sizes: list[int]) -> None:
    """Go on with an array of these sizes in the graph, samples first, of the same numbers."""
    kept = [axis for axis, size in zip(chain.axes, chain.sizes, strict=True) if size != 1]
    made = iter(kept)
    known = sum(axis != ONE for axis in chain.axes)
    if sizes == list(chain.sizes):
        chain.goes_on(node)
    elif [k for k in sizes if k != 1] == [k for k in chain.sizes if k != 1] and len(kept) == known:
        chain.goes_on(node, [ONE if size == 1 else next(made) for size in sizes])
    elif len(sizes) == 2:
        if sizes[0] != SAMPLES:
            raise node.refuse('samples first', f'{sizes}', 'Transpose before.')
        flatten(chain, node)
    else:
        regroup(chain, node, sizes)


def flatten(chain: Chain, node: Node) -> None:
    """Go on with one row a sample, and note in which order the graph has its numbers."""
    order = chain.flat_order(node)
    if len(chain.shape) > 1:
        chain.add(node, Flatten())
    chain.starts_anew(node)
    chain.rows = order


def regroup(chain: Chain, node: Node, sizes: list[int]) -> None:
    """Go on with other axes: any, where they are in the order of the layers, else whole ones.

    Of images whose channels come first, height and width may become one axis, ``(m, d, h w)``.
    """
    if chain.natural or ONE in chain.axes:
        chain.fill(node)
        chain.add(node, Reshape(tuple(sizes[1:])))
        chain.starts_anew(node)
        return
    groups = group_axes(chain.sizes, sizes)
    axes = [[chain.axes[i] for i in group] for group in groups]
    steps = all(b == a + 1 for group in axes for a, b in pairwise(group))
    if chain.rows is not None or not groups or not steps:
        raise node.refuse(
            'neighbouring axes of the layers that become one',
            f'{chain.sizes[1:]} of axes {chain.axes} to {tuple(sizes[1:])}',
            'Transpose before: channels are last here.',
        )  # fmt: skip
    order = sorted(range(len(axes)), key=lambda i: axes[i][0])
    chain.add(node, Reshape(tuple(sizes[i] for i in order[1:])))
    chain.goes_on(node, [order.index(i) for i in range(len(axes))])


def group_axes(before: tuple[int, ...], after: list[int]) -> list[list[int]]:
    """Return which axes make each one after, where neighbours become one; else nothing."""
    groups, i = [], 0
    for number, size in enumerate(after, 1):
        group = [i]
        while i < len(before) and prod(before[k] for k in group) < size:
            i += 1
            group.append(i)
        if group[-1] >= len(before) or prod(before[k] for k in group) != size:
            return []
        groups.append(group)
        i += 1
        while i < len(before) and before[i] == 1 and after[number : number + 1] != [1]:
            group.append(i)
            i += 1
    return groups if i == len(before) else []
