"""The callbacks that write, log and show."""

import csv

import numpy as np
import pytest
from networks import assert_same_parameters, make_classifier, quiet

import epynn
from epynn.commons.errors import (
    ArgumentError,
    MissingExtraError,
)
from epynn.commons.maths import tanh
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.network.callbacks import Checkpoint, CSVLogger


def make(**settings):
    hidden = (Dense(5, tanh), Dropout(0.3))
    return quiet(make_classifier(*hidden, batch_size=8), optimizer='Adam', **settings)


def test_checkpoints(tmp_path):
    model = make()
    path = tmp_path / 'run-{epoch:02d}-{val_loss:.3f}.safetensors'
    last = tmp_path / 'last.safetensors'
    model.train(4, 0, callbacks=[Checkpoint(path, every=2), Checkpoint(last)])
    losses = model.history['val_loss']
    names = {f'run-01-{losses[1]:.3f}.safetensors', f'run-03-{losses[3]:.3f}.safetensors'}
    assert {file.name for file in tmp_path.iterdir()} == {*names, last.name}
    read = epynn.read_model(last)
    assert read.epochs == 4
    assert_same_parameters(read, model)
    with pytest.raises(ArgumentError, match='columns of the history in braces'):
        model.train(1, 0, callbacks=Checkpoint(tmp_path / '{lost}'))


def test_a_checkpoint_of_the_best(tmp_path):
    model = make(learning_rate=0.5)
    path = tmp_path / 'best'
    model.train(8, 0, callbacks=Checkpoint(path, best=True))
    best = int(np.argmin(model.history['val_loss']))
    assert epynn.read_model(path).epochs == best + 1
    assert model.best_epoch == best


def test_a_table_in_a_file(tmp_path):
    model, path = make(), tmp_path / 'run.csv'
    logger = CSVLogger(path)
    model.train(until=4, every=2, verbose=0, callbacks=logger)
    with path.open(newline='') as file:
        header, *rows = csv.reader(file)
    assert header == list(model.history)
    columns = [[float(value or 'nan') for value in column] for column in zip(*rows, strict=True)]
    np.testing.assert_array_equal(columns, list(model.history.values()))
    model.train(1, 0, callbacks=CSVLogger(path))
    assert len(path.read_text().splitlines()) == 6
    model.initialize(loss='CCE', metrics=['recall'], verbose=False)
    model.train(1, 0, callbacks=logger)
    assert len(path.read_text().splitlines()) == 2
    path.write_text('something else\n')
    with pytest.raises(ArgumentError, match='Choose another file'):
        model.train(1, 0, callbacks=logger)
    with pytest.raises(ArgumentError, match='a file that can be written'):
        make().train(1, 0, callbacks=CSVLogger(tmp_path / 'none' / 'x.csv'))


def test_tensorboard(monkeypatch, tmp_path):
    """Its writer is handed each value that was computed; without one the remedy is told."""
    import sys
    import types

    written, closed, purged = [], [], []

    class SummaryWriter:
        def __init__(self, folder, purge_step):
            self.folder = folder
            purged.append(purge_step)

        def add_scalar(self, name, value, step):
            written.append((name, value, step))

        def flush(self):
            """Nothing is left behind."""

        def close(self):
            closed.append(self.folder)

    module = types.ModuleType('tensorboardX')
    module.SummaryWriter = SummaryWriter
    monkeypatch.setitem(sys.modules, 'tensorboardX', module)
    model = make()
    model.train(2, 0, every=2, callbacks=epynn.TensorBoard(tmp_path))
    names = [name for name, _, step in written if step == 0]
    assert names == ['learning_rate', 'seconds', 'loss/batch']
    assert ('loss/val', model.history['val_loss'][1], 1) in written
    assert ('accuracy/train', model.history['train_accuracy'][1], 1) in written
    assert closed == [str(tmp_path)]
    model.train(1, 0, callbacks=epynn.TensorBoard(tmp_path))
    assert purged == [0, 2]

    monkeypatch.setitem(sys.modules, 'tensorboardX', None)
    monkeypatch.setitem(sys.modules, 'torch.utils.tensorboard', None)
    with pytest.raises(MissingExtraError, match='pip install tensorboardX'):
        epynn.TensorBoard(tmp_path)


def test_a_bar_for_the_batches(monkeypatch):
    import io
    import sys

    from epynn.commons import logs

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    shown = Terminal()
    monkeypatch.setattr(sys, 'stderr', shown)
    monkeypatch.setattr(logs, 'in_notebook', lambda: False)
    bar = epynn.BatchBar()
    make().train(1, callbacks=bar, init_logs=False)
    assert 'epoch 0' in shown.getvalue()
    assert 'batch' in shown.getvalue()
    silent = Terminal()
    monkeypatch.setattr(sys, 'stderr', silent)
    make().train(1, 0, callbacks=bar)
    assert silent.getvalue() == ''
