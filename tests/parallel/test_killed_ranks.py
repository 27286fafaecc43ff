"""A rank that ends at a random moment ends all, and another training goes on from the checkpoint.

EPYNN_KILLS=100 takes more moments.
"""

import os
import re
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from parallel.killed_training import FILE, build, embed
from rank_processes import end_all, start_ranks

from epynn import Checkpoint, read_model

fcntl = pytest.importorskip('fcntl')

CASES = int(os.environ.get('EPYNN_KILLS', '4'))
WAYS = 'SIGKILL', 'error', 'exit', 'SIGTERM', 'number', 'SIGINT', 'SIGABRT'
SAID = {
    'error': r'CallbackError: (.|\n)*raise ValueError\(.no luck.\)',
    'number': r'TrainingError: ',
    'SIGTERM': r'KeyboardInterrupt: SIGTERM',
    'SIGINT': r'KeyboardInterrupt: ',
}
"""What the rank says, where it can say anything."""
EPOCH, LIMIT = 4, 10
"""Batches, and seconds in which all processes have to end."""


@pytest.mark.parametrize('number', range(CASES))
def test_a_rank_that_ends_ends_all_and_leaves_a_whole_checkpoint(number, tmp_path, record_property):
    rng = np.random.default_rng(number)
    way, size = WAYS[number % len(WAYS)], int(rng.integers(2, 4))
    rank, batches = int(rng.integers(size)), int(rng.integers(EPOCH + 1, 60))
    script = Path(__file__).with_name('killed_training.py')
    started = start_ranks(size, script, tmp_path, way, rank, batches)
    try:
        process = next(line.split()[1] for line in started.stdout if line.startswith('now '))
        began = time.monotonic()
        if way.startswith('SIG'):
            os.kill(int(process), getattr(signal, way))
        out, errors = started.communicate(timeout=LIMIT)
        wait_for_all(tmp_path / 'alive', began + LIMIT)
    finally:
        end_all(started)
    record_property('seconds', time.monotonic() - began)
    assert started.returncode != 0
    if way in SAID:
        words = f'Rank {rank} of {size} ended the training on all ranks: '
        assert re.search(words + SAID[way], errors)
        assert errors.count('Rank ') == 1
    elif way != 'exit':  # mpiexec names it, or, at times, one that it ended with it
        named = re.search(r'PID (\d+) RUNNING', out)[1]
        record_property('named', named == process)
    assert [path.name for path in tmp_path.glob('*.safetensors')] == [FILE]
    assert_goes_on(tmp_path / FILE)


def wait_for_all(path, end):
    """Return when no process holds the lock any more."""
    with path.open() as lock:
        while True:
            try:
                return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                assert time.monotonic() < end, 'a rank lives'
                time.sleep(0.05)


def assert_goes_on(path):
    """See that a training goes on from a file, in one process, as one that nobody interrupted."""
    model, whole = read_model(path, data=embed()), build()
    model.train(2, verbose=0, callbacks=[Checkpoint(path)])
    whole.train(model.epochs, verbose=0)
    for layer, same in zip(model.layers, whole.layers, strict=True):
        for ours, theirs in ((layer.p, same.p), (layer.s, same.s)):
            assert ours.keys() == theirs.keys()
            for name in ours:
                np.testing.assert_allclose(ours[name], theirs[name], rtol=0, atol=1e-12)
