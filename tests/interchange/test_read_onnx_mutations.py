"""Files of ONNX changed at random, or by an ill will: each works, or gives one typed error."""

import os
import tracemalloc
from collections import Counter

import numpy as np
import pytest

from epynn import BatchNorm, Dense, Pooling, Residual, relu
from epynn.commons.errors import ArgumentError, EpynnError, ModelFileError
from epynn.interchange import read_onnx

onnx = pytest.importorskip('onnx')
mutations = pytest.importorskip('onnx_mutations')
helper, numpy_helper = onnx.helper, onnx.numpy_helper

CASES = int(os.environ.get('EPYNN_FUZZ_ONNX', '150'))
"""How many files are tried; 13000 were, once."""


def allowed_memory(data):
    """Return how much memory a file may take: for what is no array, 150 times its length."""
    return 4_000_000 + 150 * len(data)


def read_watched(path):
    """Return what comes of a file, and its share of the memory that it is allowed."""
    tracemalloc.start()
    try:
        return read_onnx(path), 0.0
    except ModelFileError:
        peak = tracemalloc.get_traced_memory()[1]
        return None, peak / allowed_memory(path.read_bytes())
    finally:
        tracemalloc.stop()


def test_mutations_give_a_network_that_works_or_a_typed_error(tmp_path):
    bases, path, outcomes, worst = mutations.make_bases(), tmp_path / 'x.onnx', Counter(), 0
    for case in range(CASES):
        _, data = mutations.make_case(case, bases)
        path.write_bytes(data)
        try:
            model, share = read_watched(path)
            outcomes['works' if model else 'refused'] += 1
            if model:
                outcomes['refuses input'] += not predicts(model)
        except Exception as error:
            raise AssertionError(f'case {case}: {error!r}') from error
        worst = max(worst, share)
    assert outcomes['refused'] > CASES / 2
    assert outcomes['works'] > CASES / 20
    assert worst < 1


def predicts(model):
    """Return whether a network predicts; of errors, those of epynn are for the user to see."""
    shape = model.network[0]['forward']['X'][1:]
    try:
        with np.errstate(all='ignore'):
            model.forward(np.zeros((2, *shape))) if np.prod(shape) < 1e5 else None
    except EpynnError:
        return False
    return True


# FILES OF AN ILL WILL


def make_file(nodes, sizes=('m', 4), tensors=(), output='A', **more):
    """Return a file of nodes, each ``(op, inputs, outputs, attributes)``."""
    made = [helper.make_node(op, ins, outs, f'node {i}', **attributes)
            for i, (op, ins, outs, attributes) in enumerate(nodes)]  # fmt: skip
    note = helper.make_tensor_value_info
    graph = helper.make_graph(
        made, 'g', [note('X', 1, sizes)], [note(output, 1, None)], list(tensors)
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 22)], **more)


def tensor(name, array):
    return numpy_helper.from_array(np.asarray(array, np.float32), name)


def claiming(name, *dims):
    """Return a tensor that claims a shape, of four numbers."""
    made = tensor(name, np.zeros(4))
    del made.dims[:]
    made.dims.extend(dims)
    return made


def outside(location, offset=0, length=64, name='W'):
    """Return a tensor (4, 4) that lies in another file."""
    made = onnx.TensorProto(name=name, data_type=1, dims=[4, 4])
    mutations.place_outside(made, location, offset, length)
    return made


DENSE = [('MatMul', ['X', 'W'], ['A'], {})]
DEEP = [('Relu', ['X' if i == 0 else f'v{i - 1}'], [f'v{i}'], {}) for i in range(100)]
DOUBLED = [('Concat', [f'c{i}', f'c{i}'], [f'c{i + 1}'], {'axis': 0}) for i in range(60)]


def branches(depth):
    """Return nodes of sums inside sums, so many deep."""
    nodes, at = [], 'X'
    for i in range(depth):
        nodes.append(('Tanh', [at], [f'b{i}'], {}))
        at = f'b{i}'
    for i in reversed(range(depth)):
        nodes.append(('Add', [at, f'b{i - 1}' if i else 'X'], [f's{i}' if i else 'A'], {}))
        at = f's{i}'
    return nodes


