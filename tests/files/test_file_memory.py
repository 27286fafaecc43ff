"""Memory that reading and writing take: twice the file, and what its words take."""

import os
import re
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from model_files import allowed_memory, describe, enclose, nest, parts_of
from networks import make_classifier, quiet
from saved_networks import assert_same_network

from epynn import read_model
from epynn.commons.errors import ModelFileError, OutOfMemoryError
from epynn.commons.maths import softmax, tanh
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.lstm.models import LSTM
from epynn.network.models import EpyNN
from epynn.pooling.models import Pooling
from epynn.residual.models import Residual


def read_measured(path):
    """Return the network in a file, or None if it was refused, and the peak of memory."""
    again = None
    tracemalloc.start()
    try:
        again = read_model(path)
    except ModelFileError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return again, peak


def setting(make):
    """Return a change that puts a setting of the user's into the hyper-parameters."""
    return lambda d, n: d['se_hPars']['dict'].append(['mine', make(n)])


def layer(kind, **arguments):
    return {'layer': kind, 'arguments': arguments, 'frozen': False}


CHANGES = {
    'lists': setting(lambda n: [[]] * n),
    'nested lists': setting(lambda n: [nest([], 0, 80)] * (n // 80)),
    'dicts': setting(lambda n: [{'dict': []}] * n),
    'pairs': setting(lambda n: {'dict': [[i, 0] for i in range(n)]}),
    'wide text': setting(lambda n: '\U0001f600' + 'x' * 10 * n),
    'objects': setting(lambda n: [{'object': 'L2', 'arguments': {'coefficient': 1}}] * n),
    'tokens': lambda d, n: d['embedding'].update(tokens=[*range(n)]),
    'layers': lambda d, n: d.update(layers=[layer('LSTM')] * n),
    'layers of layers': lambda d, n: d.update(
        layers=[layer('Bidirectional', layer=layer('LSTM'))] * n
    ),
    'rows': lambda d, n: d.update(network=d['network'] * (n // 10)),
    'rates': lambda d, n: d.update(epochs=n, rates={'lists': [[0.1] * n], 'layers': [0, 0]}),
}


@pytest.mark.parametrize('kind', CHANGES)
def test_words_of_every_kind_take_memory_in_proportion_to_the_file(kind, tmp_path):
    path = quiet(make_classifier()).write(tmp_path / 'model')
    description, arrays = parts_of(path)
    CHANGES[kind](description, 1000 if 'layers' in kind else 5000)  # a layer takes long to make
    path.write_bytes(enclose(describe(description, ensure_ascii=False), arrays))
    _, peak = read_measured(path)
    assert peak <= allowed_memory(path.read_bytes())


def test_many_arrays_without_numbers(tmp_path):
    path = quiet(make_classifier()).write(tmp_path / 'model')
    description, arrays = parts_of(path)
    arrays |= {f'1.p.{i}': np.zeros(0) for i in range(20_000)}
    path.write_bytes(enclose(describe(description), arrays))
    again, peak = read_measured(path)
    assert again is None
    assert peak <= allowed_memory(path.read_bytes())


def test_deep_networks_of_small_layers_are_read(tmp_path):
    model = quiet(make_classifier(*[Dense(4, tanh) for _ in range(250)]))
    path = model.write(tmp_path / 'model')
    again, peak = read_measured(path)
    assert_same_network(model, again)
    assert peak <= allowed_memory(path.read_bytes())


@pytest.mark.parametrize('dtype', [np.float32, np.float64], ids=['float32', 'float64'])
@pytest.mark.parametrize(('shape', 'layers'), [
    ((9, 9, 64), lambda: [Convolution(256, 3, 1), Pooling(7), Flatten()]),
    ((4, 300), lambda: [LSTM(200)]),
    ((400,), lambda: [Residual([Dense(400, tanh), Dense(400, tanh)])]),
], ids=['Convolution', 'LSTM', 'Residual'])  # fmt: skip
def test_reading_copies_no_network(shape, layers, dtype, tmp_path):
    """Peak memory of reading: what layers prepare for a batch, such as joined gates, counts too."""
    X = np.zeros((6, *shape))
    model = EpyNN([Embedding(X, [0, 1, 2] * 2, Y_encode=True), *layers(), Dense(3, softmax)])
    path = quiet(model, dtype=dtype).write(tmp_path / 'x')
    size = path.stat().st_size
    assert size > 500_000
    del model
    _, peak = read_measured(path)
    assert peak <= 2 * size + 100_000


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
