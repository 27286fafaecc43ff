"""Tables: they fit the page, appear in time, say nothing when told, and change nothing."""

import contextlib
import io
import os
import pydoc
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from networks import make_classifier, make_data, make_regression, quiet

import epynn
from epynn.commons.maths import softmax
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.network.models import EpyNN

METRICS = ['accuracy', 'recall', 'precision', 'fscore', 'specificity', 'NPV']


def a_metric_of_27_characters_(Y, A):
    return 0.0


LONG = ['specificity', 'precision', a_metric_of_27_characters_]


LOSSES = ['MSE', 'MAE', 'MSLE', 'BCE']


each_split = pytest.mark.parametrize('relative_size', [(1, 0, 0), (2, 1, 0), (2, 1, 1), (2, 0, 1)])


def table_of(out):
    """Return the lines of the training table: its rule, and the rows after it."""
    lines = [line for line in out.splitlines() if line]
    rule = next(i for i, line in enumerate(lines) if re.fullmatch(r'[- ]+', line))
    return lines[:rule], lines[rule], lines[rule + 1 :]


@each_split
@pytest.mark.parametrize(
    'metrics', [[], ['accuracy'], METRICS[:2], METRICS, METRICS + LOSSES, LONG]
)
def test_tables_fit_the_page(relative_size, metrics, capsys):
    model = make_classifier(relative_size=relative_size)
    model.initialize(loss='CCE', metrics=metrics)
    model.train(12)
    model.report()
    model.summary()
    captured = capsys.readouterr()
    assert max(map(len, captured.out.splitlines())) <= 80
    assert captured.err == ''


@each_split
@pytest.mark.parametrize('metrics', [['accuracy'], METRICS])
def test_as_many_columns_as_headers(relative_size, metrics, capsys):
    model = quiet(make_classifier(relative_size=relative_size), metrics=metrics)
    model.train(2, init_logs=False)
    head, rule, rows = table_of(capsys.readouterr().out)
    sets = len(model.embedding.dsets)
    if len(metrics) * sets < 3:
        assert len(rule.split()) == len(head[0].split()) == 2 + 2 * sets + 1
        assert head[1].split() == [dset.name for dset in model.embedding.dsets] * 2
        assert [len(row.split()) for row in rows] == [2 + 2 * sets + 1] * 2
    else:
        assert len(rule.split()) == len(head[0].split()) == 3 + sets + 1
        assert len(rows) == 2 * (len(metrics) + 1)
        assert len(rows[0].split()) == 3 + sets + 1
        names = [row.split()[0] for row in rows[1 : len(metrics) + 1]]
        assert names == [*metrics[1:], 'CCE']
    ends = [match.end() for match in re.finditer('-+', rule)]
    assert all(len(row) <= ends[-1] for row in rows)


def test_the_table_shows_the_numbers(capsys):
    model = quiet(make_classifier())
    model.train(3, verbose=1, init_logs=False)
    _, _, rows = table_of(capsys.readouterr().out)
    for e, row in enumerate(rows):
        values = [model.metrics[name][i][e] for name in ('accuracy', 'CCE') for i in (0, 1)]
        assert row.split()[:6] == [str(e), '0.1', *(f'{value:.5f}' for value in values)]


def test_rows_appear_while_training_runs():
    page, lengths = io.StringIO(), []

    def watch(Y, A):
        lengths.append(page.getvalue().count('\n'))
        return 0.0

    model = make_classifier(relative_size=(1, 0, 0))
    with contextlib.redirect_stdout(page):
        quiet(model, metrics=[watch])
        lengths.clear()  # each metric is tried once
        model.train(5, verbose=1, init_logs=False)
    assert lengths == [0, 5, 6, 7, 8]  # four lines of headers, then a row before the next epoch


@pytest.mark.parametrize(
    ('epochs', 'verbose', 'shown'),
    [
        (3, None, [0, 1, 2]),
        (40, None, [*range(0, 40, 4), 39]),
        (7, 3, [0, 3, 6]),
        (8, 3, [0, 3, 6, 7]),
        (5, 100, [0, 4]),
        (3, True, [0, 1, 2]),
    ],
)
def test_every_so_many_epochs_and_the_last_one(epochs, verbose, shown, capsys):
    model = quiet(make_classifier())
    model.train(epochs, verbose, init_logs=False)
    _, _, rows = table_of(capsys.readouterr().out)
    assert [int(row.split()[0]) for row in rows] == shown


def test_going_on_counts_on(capsys):
    model = quiet(make_classifier())
    model.train(2, verbose=0)
    model.train(2, verbose=1, init_logs=False)
    _, _, rows = table_of(capsys.readouterr().out)
    assert [int(row.split()[0]) for row in rows] == [2, 3]
    model.train(26, verbose=0)
    model.train(20, init_logs=False)  # a row for every tenth part of these 20, not of all 50
    _, _, rows = table_of(capsys.readouterr().out)
    assert [int(row.split()[0]) for row in rows] == [*range(30, 50, 2), 49]


