"""Nodes RNN, GRU and LSTM as layers: the steps come first, or the samples with ``layout=1``."""

from typing import Any

import numpy as np

from epynn.bidirectional.models import Bidirectional
from epynn.commons.maths import ACTIVATIONS
from epynn.commons.recurrence import Recurrent
from epynn.gru.models import GRU
from epynn.interchange.onnx.activations import OF_GATES, USUAL
from epynn.interchange.onnx.chain import ONE, Chain, checked
from epynn.interchange.onnx.node import Node
from epynn.interchange.onnx.recurrent import GATES
from epynn.lstm.models import LSTM
from epynn.reshape.models import Reshape
from epynn.rnn.models import RNN

KINDS: dict[str, type[Recurrent]] = {'RNN': RNN, 'GRU': GRU, 'LSTM': LSTM}
FUNCTIONS = {
    'RNN': (('activate',),),
    'GRU': (('activate_update', 'activate_reset'), ('activate',)),
    'LSTM': (
        ('activate_input', 'activate_output', 'activate_forget'), ('activate_candidate',),
        ('activate',),
    ),
}  # fmt: skip
"""The arguments that each function of a node stands for."""
SETTINGS = {'LeakyRelu': ('LRELU_alpha', 0.01), 'Elu': ('ELU_alpha', 1.0)}
"""What their ``alpha`` is called here, and what it is where none is told."""
DEFAULTS = {'Affine': (1.0, 0.0), 'HardSigmoid': (0.2, 0.5)}


def read_recurrent(chain: Chain, node: Node) -> None:
    """Read a node of one direction, or of both, with what brings these side by side."""
    layout, ways = node.whole('layout', 0), ways_of(node)
    fill_steps(chain, node, layout)
    if chain.axes != ((0, 1, 2) if layout else (1, 0, 2)):
        raise node.refuse(
            f'sequences {"(m, s, e)" if layout else "(s, m, e)"} for layout={layout}',
            f'axes {chain.axes} of (m, s, e)',
            'Let samples come first in the input: batch_first=True in PyTorch.',
        )  # fmt: skip
    refuse_settings(chain, node)
    sequences = gives_sequences(chain, node)
    layers = [read_way(chain, node, way, sequences) for way in range(len(ways))]
    if len(layers) == 2:
        chain.add(node, checked(node, Bidirectional, layers[0], backward_layer=layers[1]))
        join_ways(chain, node, sequences)
        return
    if ways == 'b':
        require_branch(chain, node)
        vars(layers[0])['backwards'] = True
    chain.add(node, layers[0])
    end_steps(chain, node, layout, sequences)


def fill_steps(chain: Chain, node: Node, layout: int) -> None:
    """Give sequences the axis that they lack, if they are of one step, or of one number each."""
    samples = 0 if layout else 1
    known = [axis for axis in chain.axes if axis != ONE]
    if ONE in chain.axes and len(chain.axes) == 3 and chain.axes[samples] == 0 and len(known) < 3:
        s, e = (n for i, n in enumerate(chain.sizes) if i != samples)
        chain.add(node, Reshape((s, e)))
        chain.axes = (0, 1, 2) if layout else (1, 0, 2)


def ways_of(node: Node) -> str:
    """Return the directions of a node, f for forwards and b for backwards."""
    told = node.text('direction', 'forward')
    ways = {'forward': 'f', 'reverse': 'b', 'bidirectional': 'fb'}.get(told)
    if ways is None:
        raise node.refuse('forward, reverse or bidirectional', told, 'Find a copy.')
    return ways


def require_branch(chain: Chain, node: Node) -> None:
    """Refuse a layer that reads backwards and is no branch beside one that reads forwards."""
    if not chain.inside:
        raise node.refuse(
            'a layer that reads backwards beside one that reads forwards', 'one alone',
            'Bidirectional has both: leave out the one, or train with both.',
        )  # fmt: skip


def refuse_settings(chain: Chain, node: Node) -> None:
    """Refuse what layers have not: clipped gates, lengths, peepholes, states other than 0."""
    graph = chain.graph
    states = {5: 'initial_h'} if node.op != 'LSTM' else {5: 'initial_h', 6: 'initial_c', 7: 'P'}
    found = [name for i, name in states.items() if node.input(i)
             and not graph.is_zero(node.input(i))]  # fmt: skip
    found += ['clip'] * ('clip' in node.settings)
    found += ['input_forget'] * bool(node.whole('input_forget', 0))
    lengths = graph.constant(node.input(4)) if node.input(4) else None
    if node.input(4) and (lengths is None or (lengths != chain.shape[0]).any()):
        found.append('sequence_lens')
    if found:
        raise node.refuse(
            'gates as they are, states of 0 at first, and sequences of one length',
            ', '.join(found), 'Export without: layers here take a mask beside the samples.',
        )  # fmt: skip