def subgraph(depth):
    """Return a graph inside a graph, so many deep."""
    inner = helper.make_graph([helper.make_node('Identity', ['X'], ['A'])], 'g', [], [])
    for _ in range(depth):
        node = helper.make_node('If', ['X'], ['A'], then_branch=inner, else_branch=inner)
        inner = helper.make_graph([node], 'g', [], [])
    return [('If', ['X'], ['A'], {'then_branch': inner, 'else_branch': inner})]


ILL = {
    'shape of 1e12 numbers': (lambda: make_file(DENSE, tensors=[claiming('W', 10**6, 10**6)]),
                              '4000000000000 bytes'),
    'negative shape': (lambda: make_file(DENSE, tensors=[claiming('W', -4, -1)]), 'a shape'),
    'shape that overflows': (lambda: make_file(DENSE, tensors=[claiming('W', *[2**32] * 4)]),
                             'a shape'),
    'shape of nothing': (lambda: make_file(DENSE, tensors=[claiming('W', 0, *[2**62] * 3)]),
                         'a shape'),
    'type': (lambda: make_file(DENSE, tensors=[
        helper.make_tensor('W', onnx.TensorProto.STRING, [1], [b'x'])]), 'STRING'),
    'outside': (lambda: make_file(DENSE, tensors=[outside('../secret')]), 'in the folder'),
    'outside, absolute': (lambda: make_file(DENSE, tensors=[outside('/etc/passwd')]), 'in the fol'),
    'outside, by detours': (lambda: make_file(DENSE, tensors=[outside('a/../../x')]), 'in the fol'),
    'outside, link': (lambda: make_file(DENSE, tensors=[outside('link')]), 'a link'),
    'outside, by a link': (lambda: make_file(DENSE, tensors=[outside('folder/data')]), 'a link'),
    'outside, no file': (lambda: make_file(DENSE, tensors=[outside('none')]), 'no file'),
    'outside, pipe': (lambda: make_file(DENSE, tensors=[outside('pipe')]), 'no file'),
    'outside, length': (lambda: make_file(DENSE, tensors=[outside('data', 0, 2**40)]), '64 bytes'),
    'outside, offset': (lambda: make_file(DENSE, tensors=[outside('data', 2**40)]), '64 bytes'),
    'outside, negative': (lambda: make_file(DENSE, tensors=[outside('data', -64)]), 'a place'),
    'outside, twice': (lambda: make_file(
        [*DENSE[:0], ('MatMul', ['X', 'W'], ['h'], {}), ('MatMul', ['h', 'V'], ['A'], {})],
        tensors=[outside('data'), outside('data', name='V')]), 'no other tensor'),
    'circle': (lambda: make_file([('Add', ['X', 'B'], ['A'], {}), ('Relu', ['A'], ['B'], {})]),
               'circles'),
    'circle of one': (lambda: make_file([('Add', ['X', 'A'], ['A'], {})]), 'circles'),
    'dangling': (lambda: make_file([('Add', ['X', 'B'], ['A'], {})]), r"there, got 'B'"),
    'twice': (lambda: make_file([('Relu', ['X'], ['A'], {}), ('Tanh', ['X'], ['A'], {})]),
              'name of its own'),
    'no input': (lambda: make_file([('Constant', [], ['A'], {'value_float': 1.0})]), 'one input'),
    'deep': (lambda: make_file(subgraph(12)), 'got If'),
    'branches': (lambda: make_file(branches(200)), '30 deep'),
    'branches side by side': (
        lambda: make_file([('Sum', ['X'] * 1000, ['A'], {})]), '100 branches'),
    'nodes': (lambda: make_file(DEEP * 201), '20000 nodes'),
    'constants': (lambda: make_file([*DOUBLED, ('Add', ['X', 'c60'], ['A'], {})],
                                    tensors=[tensor('c0', [1.0])]), 'many more'),
    'filled': (lambda: make_file(
        [('ConstantOfShape', ['n'], ['c'], {}), ('Add', ['X', 'c'], ['A'], {})],
        tensors=[numpy_helper.from_array(np.array([10**6, 10**6]), 'n')]), 'many more'),
    'spread': (lambda: make_file(
        [('Expand', ['c', 'n'], ['b'], {}), ('Add', ['b', 'b'], ['d'], {}),
         ('Add', ['X', 'd'], ['A'], {})],
        tensors=[numpy_helper.from_array(np.array([10**6, 10**6]), 'n'), tensor('c', [1.0])]),
        'many more'),
    'samples': (lambda: make_file([('Relu', ['X'], ['A'], {})], ['m', 2**62]), 'an input'),
    'axes': (lambda: make_file([('Relu', ['X'], ['A'], {})], ['m', *[2] * 40]), 'an input'),
    'window': (lambda: make_file([('MaxPool', ['X'], ['A'], {'kernel_shape': [2**31 - 1] * 2})],
                                 ['m', 1, 9, 9]), 'no larger than'),
    'function of its own': (lambda: local_function(), 'pkg.f'),
    'operator': (lambda: make_file([('NonMaxSuppression', ['X'], ['A'], {})]),
                 r'node node 0 \(NonMaxSuppression\)'),
}  # fmt: skip


