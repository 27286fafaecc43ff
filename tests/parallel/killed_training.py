"""A training on ranks, of which one ends in some way, and the same network for the test of it."""

import os
import sys

import numpy as np

from epynn import (
    BatchNorm,
    Callback,
    Checkpoint,
    Dense,
    Dropout,
    Embedding,
    EpyNN,
    relu,
    softmax,
)

FILE = 'last.safetensors'


def embed():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((23, 6)), np.arange(23) % 3
    return Embedding(X, y, (3, 1, 0), 5, Y_encode=True)


def build():
    model = EpyNN([embed(), Dense(9, relu), BatchNorm(), Dropout(0.3), Dense(3, softmax)])
    model.initialize(
        loss='CCE', seed=1, verbose=False, optimizer='Adam', reduction='mean', learning_rate=0.002
    )
    return model


class Ending(Callback):
    """Before a batch, say which process this is; then end it, where that is done from inside."""

    def __init__(self, way, batches):
        self.way, self.left = way, batches

    def on_batch_begin(self, model):
        self.left -= 1
        if self.left:
            return
        sys.stdout.write(f'now {os.getpid()}\n')
        sys.stdout.flush()
        if self.way == 'error':
            raise ValueError('no luck')
        if self.way == 'number':
            model.layers[-1].p['W'] = model.layers[-1].p['W'] * np.nan
        if self.way == 'exit':
            os._exit(3)


def main(way, rank, batches):
    """Train for ever, the ranks holding a lock while they live."""
    import fcntl

    from mpi4py import MPI

    with open('alive', 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        callbacks = [Checkpoint(FILE, resume=True)]
        callbacks += [Ending(way, int(batches))] * (MPI.COMM_WORLD.rank == int(rank))
        build().train(10**5, verbose=0, parallel=True, callbacks=callbacks)


if __name__ == '__main__':
    main(*sys.argv[1:])