def gives_sequences(chain: Chain, node: Node) -> bool:
    """Return whether the states of all steps are read, or the last one alone."""
    read = [bool(name) and bool(chain.graph.open_users(name)) for name in node.outputs]
    here = [name in chain.graph.outputs for name in node.outputs]
    used = [i for i, (a, b) in enumerate(zip(read, here, strict=True)) if a or b]
    if len(used) != 1 or used[0] > 1:
        raise node.refuse(
            'the states of all steps to be read, or the last one', f'outputs {used}',
            'A layer has one output: take the last state off the sequence in your program.',
        )  # fmt: skip
    return used[0] == 0


def read_way(chain: Chain, node: Node, way: int, sequences: bool) -> Recurrent:
    """Return the layer of one direction, with its parameters."""
    kind, u = node.op, node.whole('hidden_size', 0)
    gates, e = GATES[kind], chain.shape[-1]
    W, R = (chain.graph.needed(node, i, 'weights') for i in (1, 2))
    shapes = (len(gates) * u, e), (len(gates) * u, u)
    if any(a.ndim != 3 or a.shape[1:] != shape for a, shape in zip((W, R), shapes, strict=True)):
        raise node.refuse(f'weights {shapes}', f'{W.shape}, {R.shape}', 'Find a copy.')
    B = np.zeros((way + 1, 2 * len(gates) * u))
    if node.input(3):
        B = chain.graph.needed(node, 3, 'biases')
    of_input, of_state = checked(node, np.split, B[way], 2)
    more: dict[str, Any] = {}
    if kind == 'GRU' and node.whole('linear_before_reset', 0):
        more['reset_after'] = True
        more_bias = of_state[-u:].reshape(1, u)
        of_state = np.concatenate([of_state[:-u], np.zeros(u)])
    layer: Recurrent = checked(
        node, KINDS[kind], u, sequences=sequences, **functions_of(chain, node, way), **more
    )
    layer.p = {}
    for g, gate in enumerate(gates):
        rows = slice(g * u, (g + 1) * u)
        layer.p[f'U{gate}'] = chain.turn(W[way, rows].T)
        layer.p[f'V{gate}'] = R[way, rows].T
        layer.p[f'b{gate}'] = (of_input + of_state)[rows].reshape(1, u)
    if more:
        layer.p['bV'] = more_bias
    return layer


def functions_of(chain: Chain, node: Node, way: int) -> dict[str, Any]:
    """Return the activation functions of one direction, by argument, and their settings."""
    places = FUNCTIONS[node.op]
    told = node.texts('activations') or USUAL[node.op] * (way + 1)
    numbers = {name: list(node.numbers(f'activation_{name}')) for name in ('alpha', 'beta')}
    found: dict[str, Any] = {}
    settings: dict[str, float] = {}
    for i, op in enumerate(told[: len(places) * (way + 1)]):
        has_alpha, has_beta = op in SETTINGS or op in DEFAULTS, op in DEFAULTS
        alpha = numbers['alpha'].pop(0) if has_alpha and numbers['alpha'] else None
        beta = numbers['beta'].pop(0) if has_beta and numbers['beta'] else None
        if i // len(places) < way:
            continue
        name = name_of(node, op, alpha, beta)
        if op in SETTINGS:
            setting, usual = SETTINGS[op]
            alpha = usual if alpha is None else alpha
            alpha = float(str(np.float32(alpha))) if chain.graph.float32 else alpha
            if settings.setdefault(setting, alpha) != alpha:
                raise node.refuse('one alpha for all gates', f'{settings}, {alpha}', 'Train so.')
        found |= dict.fromkeys(places[i % len(places)], ACTIVATIONS[name])
    return {**found, 'se_hPars': settings} if settings else found