def local_function():
    """Return a file whose function calls itself."""
    opset = helper.make_opsetid('', 22), helper.make_opsetid('pkg', 1)
    body = [helper.make_node('f', ['X'], ['A'], domain='pkg')]
    function = helper.make_function('pkg', 'f', ['X'], ['A'], body, opset)
    file = make_file([('f', ['X'], ['A'], {'domain': 'pkg'})], functions=[function])
    file.opset_import.append(opset[1])
    return file


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a file of data, a secret above it, links there, and a pipe."""
    folder = tmp_path / 'folder of the file'
    folder.mkdir()
    for path in (tmp_path / 'secret', tmp_path / 'data', folder / 'data'):
        path.write_bytes(np.ones((4, 4), np.float32).tobytes())
    (folder / 'link').symlink_to(tmp_path / 'secret')
    (folder / 'folder').symlink_to(tmp_path)
    os.mkfifo(folder / 'pipe')
    return folder


@pytest.mark.parametrize('case', ILL)
def test_an_ill_will_is_refused_in_bounded_memory(case, folder):
    make, words = ILL[case]
    path = folder / 'network.onnx'
    path.write_bytes(make().SerializeToString())
    tracemalloc.start()
    try:
        with pytest.raises(ModelFileError, match=words):
            read_onnx(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < allowed_memory(path.read_bytes())


def test_what_looks_ill_and_is_not(folder):
    path = folder / 'network.onnx'
    path.write_bytes(make_file(DENSE, tensors=[outside('data')]).SerializeToString())
    np.testing.assert_array_equal(read_onnx(path).forward(np.ones((1, 4))), np.full((1, 4), 4))
    path.write_bytes(make_file(DEEP, output='v99').SerializeToString())
    assert next(iter(read_onnx(path).layers[1:])).activate.function is relu
    nodes = [('Exp', ['X'], ['e'], {}), *DENSE]
    path.write_bytes(make_file(nodes, tensors=[tensor('W', np.eye(4))]).SerializeToString())
    assert [type(layer) for layer in read_onnx(path).layers[1:]] == [Dense]  # nobody reads e
    nodes = [('MatMul', ['X', 'W'], ['h'], {}), ('Add', ['h', 'X'], ['A'], {})]
    path.write_bytes(make_file(nodes, tensors=[tensor('W', np.eye(4))]).SerializeToString())
    assert [type(layer) for layer in read_onnx(path).layers[1:]] == [Residual]
    nodes = [('Neg', ['X'], ['n'], {}), ('MaxPool', ['n'], ['A'], {'kernel_shape': [2, 2]}),
             ('Neg', ['A'], ['m'], {})]  # fmt: skip
    path.write_bytes(make_file(nodes, ['m', 1, 4, 4]).SerializeToString())
    assert [type(layer) for layer in read_onnx(path).layers[1:]] == [BatchNorm, Pooling]  # no min
    large = make_file([('Relu', ['X'], ['A'], {})], ['m', 3000, 4000, 3])
    path.write_bytes(large.SerializeToString())
    tracemalloc.start()
    try:
        read_onnx(path)
        assert tracemalloc.get_traced_memory()[1] < 1e6
    finally:
        tracemalloc.stop()


def test_what_is_no_file_is_said(folder):
    for name in ('none', 'pipe', 'folder'):
        with pytest.raises(ArgumentError, match='a file that can be read'):
            read_onnx(folder / name)
    with pytest.raises(ModelFileError, match='a file of ONNX'):
        read_onnx(folder / 'data')
