"""The same seed gives the same bits: in any process, and with any number of threads."""

import os
import subprocess
import sys

import pytest

SCRIPT = """
import hashlib, sys
import numpy as np
import epynn
from epynn import Convolution, Dense, Dropout, Embedding, EpyNN, Flatten, L2, Pooling
from epynn.commons.maths import relu, orthogonal, softmax

seed = int(sys.argv[1])
epynn.set_threads(int(sys.argv[2]))
rng = np.random.default_rng(99)
X, labels = rng.standard_normal((96, 28, 28, 3)), [f'class {i % 3}' for i in range(96)]
model = EpyNN([
    Embedding(X, labels, (2, 1, 0), batch_size=32, Y_encode=True),
    Convolution(16, 3, 1, 1, relu), Pooling(), Flatten(),
    Dense(300, relu, orthogonal, penalty=L2(1e-3)), Dropout(0.3), Dense(3, softmax),
])
model.initialize(
    loss='CCE', seed=seed, optimizer='Adam', verbose=False, se_hPars={'learning_rate': 1e-3},
)
model.train(3, verbose=0)
everything = [p for layer in model.layers for p in layer.p.values()]
everything += [model.predict(X).A, np.array(model.metrics['CCE'][0])]
print(hashlib.sha256(b''.join(a.tobytes() for a in everything)).hexdigest())
"""


def run(seed, hash_seed='0', threads=1):
    environment = {
        **os.environ, 'PYTHONHASHSEED': hash_seed, 'OPENBLAS_NUM_THREADS': str(threads),
        'OMP_NUM_THREADS': str(threads), 'MKL_NUM_THREADS': str(threads),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, '-c', SCRIPT, str(seed), str(threads)],
        capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize('seed', [0, 7])
def test_one_hash_a_seed_in_fresh_processes(seed):
    assert len({run(seed, hash_seed=hash_seed) for hash_seed in ('0', '1', '12345')}) == 1


def test_another_seed_another_hash():
    assert run(0) != run(1)


def test_one_hash_for_any_number_of_threads():
    assert len({run(0, threads=threads) for threads in (1, 2, 4, 8)}) == 1