def name_of(node: Node, op: str, alpha: float | None, beta: float | None) -> str:
    """Return the name of a function here."""
    usual = DEFAULTS.get(op, (0.0, 0.0))
    numbers = usual[0] if alpha is None else alpha, usual[1] if beta is None else beta
    for name, (known, settings) in OF_GATES.items():
        expected = settings.get('alpha', numbers[0]), settings.get('beta', numbers[1])
        if known.lower() == op.lower() and np.allclose(numbers, expected, rtol=1e-6):
            return name
    raise node.refuse(
        f'gates with {", ".join(OF_GATES)}', f'{op[:40]} {numbers}', 'Train it with one of these.'
    )


def end_steps(chain: Chain, node: Node, layout: int, sequences: bool) -> None:
    """Go on with the output of one direction, and its axis of 1."""
    axes = ((0, 1, ONE, 2) if layout else (1, ONE, 0, 2)) if sequences else (
        (0, ONE, 1) if layout else (ONE, 0, 1))  # fmt: skip
    chain.at, chain.axes, chain.rows = node.outputs[int(not sequences)], axes, None


def join_ways(chain: Chain, node: Node, sequences: bool) -> None:
    """Go behind the nodes that put both directions side by side.

    ``(s, 2, m, u) -> (s, m, 2 u)``
    """
    first = node.outputs[0] if sequences else node.outputs[1]
    moved = chain.graph.open_users(first)
    after = chain.graph.open_users(moved[0].outputs[0]) if len(moved) == 1 else []
    perm = (0, 2, 1, 3) if sequences else (1, 0, 2)
    joined = [each.op for each in (*moved, *after)] == ['Transpose', 'Reshape']
    if node.whole('layout', 0) or not joined or moved[0].wholes('perm') != perm:
        raise node.refuse(
            'both directions side by side, by Transpose and Reshape',
            ', '.join(each.op for each in (*moved, *after)) or 'none',
            'Read all states, or the last of both, joined along their units.',
        )  # fmt: skip
    told = chain.graph.needed(after[0], 1, 'a shape').ravel()[:32].tolist()
    if len(told) != len(perm) - 1 or told[-1] not in (-1, chain.shape[-1]):
        raise after[0].refuse(f'{chain.shape[-1]} units in a row', f'{told}', 'Find a copy.')
    chain.rows = None
    chain.goes_on(after[0], (1, 0, 2) if sequences else (0, 1))


def read_last_step(chain: Chain) -> bool:
    """Read the last step, taken off a sequence of states, as a layer that gives it alone.

    Taken off the axis of directions, of which there is one, a state is itself.
    """
    users = chain.users()
    i = chain.graph.constant(users[0].input(1)) if [n.op for n in users] == ['Gather'] else None
    rank = len(chain.axes)
    if i is None or i.size != 1 or i.ndim > 1 or not -rank <= users[0].whole('axis', 0) < rank:
        return False
    (node,), axis, axes = users, users[0].whole('axis', 0) % rank, list(chain.axes)
    ends = i.item() in (-1, chain.sizes[axis] - 1)
    if axes[axis] == ONE and ends:
        axes[axis : axis + 1] = [ONE] * i.ndim
        chain.goes_on(node, axes)
        return True
    last = chain.layers[-1] if chain.layers else None
    if not isinstance(last, Recurrent) or not last.sequences or axes[axis] != 1 or not ends:
        return False
    if 'backwards' in vars(last):
        return False
    chain.change_last(node, sequences=False)
    chain.shape = chain.shape[1:]
    axes[axis : axis + 1] = [ONE] * i.ndim
    chain.goes_on(node, [a - 1 if a > 1 else a for a in axes])
    return True


def join_directions(node: Node, how: str, ends: list[Chain]) -> Bidirectional | None:
    """Return the layer of two branches, one of which reads backwards; None where none does."""
    backwards = [any(vars(layer).get('backwards') for layer in end.layers) for end in ends]
    if not any(backwards):
        return None
    merge = {'concatenate': 'concatenate', 'add': 'sum'}.get(how)
    alone = all(len(end.layers) == 1 and end.part is None for end in ends)
    order = sorted(backwards) == [False, True] and (how == 'add' or backwards[1])
    if merge is None or not alone or not order:
        raise node.refuse(
            'a recurrent layer that reads forwards, and one backwards, joined or added',
            f'{how} of {[str(layer) for end in ends for layer in end.layers]}'[:200],
            'Bidirectional has these two alone.',
        )  # fmt: skip
    onward, back = (ends[i].layers[0] for i in (backwards.index(False), backwards.index(True)))
    del vars(back)['backwards']
    made: Bidirectional = checked(node, Bidirectional, onward, merge, back)
    return made
