"""Files of many words: memory stays within twice the file and 1 MB, or the file is refused."""

import copy
import json
import os
import re
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from networks import make_classifier, quiet
from safetensors.numpy import save
from saved_networks import assert_same_network

from epynn import read_model
from epynn.commons.errors import ModelFileError, OutOfMemoryError
from epynn.commons.maths import tanh
from epynn.dense.models import Dense
from epynn.files.description import describe_architecture
from epynn.files.format import PADDING, decode_file, encode_file, seal_file
from epynn.files.writing import collect_arrays


@pytest.fixture(scope='module')
def parts():
    model = quiet(make_classifier())
    return json.loads(json.dumps(describe_architecture(model))), collect_arrays(model)


def write(path, description, arrays, ascii_only=True):
    """Write a sealed file as an attacker would, without the padding that epynn adds."""
    text = json.dumps({'format': 1, **description}, ensure_ascii=ascii_only)
    path.write_bytes(seal_file(save(arrays, metadata={'epynn': text, 'sha256': '0' * 64})))


def outcome(path):
    """Return what comes of a file, and assert that memory stays in bounds."""
    size = path.stat().st_size
    tracemalloc.start()
    try:
        read_model(path)
    except ModelFileError as error:
        found = 'no room' if 'a description in proportion' in str(error) else 'refused'
    else:
        found = 'works'
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak <= 2 * size + 1_000_000
    return found


