"""Digits overnight: stop in an epoch, go on to the same bits."""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

from prepare_dataset import prepare_dataset, shift

from epynn import (
    BatchNorm,
    Callback,
    Dense,
    Dropout,
    EarlyStopping,
    Embedding,
    EpyNN,
    Flatten,
    read_model,
    relu,
    softmax,
)
from epynn.commons.logs import process_logs


def embed():
    X, Y = prepare_dataset()
    # Half to learn from, shuffled anew in each epoch and shifted at random.
    return Embedding(X, Y, (2, 1, 1), batch_size=64, Y_encode=True, stratify=True, augment=shift)


def build(seed=1):
    layers = [embed(), Flatten(), Dense(64, relu), BatchNorm(), Dropout(0.3), Dense(10, softmax)]
    model = EpyNN(layers, name='digits_resume')
    schedule = {'schedule': 'cosine', 'learning_rate': 0.003}
    model.initialize(
        loss='CCE', se_hPars=schedule, optimizer='AdamW', reduction='mean', seed=seed, verbose=False
    )
    return model


class StopAt(Callback):
    """Ends the training in the middle of an epoch, as a night shift may."""

    def __init__(self, epoch, batch):
        self.at = epoch, batch

    def on_batch_end(self, model):
        """Stop there."""
        if model.progress == self.at:
            model.stop('the night is over')


def listeners(*at):
    return [StopAt(*at or (-1, -1)), EarlyStopping(patience=10)]


def digest(model):
    """Return the SHA-256 of all that was learned and measured."""
    sums = hashlib.sha256(repr(model.metrics).encode())
    for layer in model.layers:
        for array in (*layer.p.values(), *layer.s.values()):
            sums.update(array.tobytes())
        for moments in layer.moments.values():
            sums.update(moments['m'].tobytes() + moments['v'].tobytes())
    return sums.hexdigest()


def go_on(path, epochs):
    """Train on from a file: all that the second process does."""
    model = read_model(path, data=embed())
    model.train(until=epochs, verbose=0, callbacks=listeners())
    process_logs(digest(model))


def main(epochs=20, seed=1, quiet=False):
    verbose = 0 if quiet else None

    # (1) A night without interruption
    whole = build(seed)
    if not quiet:
        whole.summary()
    whole.train(until=epochs, verbose=verbose, init_logs=not quiet, callbacks=listeners())

    # (2) The same one, stopped after the fifth batch of an epoch in the middle, and written
    stopped = build(seed)
    at = epochs // 2, 5
    stopped.train(until=epochs, verbose=verbose, init_logs=False, callbacks=listeners(*at))
    with tempfile.TemporaryDirectory() as folder:
        path = stopped.write(Path(folder) / 'night.safetensors', resume=True)

        # (3) Another process reads the file, and trains on
        command = [sys.executable, __file__, str(path), str(epochs)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    ours, theirs = digest(whole), done.stdout.split()[-1]

    accuracy = whole.metrics['accuracy'][2][-1]
    process_logs(f'digits_resume: {accuracy:.1%} accuracy on the test digits (chance: 10%)', 1)
    process_logs(f'digits_resume: in one go            {ours[:32]}', 1)
    process_logs(f'digits_resume: in two processes     {theirs[:32]}', 1)
    process_logs(f'digits_resume: {"the same" if ours == theirs else "not the same"}', 1)


if __name__ == '__main__':
    if len(sys.argv) == 3:
        go_on(sys.argv[1], int(sys.argv[2]))
    else:
        main()
