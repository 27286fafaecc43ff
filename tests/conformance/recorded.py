"""The cases that ship with the package onnx: a graph, what goes in, and what has to come out."""

import importlib
import warnings
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.backend.test.case import node as nodes
from onnx.backend.test.loader import load_model_tests

KNOWN = '1.23'
"""The version of onnx that the tables count; others have other cases."""

IS_KNOWN = onnx.__version__.startswith(f'{KNOWN}.')


class NotMapped(Exception):
    """Nothing of ours computes this case; the message says why."""


def require(condition, reason):
    """Say why a case is not mapped, where a condition does not hold."""
    if not condition:
        raise NotMapped(reason)


def node_cases(operator=None, module=None):
    """Return the cases of nodes: all, or those of one operator, from one file of onnx."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # onnx divides by 0, and casts too much, to make them
        if operator is None:
            return load_model_tests(kind='node')
        importlib.import_module(f'{nodes.__name__}.{module or operator.lower()}')
    made = nodes._NodeTestCases
    operators = operators_of(made)
    return [case for case in made if operators[base_name(case)] == operator]


def operators_of(cases):
    """Return the operator of each case by its name; variants that are written out are left out."""
    return {case.name: case.model.graph.node[0].op_type for case in cases if not expanded(case)}


def expanded(case):
    """Return whether a case is another one, its operator written out in more primitive ones."""
    return '_expanded' in case.name


def base_name(case):
    """Return the name of the case that this one is, or is a variant of."""
    return case.name.partition('_expanded')[0]


def model_cases(kind):
    """Return the recorded models of a kind, such as 'pytorch-converted', sorted by name."""
    return sorted(load_model_tests(kind=kind), key=lambda case: case.name)


def read_case(case):
    """Return the model of a case, its inputs and the outputs that it has to give."""
    if case.model is not None:
        inputs, outputs = case.data_sets[0]
        return case.model, list(inputs), list(outputs)
    folder = Path(case.model_dir)
    arrays = [
        [
            numpy_helper.to_array(onnx.load_tensor(folder / 'test_data_set_0' / f'{side}_{k}.pb'))
            for k in range(len(list(folder.glob(f'test_data_set_0/{side}_*.pb'))))
        ]
        for side in ('input', 'output')
    ]
    return onnx.load(folder / 'model.onnx'), *arrays


def attributes(node):
    """Return the attributes of a node as Python numbers, strings and lists."""
    values = {each.name: helper.get_attribute_value(each) for each in node.attribute}
    return {k: v.decode() if isinstance(v, bytes) else v for k, v in values.items()}


def named_inputs(node, inputs):
    """Return the inputs of a node in their places; None where one is left out."""
    given = iter(inputs)
    return [next(given) if name else None for name in node.input]


def disagreement(case, found, expected):
    """Return in words how far outputs are from the recorded ones; nothing where they agree."""
    if len(found) != len(expected):
        return f'{len(found)} outputs for {len(expected)}'
    for A, E in zip(found, expected, strict=True):
        A, E = np.asarray(A), np.asarray(E)
        if A.shape != E.shape:
            return f'shape {A.shape} for {E.shape}'
        if not np.allclose(A, E, rtol=case.rtol, atol=case.atol, equal_nan=True):
            return f'off by {np.abs(A - E).max():.1e}'
    return ''
