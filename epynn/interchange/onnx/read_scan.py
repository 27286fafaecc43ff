"""A node Scan as a recurrent layer: its body, one step, is computed and compared with the layer.

Functions of gates are found by trying, too: each product is looked for, and what comes of it.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from epynn.commons.maths import ACTIVATIONS, identity
from epynn.commons.recurrence import Recurrent
from epynn.interchange.onnx.chain import Chain, checked
from epynn.interchange.onnx.folding import can_fold, fold_node
from epynn.interchange.onnx.node import Node
from epynn.interchange.onnx.read_recurrent import KINDS, fill_steps, require_branch
from epynn.interchange.onnx.reading import as_node
from epynn.interchange.onnx.recognizing import CLOSE
from epynn.kernels.arrays import ndarray

MOST = 64
"""Nodes that one step may have."""
LETTERS = {'RNN': ('',), 'GRU': ('z', 'r', 'hh'), 'LSTM': ('f', 'i', 'g', 'o')}
"""The gates in the order in which a step computes them."""
ARGUMENTS = {
    'RNN': ('activate',), 'GRU': ('activate_update', 'activate_reset', 'activate'),
    'LSTM': ('activate_forget', 'activate_input', 'activate_candidate', 'activate_output'),
}  # fmt: skip
"""The arguments of their functions."""
KEYWORDS = {'lrelu': 'LRELU_alpha', 'elu': 'ELU_alpha', 'softmax': 'softmax_temperature'}
"""What the setting of a function is called in a network."""


class Step:
    """The body of a Scan: what it computes from one step, and states before."""

    def __init__(self, chain: Chain, node: Node) -> None:
        body = node.settings['body'].g
        self.chain, self.node = chain, node
        if len(body.node) > MOST:
            raise node.refuse(f'a step of at most {MOST} nodes', f'{len(body.node)}', 'Split it.')
        self.nodes = [as_node(each) for each in body.node]
        self.inputs = [value.name for value in body.input]
        self.outputs = [value.name for value in body.output]
        self.own = {
            tensor.name: chain.graph.tensors.read(tensor) for tensor in body.initializer
        }  # fmt: skip

    def constant(self, name: str) -> ndarray | None:
        """Return a constant of the body or of the graph around it."""
        array = self.own[name] if name in self.own else self.chain.graph.constant(name)
        return array.astype(np.float64) if array is not None and array.dtype.kind == 'f' else array

    def follow(self, name: str) -> set[str]:
        """Return the arrays that are made of one alone, besides constants."""
        known, found = {name}, set[str]()
        for node in self.nodes:
            open_inputs = {each for each in node.inputs if each and self.constant(each) is None}
            if open_inputs and open_inputs <= known:
                found.add(node.outputs[0])
                known.add(node.outputs[0])
        return found

    def run(self, arrays: dict[str, ndarray]) -> dict[str, ndarray]:
        """Return all arrays of one step."""
        for node in self.nodes:
            inputs = [arrays.get(name, self.constant(name)) if name else None
                      for name in node.inputs]  # fmt: skip
            if any(array is None and name for array, name in zip(inputs, node.inputs, strict=True)):
                raise node.refuse('inputs that are there', f'{node.inputs}', 'Find a copy.')
            arrays[node.outputs[0]] = checked(node, self.compute, node, inputs)
        return arrays

    def compute(self, node: Node, inputs: list[Any]) -> ndarray:
        """Return what a node makes of its inputs."""
        if node.op == 'Gemm':
            turned = node.whole('transA', 0) or node.whole('transB', 0)
            if turned or node.number('alpha', 1.0) != 1 or node.number('beta', 1.0) != 1:
                raise node.refuse('a plain product', 'one that is turned', 'Turn the weights.')
            Z: ndarray = inputs[0] @ inputs[1]
            return Z if len(inputs) < 3 else Z + inputs[2]
        if node.op == 'Softmax':
            P = np.exp(inputs[0] - inputs[0].max(-1, keepdims=True))
            return np.asarray(P / P.sum(-1, keepdims=True))
        if not can_fold(node):
            raise node.refuse('a node of a recurrent step', node.op, 'Write it in others.')
        return fold_node(node, inputs, self.chain.graph.spend)


def read_scan(chain: Chain, node: Node, backwards: bool = False) -> None:
    """Read a Scan over steps ``(s, m, e)``, from states of 0 on."""
    fill_steps(chain, node, 0)
    count = len(node.inputs) - 1
    whole = all(chain.graph.is_zero(name) for name in node.inputs[:count])
    plain = set(node.settings) == {'body', 'num_scan_inputs'} and chain.axes == (1, 0, 2)
    if not whole or not plain or node.inputs[-1] != chain.at or not 1 <= count <= 2:
        raise node.refuse(
            'a step over one sequence (s, m, e), from one or two states of 0 on',
            f'inputs {node.inputs}, axes {chain.axes}', 'Only such are layers.',
        )  # fmt: skip
    layer = layer_of(Step(chain, node))
    read = [name in chain.graph.outputs or bool(name and chain.graph.open_users(name))
            for name in node.outputs]  # fmt: skip
    if len(read) != count + 1 or sum(read) != 1 or not (read[0] or read[-1]):
        raise node.refuse('all states to be read, or the last', f'{read}', 'A layer has these.')
    layer.sequences = layer.arguments['sequences'] = read[-1]
    if backwards:
        require_branch(chain, node)
        vars(layer)['backwards'] = True
    chain.add(node, layer)
    chain.at, chain.rows = node.outputs[-1 if read[-1] else 0], None
    chain.axes = (1, 0, 2) if read[-1] else (0, 1)


def read_backwards(chain: Chain) -> bool:
    """Read a Scan of the steps from the last to the first, whose states are turned back."""
    onward = turn_of(chain)
    after = chain.graph.open_users(onward.outputs[0]) if onward else []
    scans = [node for node in after if node.op != 'Shape']
    if onward is None or [node.op for node in scans] != ['Scan']:
        return False
    chain.goes_on(onward)
    chain.tell_shapes()
    read_scan(chain, scans[0], backwards=True)
    if len(chain.axes) == 3:
        back = turn_of(chain)
        if back is None:
            raise scans[0].refuse('states that are turned back', 'others', 'Slice them so.')
        chain.goes_on(back)
    return True


def turn_of(chain: Chain) -> Node | None:
    """Return the node that turns the steps around, if it is what reads the array."""
    users = [node for node in chain.users() if node.op != 'Shape']
    if [node.op for node in users] != ['Slice'] or len(users[0].inputs) != 5:
        return None
    told = [chain.graph.constant(name) for name in users[0].inputs[1:]]
    if any(each is None or each.size != 1 for each in told):
        return None
    start, end, axis, step = (each.item() for each in told if each is not None)
    rank = len(chain.axes)
    turned = (start, step) == (-1, -1) and end < -(2**40) and -rank <= axis < rank
    return users[0] if turned and chain.axes[axis] == 1 else None


def layer_of(step: Step) -> Recurrent:
    """Return the layer whose step this is."""
    node, x, hp = step.node, step.inputs[-1], step.inputs[0]
    of_step = [each for each in step.nodes if each.op == 'Gemm' and each.input(0) == x]
    kind = {1: 'RNN', 3: 'GRU', 4: 'LSTM'}.get(len(of_step))
    if kind is None or len(step.inputs) != 2 + (kind == 'LSTM'):
        raise node.refuse('a step of RNN, GRU or LSTM', f'{len(of_step)} gates', 'Unroll it.')
    p: dict[str, ndarray] = {}
    linear, after = [], False
    for letter, product in zip(LETTERS[kind], of_step, strict=True):
        of_state = [each for each in step.nodes if product.outputs[0] == each.input(2)]
        if not of_state:  # the reset gate comes behind the product
            of_state = [each for each in step.nodes if each.op == 'Gemm' and each.input(0) == hp
                        and step.constant(each.input(2)) is not None]  # fmt: skip
            after = True
        sums = [each for each in step.nodes if product.outputs[0] in each.inputs]
        if len(of_state) != 1 or len(sums) != 1:
            raise product.refuse('products of step and state', 'others', 'Write them as Gemm.')
        p |= parameters(step, letter, product, of_state[0], after)
        linear.append(sums[0].outputs[0])
    arrays = try_step(step, p[f'U{LETTERS[kind][0]}'], p[f'V{LETTERS[kind][0]}'])
    names = dict(zip(ARGUMENTS[kind], linear, strict=True))
    if kind == 'LSTM':
        names['activate'] = step.outputs[1]
    functions, settings = find_functions(step, arrays, names)
    more: dict[str, Any] = {'reset_after': True} if after else {}
    if settings:
        more['se_hPars'] = settings
    u = len(p[f'V{LETTERS[kind][0]}'])
    layer: Recurrent = checked(node, KINDS[kind], u, sequences=True, **functions, **more)
    layer.p = p
    if not computes(layer, step, arrays):
        raise node.refuse(f'a step of {kind}', 'one that computes something else', 'Unroll it.')
    layer.p = {name: step.chain.turn(a) if name[0] == 'U' else a for name, a in p.items()}
    return layer


def parameters(
    step: Step, letter: str, of_step: Node, of_state: Node, after: bool
) -> dict[str, ndarray]:
    """Return ``U V b`` of a gate, and ``bV`` where the reset gate comes behind the product."""
    names = {f'U{letter}': of_step.input(1), f'V{letter}': of_state.input(1)}
    names[f'b{letter}'] = of_step.input(2)
    if after:
        names['bV'] = of_state.input(2)
    found = {name: step.constant(each) for name, each in names.items()}
    for name, array in found.items():
        if array is None or array.ndim != (1 if name[0] == 'b' else 2):
            raise of_step.refuse(f'{name} as a constant', 'another', 'Write it as Gemm.')
    return {name: a[np.newaxis] if name[0] == 'b' else a for name, a in found.items()
            if a is not None}  # fmt: skip


def try_step(step: Step, U: ndarray, V: ndarray) -> dict[str, ndarray]:
    """Return all arrays of a step from numbers small and large: functions show what they are."""
    rng = np.random.default_rng(0)
    sizes = np.geomspace(0.1, 20, 32)[:, np.newaxis] / max(float(np.abs(U).max()), 1e-6)
    arrays = {name: rng.uniform(-1, 1, (32, len(V))) for name in step.inputs[:-1]}
    arrays[step.inputs[-1]] = sizes * rng.standard_normal((32, len(U)))
    return step.run(arrays)


def find_functions(
    step: Step, arrays: dict[str, ndarray], names: dict[str, str]
) -> tuple[dict[str, Any], dict[str, float]]:
    """Return the function of each argument, by what it makes of an array, and their settings."""
    functions: dict[str, Any] = {}
    settings: dict[str, float] = {}
    for argument, name in names.items():
        there = step.follow(name)
        for function, keywords in candidates(step):
            with np.errstate(all='ignore'):
                A = function(arrays[name], **keywords)
            setting = KEYWORDS.get(function.__name__, '')
            told = dict(zip((setting,), keywords.values(), strict=False))
            fits = function is identity or any(
                A.shape == arrays[key].shape and np.allclose(A, arrays[key], rtol=CLOSE, atol=CLOSE)
                for key in there
            )
            if fits and told == {key: settings.get(key, value) for key, value in told.items()}:
                settings |= told
                functions[argument] = function
                break
        else:
            raise step.node.refuse('gates with functions of epynn', 'others', 'Train it so.')
    return functions, settings


def candidates(step: Step) -> Iterator[tuple[Any, dict[str, float]]]:
    """Yield functions, with each number that may be their setting; what changes nothing last."""
    numbers = {1.0, 0.01}
    for node in step.nodes:
        if 'alpha' in node.settings and node.op != 'Gemm':
            numbers.add(float(str(np.float32(node.number('alpha', 1.0)))))
        constants = [step.constant(name) for name in node.inputs]
        numbers |= {each.item() for each in constants if each is not None and each.size == 1}
    for name, function in sorted(ACTIVATIONS.items(), key=lambda item: item[1] is identity):
        if name not in KEYWORDS:
            yield function, {}
            continue
        for number in sorted(number for number in numbers if number > 0):
            yield function, {'T' if name == 'softmax' else 'alpha': number}


def computes(layer: Recurrent, step: Step, arrays: dict[str, ndarray]) -> bool:
    """Return whether a layer takes the step so."""
    twin: Any = layer.twin()
    twin.carries, twin.sequences = True, False
    twin.carried = dict(zip(('h', 'C_'), (arrays[name] for name in step.inputs[:-1]), strict=False))
    h = checked(step.node, twin.forward, arrays[step.inputs[-1]][:, np.newaxis])
    given = [(h, step.outputs[0]), (h, step.outputs[-1])]
    given += [(twin.carried['C_'], step.outputs[1])] if 'C_' in twin.carried else []
    return all(np.allclose(a, arrays[name], rtol=CLOSE, atol=CLOSE) for a, name in given)