def nest(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def layer(kind, **arguments):
    return {'layer': kind, 'arguments': arguments, 'frozen': False}


SETTINGS = {
    'lists': lambda n: [[]] * n,
    'nested lists': lambda n: [nest(80)] * (n // 80),
    'tuples': lambda n: [{'tuple': []}] * n,
    'dicts': lambda n: [{'dict': []}] * n,
    'pairs': lambda n: {'dict': [[i, 0] for i in range(n)]},
    'keys': lambda n: {str(i): 0 for i in range(n)},
    'ints': lambda n: [*range(1000, 1000 + n)],
    'floats': lambda n: [i / 7 for i in range(n)],
    'texts': lambda n: [str(i) for i in range(n)],
    'long text': lambda n: 'x' * 10 * n,
    'wide text': lambda n: '\U0001f600' + 'x' * 10 * n,
    'objects': lambda n: [{'object': 'L2', 'arguments': {'coefficient': 1}}] * n,
    'layers': lambda n: [layer('Dense')] * n,
}
CHANGES = {
    **{
        name: lambda d, n, make=make: d['se_hPars']['dict'].append(['mine', make(n)])
        for name, make in SETTINGS.items()
    },
    'tokens': lambda d, n: d['embedding'].update(tokens=[*range(n)]),
    'words': lambda d, n: d['embedding'].update(tokens=[str(i) for i in range(n)]),
    'recurrent layers': lambda d, n: d.update(layers=[layer('LSTM')] * n),
    'layers of layers': lambda d, n: d.update(
        layers=[layer('Bidirectional', layer=layer('LSTM'))] * n
    ),
    'rows': lambda d, n: d.update(network=d['network'] * (n // 10)),
    'rates': lambda d, n: d.update(epochs=n, rates={'lists': [[0.1] * n], 'layers': [0, 0]}),
    'other words': lambda d, n: d.update({str(i): 0 for i in range(n)}),
}


@pytest.mark.parametrize('change', CHANGES.values(), ids=CHANGES)
def test_words_of_every_kind_take_no_more_than_the_file_allows(change, parts, tmp_path):
    """The worst is the longest one that there is room for: it is found by bisection."""
    path, found = tmp_path / 'model', {}
    low, high = 1, 100_000
    while high - low > max(1, low // 20):
        n = int((low * high) ** 0.5)
        description = copy.deepcopy(parts[0])
        change(description, n)
        write(path, description, parts[1])
        found[n] = outcome(path)
        low, high = (low, n) if found[n] == 'no room' else (n, high)
    assert high == 100_000 or 'no room' in found.values()
    assert {*found.values()} & {'works', 'refused'}


@pytest.mark.parametrize('ascii_only', [True, False])
def test_one_wide_letter_counts_for_all(parts, tmp_path, ascii_only):
    """A text of Python takes four bytes a letter if one letter needs them."""
    description = copy.deepcopy(parts[0])
    SETTINGS['wide text'](1)
    for n, expected in ((1000, 'works'), (100_000, 'no room')):
        description['se_hPars']['dict'].append(['mine', SETTINGS['wide text'](n)])
        write(tmp_path / 'model', description, parts[1], ascii_only)
        assert outcome(tmp_path / 'model') == expected
        description['se_hPars']['dict'].pop()


def test_many_arrays_without_numbers(parts, tmp_path):
    arrays = {**parts[1], **{f'1.p.{i}': np.zeros(0) for i in range(20_000)}}
    write(tmp_path / 'model', parts[0], arrays)
    assert outcome(tmp_path / 'model') == 'no room'


def test_words_beside_a_large_array(parts, tmp_path):
    """Words and arrays are never in memory together with the file itself."""
    description, arrays = copy.deepcopy(parts[0]), {**parts[1], '1.p.x': np.zeros(1_000_000)}
    description['se_hPars']['dict'].append(['mine', [[]] * 30_000])
    write(tmp_path / 'model', description, arrays)
    assert outcome(tmp_path / 'model') == 'refused'  # for the array that no layer has


@pytest.mark.parametrize('count', [20, 250])
def test_deep_networks_of_small_layers_are_read(count, tmp_path):
    """Their files are padded: what is written can be read, and memory stays in bounds."""
    model = quiet(make_classifier(*[Dense(4, tanh) for _ in range(count)]))
    path = model.write(tmp_path / 'model')
    assert outcome(path) == 'works'
    assert_same_network(model, read_model(path))
    assert (PADDING.encode() in path.read_bytes()) == (count > 100)


def test_long_histories_are_read(tmp_path):
    model = quiet(make_classifier(), metrics=['accuracy', 'recall'])
    model.train(1, verbose=0)
    n = model.epochs = 6000
    model.e = n - 1
    rng = np.random.default_rng(0)
    model.metrics = {name: [rng.random(n).tolist(), [], []] for name in model.metrics}
    for each in model.layers:
        each.lrate = rng.random(n).tolist()
    path = model.write(tmp_path / 'model')
    assert outcome(path) == 'works'
    assert read_model(path).metrics == model.metrics


def test_the_padding_is_no_array_of_the_network():
    arrays, _ = decode_file(encode_file({'a': np.ones(3)}, {'b': [[]] * 50_000}), 'file')
    assert list(arrays) == ['a']


LIMITED = """
import pathlib, resource, sys
from epynn import Dense, Embedding, EpyNN, read_model
from epynn.commons.errors import OutOfMemoryError

def take(extra):
    used = int(pathlib.Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()
    size = resource.RLIM_INFINITY if extra is None else used + extra
    resource.setrlimit(resource.RLIMIT_AS, (size, resource.RLIM_INFINITY))

model = EpyNN([Embedding([[0.0] * 2000] * 2, [0, 1], (1, 0, 0)), Dense(2000), Dense(1)])
model.initialize(seed=1, verbose=False)
path = model.write(sys.argv[1])
old = path.read_bytes()
for share in (0, 0.01, 0.1, 0.5, 1, 1.5, 3):
    for act in (model.write, read_model):
        take(int(share * len(old)))
        try:
            act(path)
            outcome = 'done'
        except OutOfMemoryError as error:
            outcome = isinstance(error, MemoryError) and str(error)
        take(None)
        print(share, act.__name__, outcome)
    assert path.read_bytes() == old
    assert list(path.parent.iterdir()) == [path]
model.train(1, verbose=0)
"""


@pytest.mark.skipif(sys.platform != 'linux', reason='limits of the address space')
def test_too_little_memory_is_an_error_and_the_network_and_its_file_stay(tmp_path):
    """Rust ended the process, and the training was lost."""
    command = [sys.executable, '-c', LIMITED, tmp_path / 'model']
    environment = {**os.environ, 'RUST_BACKTRACE': '1', 'OPENBLAS_NUM_THREADS': '1'}
    result = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600)
    assert result.returncode == 0, result.stderr
    assert not result.stderr
    outcomes = [line.split(' ', 2) for line in result.stdout.splitlines()]
    assert len(outcomes) == 14
    # Writing takes next to nothing: the arrays go from where they are to the disk
    assert [words for _, act, words in outcomes if act == 'model_write'][2:] == ['done'] * 5
    read = [words for _, act, words in outcomes if act == 'read_model']
    assert read[-1] == 'done'
    for words in read[:4]:
        assert re.match(r'read_model: expected \d{8} bytes of memory, twice the file', words)


def test_memory_that_ends_while_a_network_is_written(tmp_path, monkeypatch):
    def fail(*_):
        raise MemoryError

    model = quiet(make_classifier())
    path = model.write(tmp_path / 'model')
    old = path.read_bytes()
    monkeypatch.setattr('epynn.files.format.encode_header', fail)
    with pytest.raises(OutOfMemoryError, match=r'EpyNN.write: .*got too little. The network is as'):
        model.write(path)
    assert path.read_bytes() == old


def test_writing_copies_no_array(tmp_path):
    model = quiet(make_classifier(Dense(300), Dense(300)))
    model.write(tmp_path / 'model')
    tracemalloc.start()
    model.write(tmp_path / 'model')
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 300_000 < (tmp_path / 'model').stat().st_size
