"""The contract: where we differ from EpyNN 1.2 in files, pictures and imports.

One test for each number under 'Where we differ, because it was wrong', named after it, here and in
the files beside: layers, data, training. Those from 23 on are tests of the network: predictions,
label checks, names, sharing, caches beside training.
"""

import ast
import os
from pathlib import Path

import numpy as np
import pytest
from networks import (
    make_classifier,
    make_data,
    quiet,
)
from processes import run_script

import epynn
from epynn.commons.errors import EpynnError
from epynn.commons.maths import elu
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout


def test_importing_takes_no_heavy_libraries(tmp_path):
    script = """
import sys
import epynn, epynn.initialize, epynn.network.models, epynn.commons.io, epynn.commons.library
hook = sys.excepthook
heavy = {'matplotlib', 'sklearn', 'torch', 'pandas', 'IPython', 'scipy'} & set(sys.modules)
assert not heavy, heavy
assert sys.excepthook is sys.__excepthook__
"""
    done = run_script(script, tmp_path)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ['train.py']


def test_difference_01_failures_raise_and_nothing_exits(tmp_path):
    for path in Path(epynn.__file__).parent.rglob('*.py'):
        if path.name in ('cli.py', '__main__.py'):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(node, 'attr', getattr(node, 'id', ''))
            assert name not in ('exit', '_exit', 'quit', 'SystemExit', 'abort'), path
    done = run_script('from epynn import Dense\nDense(0)', tmp_path)
    assert done.returncode == 1
    assert 'ArgumentError: Dense.units' in done.stderr


def test_difference_19_models_are_saved_without_pickle_and_without_data(tmp_path):
    from epynn.commons.library import read_model

    model = quiet(make_classifier(m=3000))
    model.train(2, verbose=0)
    path = tmp_path / 'mine'
    model.write(str(path))
    written = list(tmp_path.iterdir())
    assert len(written) == 1
    assert written[0].stat().st_size < model.embedding.dtrain.X.nbytes / 2
    X, _ = make_data()
    np.testing.assert_array_equal(read_model(str(written[0])).predict(X).A, model.predict(X).A)
    source = ''.join(p.read_text() for p in Path(epynn.__file__).parent.rglob('*.py'))
    assert 'import pickle' not in source
    assert 'allow_pickle=True' not in source


def test_difference_19_default_names_are_unique(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = quiet(make_classifier())
    for _ in range(3):
        model.write()
    names = [path.stem for path in (tmp_path / 'models').iterdir()]
    assert len(names) == 3
    assert all(name.startswith(model.uname) for name in names)


@pytest.mark.parametrize('call', ['fsync', 'replace'])
def test_difference_19_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch, call):
    model, path = quiet(make_classifier()), tmp_path / 'mine.safetensors'
    model.write(path)
    before = path.read_bytes()
    model.train(1, verbose=0)

    def fail(*args, **options):
        raise OSError(28, 'No space left on device')

    with monkeypatch.context() as patched:
        patched.setattr(os, call, fail)
        with pytest.raises((OSError, EpynnError)):
            model.write(path)
    assert path.read_bytes() == before
    assert [left.name for left in tmp_path.iterdir()] == ['mine.safetensors']


def test_difference_19_loading_runs_no_code(tmp_path):
    quiet(make_classifier(Dense(4, elu), Dropout(0.2))).write(tmp_path / 'mine.safetensors')
    script = """
import sys
from epynn import read_model
read_model('mine.safetensors')  # what is imported late is imported now
events = []
sys.addaudithook(lambda event, arguments: events.append((event, arguments)))
read_model('mine.safetensors')
bad = ('exec', 'compile', 'import', 'subprocess', 'socket', 'os.system', 'pickle', 'marshal')
assert not [event for event in events if event[0].startswith(bad)], events
for event, arguments in events:
    assert event != 'open' or arguments[1] in ('r', 'rb') or not arguments[2] & 3, arguments
"""
    done = run_script(script, tmp_path)
    assert done.returncode == 0, done.stderr


def test_difference_20_plots_are_written_without_a_display(tmp_path):
    pytest.importorskip('matplotlib')
    script = """
import numpy as np
from epynn import *
model = EpyNN([Embedding(np.eye(6), [0, 1] * 3), Dense()])
model.initialize(seed=1, verbose=False)
model.train(3, verbose=0)
model.plot(pyplot=False, path='x.png')
"""
    done = run_script(script, tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / 'x.png').read_bytes().startswith(b'\x89PNG')