@pytest.mark.parametrize('verbose', [0, False])
def test_silence(verbose, capsys):
    model = make_classifier()
    model.train(3, verbose=verbose)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ''


def test_what_training_starts_from(capsys):
    model = quiet(make_classifier(batch_size=5), seed=7)
    model.train(4, init_logs=True)
    out = capsys.readouterr().out
    for title in ('Data sets', 'Label balance', 'Hyper-parameters', 'Learning rates'):
        assert f'\n{title}\n' in out
    flat = re.sub(' +', ' ', out)
    assert 'dtrain 16 4 x 5 (4,) (3,)' in flat
    assert 'dval 8 (4,) (3,)' in flat
    assert 'learning_rate 0.1' in flat
    assert 'seed 7' in flat
    assert 'reduction sum' in flat
    model.train(1, init_logs=False)
    assert 'Data sets' not in capsys.readouterr().out


def test_the_labels_that_the_user_knows_are_shown(capsys):
    X, y = make_data()
    names = np.array(['cat', 'cow', 'dog'])
    model = quiet(EpyNN([Embedding(X, names[y], Y_encode=True), Dense(3, softmax)]))
    model.train(1)
    out = capsys.readouterr().out
    assert re.search(r'cat +6 \(37.5%\) +2 \(25.0%\)', out)


def test_no_label_balance_for_a_regression(capsys):
    model = quiet(make_regression(m=50), loss='MSE')
    model.train(1)
    assert 'Label balance' not in capsys.readouterr().out


def test_the_report_shows_about_ten_of_the_epochs(capsys):
    model = quiet(make_classifier())
    model.report()
    assert 'no epoch so far' in capsys.readouterr().out
    model.train(100, verbose=0)
    model.report()
    _, _, rows = table_of(capsys.readouterr().out)
    assert [int(row.split()[0]) for row in rows] == [*range(0, 100, 10), 99]


def test_values_of_any_size_fit_their_column():
    from epynn.network.report import format_seconds, format_value

    for value in (0, 1, 0.5, 1e-300, -1e-300, 123.456, -999.99999, 1e300, np.nan, np.inf, -np.inf):
        assert len(format_value(value)) <= 10
        assert float(format_value(value)) == pytest.approx(value, rel=1e-2, nan_ok=True)
    durations = {0: '0.0s', 59.94: '59.9s', 60: '1m00s', 3599.9: '59m59s'}
    assert [format_seconds(s) for s in durations] == list(durations.values())


@pytest.mark.parametrize('variable', ['FORCE_COLOR', 'NO_COLOR'])
def test_no_color_is_honoured(variable):
    """In a process of its own, as termcolor looks at the environment once."""
    script = 'from networks import *; m = make_classifier(); m.train(2); m.summary()'
    environment = {**os.environ, 'PYTHONPATH': str(Path(__file__).parents[1])}
    for other in ('FORCE_COLOR', 'NO_COLOR'):
        environment.pop(other, None)
    out = subprocess.run(
        [sys.executable, '-c', script], env={**environment, variable: '1'},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert ('\x1b[' in out) == (variable == 'FORCE_COLOR')


def test_a_file_gets_no_colours_and_no_bar(tmp_path, monkeypatch):
    monkeypatch.delenv('FORCE_COLOR', raising=False)
    path = tmp_path / 'log.txt'
    model = quiet(make_classifier())
    with (
        path.open('w') as file,
        contextlib.redirect_stdout(file),
        contextlib.redirect_stderr(file),
    ):
        model.train(20)
    text = path.read_text()
    assert '\x1b' not in text
    assert '\r' not in text
    assert 'it/s' not in text


def test_settings_that_are_objects_fit_the_page(capsys):
    schedule = epynn.WarmUp(3, epynn.OneCycle(rise=0.123456789, start=0.2))
    optimizer = epynn.Adam(beta1=0.8, clip_norm=1.5, weight_decay=0.001, amsgrad=True)
    model = quiet(make_classifier(), se_hPars={'schedule': schedule}, optimizer=optimizer)
    model.train(1)
    page = capsys.readouterr().out
    assert max(map(len, page.splitlines())) <= 80
    for word in ('beta1=0.8', 'clip_norm=1.5', 'rise=0.123456789', 'WarmUp('):
        assert word in page


def test_signatures_in_help_say_ndarray():
    for thing in (epynn.Dense, epynn.Dense.forward, epynn.EpyNN, epynn.LSTM):
        page = pydoc.render_doc(thing, renderer=pydoc.plaintext)
        assert 'ndarray' in page
        assert 'ndarray[' not in page
