"""Trainings on ranks that are processes, which mpiexec starts."""

import re
import time

import numpy as np
import pytest
from rank_processes import run_script

from epynn import read_model

BUILD = """
import hashlib, os, signal, sys
import numpy as np
from mpi4py import MPI
from epynn import *

comm = MPI.COMM_WORLD

def build(seed=1, dtype='float64'):
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((38, 6, 6, 1)), np.arange(38) % 3
    layers = [Embedding(X, y, (3, 1, 0), 8, Y_encode=True), Convolution(4, (3, 3)), BatchNorm(),
              Flatten(), Dropout(0.3), Dense(200, relu), Dense(3, softmax)]
    model = EpyNN(layers)
    model.initialize(loss='CCE', seed=seed, verbose=False, optimizer='Adam', dtype=dtype,
                     reduction='mean', learning_rate=0.002)
    return model

def numbers(model):
    return [p for layer in model.layers for p in (*layer.p.values(), *layer.s.values())]
"""

LEARNS = (
    BUILD
    + """
for seed in (1, None):
    model = build(seed)
    model.train(3, verbose=0, parallel=comm if seed else True)
    digest = hashlib.sha256(b''.join(p.tobytes() for p in numbers(model))).hexdigest()
    assert len(set(comm.allgather(digest))) == 1
    if seed:
        alone = build()
        alone.train(3, verbose=0)
        apart = max(np.abs(a - b).max() for a, b in zip(numbers(model), numbers(alone)))
        assert apart < 1e-12, apart
model = build(dtype='float32')
model.train(1, parallel=comm)
sys.stdout.write('done\\n')
"""
)

FAILS = (
    BUILD
    + """
class Failing(Callback):
    def on_batch_end(self, model):
        if model.progress[0] == 2 and comm.rank == 1:
            if sys.argv[1] == 'error':
                raise ValueError('no luck')
            if sys.argv[1] == 'number':
                model.layers[-1].p['W'] = model.layers[-1].p['W'] * np.nan
            os.kill(os.getpid(), getattr(signal, sys.argv[1], 0))

model = build(2 if sys.argv[1] == 'seed' and comm.rank else 1)
model.train(500, parallel=comm, callbacks=[Checkpoint('last.safetensors', resume=True), Failing()])
"""
)


@pytest.mark.parametrize('size', [2, 3])
def test_ranks_learn_what_one_process_learns(size, tmp_path):
    done = run_script(size, LEARNS, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count('done\n') == size
    assert done.stdout.count('Data sets') == 1
    assert done.stderr == ''


ENDS = {
    'error': r'Rank 1 of 2 ended the training on all ranks: CallbackError: .*no luck',
    'number': r'Rank 1 of 2 ended the training on all ranks: TrainingError: ',
    'SIGTERM': r'Rank 1 of 2 ended the training on all ranks: KeyboardInterrupt: SIGTERM',
    'SIGKILL': r'',
    'seed': r'ArgumentError: .*the same seed on all ranks, got others on rank 1',
}


@pytest.mark.parametrize('way', ENDS)
def test_what_ends_one_rank_ends_all(way, tmp_path):
    began = time.monotonic()
    done = run_script(2, FAILS, tmp_path, way)
    assert done.returncode != 0
    assert time.monotonic() - began < 60  # the other one would wait for ever
    assert re.search(ENDS[way], done.stderr)
    assert done.stderr.count('Rank ') <= 1
    if way == 'SIGKILL':  # mpiexec says which process it was, or one that it ended for that
        process = re.search(r'PID (\d+) RUNNING', done.stdout)[1]
        assert re.search(rf'^[01] +\S+ +{process}$', done.stdout, flags=re.M)  # in the table
    if way != 'seed':
        assert np.isfinite(read_model(tmp_path / 'last.safetensors').layers[1].p['W']).all()
        assert [path.name for path in tmp_path.glob('*.safetensors')] == ['last.safetensors']
