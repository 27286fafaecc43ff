"""Sequences of different lengths: which steps are real, and what layers make of the others.

The lengths ``(m,)`` are an input of the graph. Real steps come first; those behind them pad.
"""

from epynn.interchange.onnx.graph import Graph, Value
from epynn.interchange.onnx.positions import write_positions


def write_mask(graph: Graph, X: Value, whole: bool) -> Value:
    """Add the mask ``(m, s)``, and return samples with 0 where steps pad, whatever was there."""
    graph.place = graph.lengths
    t = write_positions(graph, X)
    ends = graph.node('Unsqueeze', [graph.lengths, graph.constant('axis', [1])], 'ends')
    graph.mask = graph.node('Less', [t, ends], 'mask', 'steps before the end are real')
    return fill_masked(graph, X, 0 if whole else 0.0)


def fill_masked(graph: Graph, X: Value, filler: float) -> Value:
    """Return an array with a number where steps pad."""
    number = graph.constant('filler', filler)
    doc = f'{filler:g} where steps pad'
    name = graph.node('Where', [real_along(graph, X), X.name, number], 'Xm', doc)
    return X._replace(name=name)


def real_along(graph: Graph, X: Value) -> str:
    """Return the mask ``(m, s)`` with axes of 1, to spread over an array."""
    axes = [1, *range(3, len(X.shape))] if X.first else list(range(2, len(X.shape)))
    if not axes:
        return graph.mask
    return graph.node('Unsqueeze', [graph.mask, graph.constant('more', axes)], 'real')


def lengths_along(graph: Graph, axes: list[int], factor: int = 1) -> str:
    """Return the number of real steps in floats, times a factor, with axes of 1 at more places."""
    N = graph.node('Cast', [graph.lengths], 'N', 'real steps', to=graph.kind)
    if factor > 1:
        N = graph.node('Mul', [N, graph.constant('each', float(factor))], 'N', 'real numbers')
    return graph.node('Unsqueeze', [N, graph.constant('more', axes)], 'N')


def last_real(graph: Graph, states: str) -> str:
    """Return the state after the last real step: ``(m, s, u) -> (m, u)``."""
    last = graph.node('Sub', [graph.lengths, graph.constant('one', [1])], 'last')
    last = graph.node('Unsqueeze', [last, graph.constant('axis', [1])], 'last', 'of each sample')
    return graph.node('GatherND', [states, last], 'A', 'the last real state', batch_dims=1)


def reversed_steps(graph: Graph, steps: str, symbol: str, ragged: bool) -> str:
    """Return steps ``(s, m, ...)`` from the last real one to the first; those that pad stay."""
    if ragged:
        return graph.node(
            'ReverseSequence', [steps, graph.lengths], symbol, 'real steps backwards',
            batch_axis=1, time_axis=0,
        )  # fmt: skip
    ends = [graph.constant(f'back {key}', [value]) for key, value in BACKWARDS.items()]
    return graph.node('Slice', [steps, *ends], symbol, 'steps backwards')


BACKWARDS = {'from': -1, 'to': -(2**63), 'axis': 0, 'by': -1}
"""How a slice runs from the last step to the first."""
