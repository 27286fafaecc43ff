"""Learn from a file of 2 GB within 400 MB of memory."""

import sys
import tempfile
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

import numpy as np
from prepare_dataset import prepare_dataset, record

from epynn import Callback, Dense, Embedding, EpyNN, relu, softmax
from epynn.commons.logs import process_logs

LIMIT = 400
"""MB of memory of its own that the process may have."""


def build(X=None, Y=None, seed=1):
    if X is None:  # to look at the network: a few recordings, in memory
        X, Y = record(200, np.random.default_rng(seed))
    data = Embedding(X, Y, (8, 1, 1), batch_size=64, Y_encode=True)
    model = EpyNN([data, Dense(32, relu), Dense(10, softmax)], name='large_file')
    model.initialize(
        loss='CCE', optimizer='Adam', learning_rate=0.0005, dtype='float32', reduction='mean',
        seed=seed, verbose=False,
    )  # fmt: skip
    return model


def own_memory(what):
    """Return MB that the process has, without pages of files; 0 on systems that do not tell.

    RssAnon is what it has in memory, VmData what it has asked for, which is more.
    """
    with suppress(OSError):
        for line in Path('/proc/self/status').read_text(encoding='ascii').splitlines():
            if line.startswith(f'{what}:'):
                return int(line.split()[1]) / 1000
    return 0


@contextmanager
def limited_memory():
    """Have the system refuse more memory than the limit, and yield whether it does.

    Linux does. Pages of a mapped file do not count: it takes them back when it likes.
    """
    held = own_memory('VmData')
    if not held:
        yield False
        return
    resource = import_module('resource')
    before = resource.getrlimit(resource.RLIMIT_DATA)
    # On tens of processors, NumPy alone may ask for hundreds of MB, and use none of them.
    limit = max(LIMIT, held + LIMIT // 2) * 10**6
    resource.setrlimit(resource.RLIMIT_DATA, (int(limit), before[1]))
    try:
        yield True
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


class Peak(Callback):
    """Looks at the memory after each batch."""

    megabytes = 0

    def on_batch_end(self, model):
        """Look."""
        self.megabytes = max(self.megabytes, own_memory('RssAnon'))

    on_epoch_end = on_batch_end


def main(epochs=3, seed=1, quiet=False, megabytes=2000):
    peak = Peak()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        limited_memory() as held,
    ):
        if not quiet:
            process_logs(f'large_file: writes {megabytes} MB to {folder}')
        X, Y = prepare_dataset(Path(folder) / 'recordings.npy', megabytes, seed)
        model = build(X, Y, seed)
        if not quiet:
            model.summary()
        verbose = 0 if quiet else None
        model.train(epochs, verbose=verbose, init_logs=not quiet, callbacks=peak)
        m, accuracy = len(model.embedding.dtest.X), model.metrics['accuracy'][2][-1]
        del X, model  # some systems do not remove a file that is mapped

    process_logs(f'large_file: {accuracy:.1%} accuracy on {m} held-out recordings (chance: 10%)', 1)
    size = f'in the file {megabytes} MB'
    if held:
        size += f'; in memory of its own {peak.megabytes:.0f} MB at most, of {LIMIT} allowed'
    process_logs(f'large_file: {size}', 1)


if __name__ == '__main__':
    main(megabytes=int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
