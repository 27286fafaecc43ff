"""Digits, learned by two processes that share each batch."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from prepare_dataset import prepare_dataset

from epynn import (
    BatchNorm,
    Convolution,
    Dense,
    Dropout,
    Embedding,
    EpyNN,
    Flatten,
    Pooling,
    read_model,
    relu,
    softmax,
)
from epynn.commons.logs import process_logs


def build(seed=1):
    X, Y = prepare_dataset()
    layers = [
        # All samples on each rank: of each batch of 64, one learns from 32 and the other from 32
        Embedding(X, Y, relative_size=(3, 0, 1), batch_size=64, Y_encode=True),
        Convolution(16, (3, 3), strides=1, padding=1, activate=relu),
        # Its means are of the 64 samples
        BatchNorm(),
        Pooling((2, 2)),
        Flatten(),
        # It drops what it would in one process
        Dropout(0.3),
        Dense(10, softmax),
    ]
    model = EpyNN(layers, name='digits_parallel')
    model.initialize(
        loss='CCE', optimizer='Adam', learning_rate=0.01, reduction='mean', seed=seed,
        verbose=False,
    )  # fmt: skip
    return model


def learn(path, epochs, seed, verbose):
    """Do what each of the two processes does."""
    model = build(seed)
    model.train(epochs, verbose=verbose, init_logs=verbose != 0, parallel=True)
    model.write(path)  # the first one alone writes


def main(epochs=8, seed=1, quiet=False):
    # (1) As by hand: mpiexec -n 2 python -m mpi4py train.py ...
    here = Path(sys.executable).with_name('mpiexec')
    mpiexec = here if here.is_file() else shutil.which('mpiexec')
    if mpiexec is None:
        raise SystemExit("No mpiexec: python -m pip install mpich, or the system's own MPI.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'shared.safetensors'
        words = [path, epochs, seed, 'quiet' if quiet else 'aloud']
        command = [mpiexec, '-n', 2, sys.executable, '-m', 'mpi4py', __file__, *words]
        subprocess.run(list(map(str, command)), check=True)
        shared = read_model(path)

    # (2) The same in one process
    alone = build(seed)
    alone.train(epochs, verbose=0)

    apart = max(
        np.abs(ours.p[name] - theirs.p[name]).max()
        for ours, theirs in zip(shared.layers, alone.layers, strict=True)
        for name in ours.p
    )
    accuracy = shared.metrics['accuracy'][2][-1]
    process_logs(f'digits_parallel: {accuracy:.1%} accuracy on 449 digits held out', 1)
    words = 'the same' if apart < 1e-9 else f'not the same: {apart:.1e} apart'
    process_logs(f'digits_parallel: parameters of two processes and of one: {words}', 1)


if __name__ == '__main__':
    if len(sys.argv) == 5:
        verbose = 0 if sys.argv[4] == 'quiet' else None
        learn(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), verbose)
    else:
        main()
