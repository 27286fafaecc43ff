"""What becomes of a recorded case: it agrees, it does not, or it is refused, in words."""

from conformance.by_network import predict
from conformance.mapped import MAPPED
from conformance.recorded import NotMapped, disagreement, node_cases, read_case, require
from onnx.reference import ReferenceEvaluator

from epynn.commons.errors import EpynnError

REFUSED = 'refused: '

AXES = {'Constant', 'Identity', 'Reshape', 'Shape', 'Transpose'}
"""Operators that compute nothing: onnx moves axes between those that are ours."""


def outcome(case, samples=0):
    """Return nothing where a case agrees, else in words how it does not, or why it is refused."""
    model, inputs, outputs = read_case(case)
    operators = {node.op_type for node in model.graph.node}
    by_functions = any(MAPPED[each].compute for each in operators & set(MAPPED))
    try:
        found = evaluate(model, inputs) if by_functions else predict(model, inputs, samples)
    except (NotMapped, EpynnError) as error:
        return f'{REFUSED}{error}'
    return disagreement(case, found, outputs)


def evaluate(model, inputs):
    """Return the outputs of a graph, node by node: all that computes is a function of ours."""
    known = dict(zip([each.name for each in model.graph.input], inputs, strict=True))
    for node in model.graph.node:
        given = [known[name] for name in node.input if name]
        row = MAPPED.get(node.op_type)
        if row is not None and row.compute is not None:
            found = row.compute(node, given)
        else:
            require(node.op_type in AXES, f'{node.op_type}, of which no function is here')
            found = ReferenceEvaluator(node).run(None, dict(zip(node.input, given, strict=True)))
        known.update(zip(filter(None, node.output), found, strict=True))
    return [known[each.name] for each in model.graph.output]


def node_outcomes(operator):
    """Return the outcome of each case of an operator, by its name."""
    row = MAPPED[operator]
    return {case.name: outcome(case, row.samples) for case in node_cases(operator, row.module)}
