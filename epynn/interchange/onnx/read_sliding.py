"""Convolutions and poolings of images and of signals as layers."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from epynn.commons.maths import identity
from epynn.convolution.models import Convolution
from epynn.convolution1d.models import Convolution1D
from epynn.globalpooling.models import GlobalPooling
from epynn.interchange.onnx.chain import ONE, Chain, checked
from epynn.interchange.onnx.folding import axes_of
from epynn.interchange.onnx.node import Node
from epynn.kernels.window import Pads, find_pads
from epynn.pooling.models import Pooling
from epynn.pooling1d.models import Pooling1D
from epynn.transposedconvolution.models import TransposedConvolution

RULES: Mapping[str, str] = {'SAME_UPPER': 'same', 'SAME_LOWER': 'same_lower'}
"""Words for the padding that keeps the size, in ONNX and here."""
POOLS: Mapping[str, Any] = {'Average': np.mean, 'Max': np.max, 'Mean': np.mean, 'Min': np.min}


def read_convolution(chain: Chain, node: Node) -> None:
    """Read ``Conv`` of images ``(m, d, h, w)`` or signals ``(m, e, s)``."""
    W = chain.graph.needed(node, 1, 'weights')
    spatial = W.ndim - 2
    if spatial not in (1, 2):
        raise node.refuse('filters of 1 or 2 axes', f'{spatial}', 'There are no others here.')
    chain.channels_first(node, spatial)
    size, strides, dilation = W.shape[2:], ints(node, 'strides', 1), ints(node, 'dilations', 1)
    strides, dilation = strides or (1,) * spatial, dilation or (1,) * spatial
    told = node.wholes('kernel_shape')
    if told not in (None, size) or len(strides) != spatial or len(dilation) != spatial:
        raise node.refuse(f'a window {size}', f'{told}, {strides}, {dilation}', 'Find a copy.')
    padding = padding_of(chain, node, size, strides, dilation)
    # (u, d / g, fh, fw) -> (fh, fw, d / g, u)
    W = chain.turn(W, 1) if node.whole('group', 1) == 1 else W
    arrays = {'W': np.moveaxis(W, (0, 1), (-1, -2))}
    more: dict[str, Any] = {}
    make = Convolution if spatial == 2 else Convolution1D
    whole: Any = tuple if spatial == 2 else max
    if node.input(2):
        arrays['b'] = chain.graph.needed(node, 2, 'a bias')
    else:
        more['use_bias'] = False
    if set(dilation) != {1}:
        more['dilation'] = whole(dilation)
    if node.whole('group', 1) != 1:
        more['groups'] = node.whole('group', 1)
    sizes = W.shape[0], whole(size), whole(strides), padding, identity
    layer = checked(node, make, *sizes, **more)
    chain.add(node, layer, arrays)
    chain.rows, chain.pads = None, {}
    chain.goes_on(node)


def read_transposed_convolution(chain: Chain, node: Node) -> None:
    """Read ``ConvTranspose`` of images."""
    W = chain.graph.needed(node, 1, 'weights')
    if W.ndim != 4:
        raise node.refuse('filters of 2 axes', f'{W.ndim - 2}', 'There are no others here.')
    chain.channels_first(node, 2)
    size, strides = W.shape[2:], ints(node, 'strides', 1) or (1, 1)
    dilation, groups = ints(node, 'dilations', 1) or (1, 1), node.whole('group', 1)
    more, pads = node.wholes('output_padding') or (0, 0), pads_of(node, 2)
    told = ints(node, 'output_shape', 1)
    cut, end = cut_behind(chain, node) if told is None else (pads_of(node, 2), node)
    if told is None:
        (a, b), (c, d) = [(i + k, j + n) for (i, j), (k, n) in zip(pads, cut, strict=True)]
        pads = (a, b), (c, d)
    else:
        pads, more = pads_to(node, told, chain.shape, size, strides, dilation)
    spans = [(f - 1) * r + 1 - s for f, s, r in zip(size, strides, dilation, strict=True)]
    padding: Any = None if told else RULES.get(node.text('auto_pad', 'NOTSET'))
    y, x = [(max(k, 0) // 2, max(k, 0) - max(k, 0) // 2) for k in spans]
    if padding is None and tuple(more) == tuple(max(-k, 0) for k in spans):
        padding = {(y, x): 'same', (y[::-1], x[::-1]): 'same_lower'}.get(pads)
    if padding is None:
        padding = symmetric(node, pads)
    else:
        more = (0, 0)
    # (d, u / g, fh, fw) -> (fh, fw, u / g, d)
    W = chain.turn(W) if groups == 1 else W
    W = W.transpose(2, 3, 1, 0)
    arrays = {'W': W}
    if node.input(2):
        arrays['b'] = chain.graph.needed(node, 2, 'a bias')
    layer = checked(
        node, TransposedConvolution, W.shape[2] * groups, size, strides, padding, identity,
        use_bias=bool(node.input(2)), output_padding=more, dilation=dilation, groups=groups,
    )  # fmt: skip
    chain.add(node, layer, arrays)
    chain.rows = None
    chain.goes_on(end)


def cut_behind(chain: Chain, node: Node) -> tuple[Pads, Node]:
    """Return the rows and columns that nodes behind one cut off, and the last of these nodes.

    What a transposed convolution gives and is cut off is its padding.
    """
    sides = {2: [0, 0], 3: [0, 0]}
    users = chain.graph.open_users(node.outputs[0])
    while [user.op for user in users] == ['Slice']:
        told = [chain.graph.constant(name) for name in users[0].inputs[1:]]
        bounds = [[] if each is None else each.ravel()[:9].tolist() for each in told]
        starts, ends, axes, steps = [*bounds, [], [], [], []][:4]
        whole = len(starts) == len(ends) == len(axes) > 0 and set(axes) <= set(sides)
        if not (whole and set(steps) <= {1} and min(starts) >= 0 and max(ends) < 0):
            break
        for start, end, axis in zip(starts, ends, axes, strict=True):
            sides[axis][0] += start
            sides[axis][1] -= end
        node = users[0]
        users = chain.graph.open_users(node.outputs[0])
    return ((sides[2][0], sides[2][1]), (sides[3][0], sides[3][1])), node


def pads_to(
    node: Node, told: Any, image: Any, size: Any, strides: Any, dilation: Any
) -> tuple[Pads, tuple[int, int]]:
    """Return the padding, and what is put at the end, by which an output has a size."""
    if len(told) != 2:
        raise node.refuse('an output_shape of height and width', f'{told}', 'Say these alone.')
    axes = zip(image, size, strides, dilation, told, strict=False)
    y, x = (s * (n - 1) + (f - 1) * r + 1 - k for n, f, s, r, k in axes)  # more than is told
    top, left = max(y, 0) // 2, max(x, 0) // 2
    return ((top, max(y, 0) - top), (left, max(x, 0) - left)), (max(-y, 0), max(-x, 0))


def read_pooling(chain: Chain, node: Node) -> None:
    """Read ``MaxPool`` or ``AveragePool``."""
    add_pooling(chain, node, POOLS['Average' if node.op == 'AveragePool' else 'Max'])


def read_smallest(chain: Chain) -> bool:
    """Read a pooling by the minimum: the maximum of opposite numbers, turned again."""
    stretch: list[Node] = []
    for op in ('Neg', 'MaxPool', 'Neg'):
        users = chain.graph.open_users(stretch[-1].outputs[0]) if stretch else chain.users()
        if [user.op for user in users] != [op]:
            return False
        stretch += users
    add_pooling(chain, stretch[1], np.min)
    chain.goes_on(stretch[-1])
    return True


def add_pooling(chain: Chain, node: Node, how: Any) -> None:
    """Add a layer that pools."""
    size = ints(node, 'kernel_shape', 1) or ()
    chain.channels_first(node, len(size))
    if len(size) not in (1, 2):
        raise node.refuse('windows of 1 or 2 axes', f'{len(size)}', 'There are no others here.')
    strides = ints(node, 'strides', 1) or (1,) * len(size)
    dilation = ints(node, 'dilations', 1) or (1,) * len(size)
    pads = window_pads(chain, node, size, strides, dilation)
    mean = node.op == 'AveragePool'
    if chain.pads and not (node.whole('count_include_pad', 0) or pads == pads_before(chain)):
        raise node.refuse('padding that all counts', f'{pads}', 'Pad in one place.')
    more: dict[str, Any] = {}
    counts = node.whole('count_include_pad', 0) or chain.pads
    if any(map(any, pads)) and mean and not counts:
        more['count_padding'] = False
    if node.whole('ceil_mode', 0):
        more['ceil_mode'] = True
    padding = padding_of(chain, node, size, strides, dilation)
    whole: Any = tuple if len(size) == 2 else max
    if set(dilation) != {1}:
        more['dilation'] = whole(dilation)
    make = Pooling if len(size) == 2 else Pooling1D
    chain.add(node, checked(node, make, whole(size), whole(strides), how, padding, **more))
    chain.pads = {}
    chain.goes_on(node)


def read_global_pooling(chain: Chain, node: Node) -> None:
    """Read a pooling over all places, whose axes stay, of size 1."""
    chain.channels_first(node)
    how = POOLS[node.op.removeprefix('Global').removesuffix('Pool')]
    chain.add(node, GlobalPooling(how))
    chain.goes_on(node, (0, 1, *[ONE] * (len(chain.axes) - 2)))


def read_reduction(chain: Chain, node: Node) -> None:
    """Read a reduction over all axes between samples and channels."""
    given = chain.graph.needed(node, 1, 'axes') if node.input(1) else None
    axes = axes_of(node, len(chain.axes), given)
    chain.fill(node)
    between = {i for i, axis in enumerate(chain.axes) if axis not in (0, len(chain.shape))}
    if set(axes or ()) != between or not between:
        raise node.refuse(
            f'a reduction over all places, axes {sorted(between)}', f'{axes}',
            'GlobalPooling takes all of them.',
        )  # fmt: skip
    kept = [ONE if i in between else min(axis, 1) for i, axis in enumerate(chain.axes)]
    chain.add(node, GlobalPooling(POOLS[node.op.removeprefix('Reduce')]))
    keep = node.whole('keepdims', 1)
    chain.goes_on(node, kept if keep else [axis for axis in kept if axis != ONE])


def ints(node: Node, name: str, least: int) -> tuple[int, ...] | None:
    """Return whole numbers of at least so much."""
    found = node.wholes(name)
    if found is not None and (
        not 0 < len(found) < 9 or not least <= min(found) <= max(found) < 2**31
    ):
        raise node.refuse(f'{name} from {least} on', f'{found[:9]}', 'Find a copy.')
    return found


def pads_of(node: Node, spatial: int) -> Pads:
    """Return the padding of each side that a node tells in numbers; of signals, as of images."""
    pads = ints(node, 'pads', 0) or (0,) * (2 * spatial)
    if len(pads) != 2 * spatial:
        raise node.refuse(f'{2 * spatial} pads', f'{pads}', 'Find a copy.')
    rows, columns = [(0, 0), *zip(pads[:spatial], pads[spatial:], strict=True)][-2:]
    return rows, columns


def window_pads(chain: Chain, node: Node, size: Any, strides: Any, dilation: Any) -> Pads:
    """Return the padding of each side, also where a node names a rule for it."""
    rule = node.text('auto_pad', 'NOTSET')
    if rule == 'NOTSET':
        sides = zip(pads_of(node, len(size)), pads_before(chain), strict=True)
        rows, columns = ((a + c, b + d) for (a, b), (c, d) in sides)
        return rows, columns
    if chain.pads:
        raise node.refuse('padding in numbers behind a node Pad', rule, 'Pad in one place.')
    if rule == 'VALID':
        return (0, 0), (0, 0)
    if rule not in RULES:
        raise node.refuse('an auto_pad that is known', rule, 'Export with numbers.')
    return same_pads(chain, size, strides, dilation, RULES[rule])


def pads_before(chain: Chain) -> Pads:
    """Return the padding that a node put around the images, or signals, before."""
    rows, columns = [(0, 0), *(chain.pads.get(i, (0, 0)) for i in range(1, len(chain.shape)))][-2:]
    return rows, columns


def same_pads(chain: Chain, size: Any, strides: Any, dilation: Any, word: str = 'same') -> Pads:
    """Return the padding by which an output is as long as the input, or a stride-th of it."""
    image, (f, s, r) = (1, *chain.shape[:-1])[-2:], ((1, *each)[-2:] for each in
                                                      (size, strides, dilation))  # fmt: skip
    return find_pads(word, image, f, s, r)


def padding_of(chain: Chain, node: Node, size: Any, strides: Any, dilation: Any) -> Any:
    """Return padding as the layers take it: a word, or numbers for either side alike."""
    pads = window_pads(chain, node, size, strides, dilation)
    if pads == same_pads(chain, size, strides, dilation):
        return 'same' if any(map(any, pads)) else 'valid'
    if len(size) == 1 and pads[1] == ((size[0] - 1) * dilation[0], 0) and node.op == 'Conv':
        return 'causal'
    if pads == same_pads(chain, size, strides, dilation, 'same_lower'):
        return 'same_lower'
    padding = symmetric(node, pads)
    return padding if len(size) == 2 else padding[1]


def symmetric(node: Node, pads: Pads) -> tuple[int, int]:
    """Return padding that is the same before and after."""
    if any(before != after for before, after in pads):
        raise node.refuse(
            "as much padding before as after, or that of 'same'", f'{pads}',
            'Choose an even amount of padding.',
        )  # fmt: skip
    return pads[0][0], pads[1][0]
