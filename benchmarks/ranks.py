"""``python -m benchmarks.ranks``: LeNet-5 on 20,000 images, by threads and by ranks.

Seconds an epoch, evaluation included, of one process with one thread, one with two, and two ranks
of one thread each. Each trains in processes of its own, one way after the other, several rounds:
the ratios of a round are of the same minute, and medians of them are shown.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from epynn import Convolution, Dense, Embedding, EpyNN, Flatten, Pooling, relu, softmax

SAMPLES, BATCH, EPOCHS = 20_000, 128, 4
WAYS = {'one thread': (1, 1), 'two threads': (1, 2), 'two ranks': (2, 1)}
"""Processes, and threads of each."""


def build() -> EpyNN:
    """Return LeNet-5 in float32, and images of ten shifted patterns."""
    rng = np.random.default_rng(0)
    y = np.arange(SAMPLES) % 10
    patterns = np.kron(rng.standard_normal((10, 7, 7)), np.ones((1, 4, 4)))
    X = 0.5 * rng.standard_normal((SAMPLES, 28, 28), dtype=np.float32) + patterns[y]
    layers = [
        Embedding(X[..., np.newaxis], y, (4, 0, 1), batch_size=BATCH, Y_encode=True),
        Convolution(6, 5, 1, padding=2, activate=relu), Pooling(),
        Convolution(16, 5, 1, activate=relu), Pooling(),
        Flatten(), Dense(120, relu), Dense(84, relu), Dense(10, softmax),
    ]  # fmt: skip
    model = EpyNN(layers, name='LeNet-5')
    model.initialize(
        'CCE', {'learning_rate': 0.02}, seed=1, reduction='mean', dtype='float32', verbose=False
    )
    return model


def learn(shared: bool) -> None:
    """Train, and print the seconds of the fastest epoch."""
    model = build()
    model.train(EPOCHS, verbose=0, parallel=shared)
    if model.is_first:
        print(min(model.seconds))


def measure(processes: int, threads: int) -> float:
    """Return the seconds of an epoch, learned by so many processes."""
    words = [sys.executable, '-m', 'mpi4py', '-m', 'benchmarks.ranks', '--learn', str(processes)]
    if processes == 1:
        words = words[:1] + words[3:]
    else:
        here = Path(sys.executable).with_name('mpiexec')
        mpiexec = str(here) if here.is_file() else shutil.which('mpiexec')
        if mpiexec is None:
            raise SystemExit("No mpiexec: python -m pip install 'epynn-numpy[mpi]' mpich")
        words = [mpiexec, '-n', str(processes), *words]
    environment = {**os.environ, 'OMP_NUM_THREADS': str(threads)}
    done = subprocess.run(words, env=environment, check=True, capture_output=True, text=True)
    return float(done.stdout)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog='python -m benchmarks.ranks', description=__doc__)
    parser.add_argument('--rounds', type=int, default=5, metavar='N', help='of each way')
    parser.add_argument('--learn', type=int, metavar='N', help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.learn is not None:
        learn(options.learn > 1)
        return
    rounds = [{way: measure(*sizes) for way, sizes in WAYS.items()} for _ in range(options.rounds)]
    for way in WAYS:
        seconds = statistics.median(times[way] for times in rounds)
        faster = statistics.median(times['one thread'] / times[way] for times in rounds)
        print(f'{way:12} {seconds:6.2f} s an epoch, {faster:.2f} times as fast as one thread')


if __name__ == '__main__':
    main()
