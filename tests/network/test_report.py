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
from networks import make_classifier, make_data, make_regression, quiet, record

import epynn
from epynn.commons.maths import relu, softmax, tanh
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.lstm.models import LSTM
from epynn.network.models import EpyNN
from epynn.network.report import describe_layer
from epynn.pooling.models import Pooling

METRICS = ['accuracy', 'recall', 'precision', 'fscore', 'specificity', 'NPV']


def a_metric_of_27_characters_(Y, A):
    return 0.0


LONG = ['specificity', 'precision', a_metric_of_27_characters_]
LOSSES = ['MSE', 'MAE', 'MSLE', 'BCE']
each_split = pytest.mark.parametrize('relative_size', [(1, 0, 0), (2, 1, 0), (2, 1, 1), (2, 0, 1)])


def make_images(m=20):
    X = np.random.default_rng(0).standard_normal((m, 12, 12, 3))
    return EpyNN([
        Embedding(X, np.arange(m) % 3, Y_encode=True),
        Convolution(16, (3, 3), 1, 1, relu),
        Pooling(2),
        Convolution(8, 3, 1, activate=relu),
        Dropout(0.2, axis=(1, 2)),
        Flatten(),
        Dense(10, tanh),
        Dense(3, softmax),
    ], name='a network with a rather long name')  # fmt: skip


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


def test_summaries_of_images_and_sequences_fit_the_page(capsys):
    model = make_images()
    model.initialize(loss='CCE')
    X = np.zeros((20, 30, 11))
    sequences = EpyNN([Embedding(X, np.arange(20) % 2), LSTM(16), Dense()])
    sequences.initialize(loss='BCE')
    for each in (model, sequences):
        each.train(1)
        each.summary()
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert re.search(r'Xb \(13,12,12,3,3,3, [^\n]*\n.*  1\)\s', out)  # broken after a comma


def test_summaries_of_large_layers_fit_the_page(capsys):
    X = np.zeros((2, 130, 130, 3))
    model = EpyNN([
        Embedding(X, [0, 1], (1, 0, 0)), Convolution(128, 11, 11), Flatten(), Dense(1)
    ])  # fmt: skip
    quiet(model, loss='BCE')
    model.network[1]['forward']['Xb'] = (1024, 224, 224, 11, 11, 256, 1)
    model.network[1]['parameters'] = 1_234_567
    model.summary()
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


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


# SUMMARY


def test_a_summary_changes_nothing(capsys):
    for prepare in (
        lambda model: None,
        quiet,
        lambda model: quiet(model).train(2, verbose=0),
    ):
        model = make_images()
        prepare(model)
        before = record(model)
        model.summary()
        assert record(model) == before
        model.summary()
    first, second = capsys.readouterr().out.split('long name: 8 layers')[-2:]
    assert first.split()[: len(second.split())] == second.split()


def test_the_summary_tells_layers_shapes_and_parameters(capsys):
    model = quiet(make_images())
    model.summary()
    out = capsys.readouterr().out
    assert 'Convolution' in out
    assert 'relu' in out
    assert 'A (13,12,12,16)' in out
    assert 'dW (3,3,3,16)' in out
    assert 'fh 3  fw 3' in out
    count = 3 * 3 * 3 * 16 + 16 + 3 * 3 * 16 * 8 + 8 + 128 * 10 + 10 + 33
    assert f'{count:,} parameters, {count:,} of them trainable, float64' in out
    model.layers[1].trainable = False
    model.summary()
    assert f'{count:,} parameters, {count - 448:,} of them trainable' in capsys.readouterr().out


def test_the_summary_before_initialize(capsys):
    make_images().summary()
    assert 'Not initialized: shapes and parameters show after' in capsys.readouterr().out


# COLOURS


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


# WORDS ABOUT A NETWORK


def test_a_layer_is_shown_as_it_is_written():
    assert repr(Dense(10, softmax)) == 'Dense(10, activate=softmax)'
    assert repr(Dense()) == 'Dense()'
    assert repr(Dense(activate=softmax)) == 'Dense(activate=softmax)'
    assert repr(epynn.Pooling((2, 2), pool=np.mean)) == 'Pooling((2, 2), pool=mean)'
    assert repr(epynn.Residual([Dense(3)])) == 'Residual([Dense(3)])'
    assert repr(epynn.Embedding()) == 'Embedding()'
    assert repr(make_classifier().embedding) == 'Embedding(16 dtrain, 8 dval)'
    assert '\n' not in repr(epynn.Tokens(5, 3))


def test_a_network_is_printed_in_a_line_a_layer():
    model = make_classifier(Dense(5))
    assert str(model).splitlines() == [
        'test: 3 layers, not initialized',
        '  0  Embedding(16 dtrain, 8 dval)',
        '  1  Dense(5)',
        '  2  Dense(3, activate=softmax)',
    ]
    quiet(model).train(1, verbose=0)
    parameters = sum(layer.count_parameters() for layer in model.layers)
    assert str(model).startswith(f'test: 3 layers, {parameters} parameters, 1 epoch, float64\n')


def test_settings_that_are_objects_fit_the_page(capsys):
    schedule = epynn.WarmUp(3, epynn.OneCycle(rise=0.123456789, start=0.2))
    optimizer = epynn.Adam(beta1=0.8, clip_norm=1.5, weight_decay=0.001, amsgrad=True)
    model = quiet(make_classifier(), se_hPars={'schedule': schedule}, optimizer=optimizer)
    model.train(1)
    page = capsys.readouterr().out
    assert max(map(len, page.splitlines())) <= 80
    for word in ('beta1=0.8', 'clip_norm=1.5', 'rise=0.123456789', 'WarmUp('):
        assert word in page


def test_gates_are_in_one_order_forward_and_backward():
    for make in (epynn.LSTM, epynn.GRU):
        layer = make(2)
        layer.backward(np.ones_like(layer.forward(np.ones((2, 3, 4)))))
        layer.compute_gradients()
        row = describe_layer(layer)
        forward, backward = list(row['forward']), list(row['backward'])
        shared = [name for name in forward if f'd{name}' in backward and name not in ('X', 'h')]
        assert [f'd{name}' for name in shared if name in layer.p] == [
            name for name in backward if name[1:] in layer.p
        ]
        gates = [name for name in shared if name.endswith('_') and name != 'C_']
        assert [f'd{name}' for name in gates] == [name for name in backward if name[1:] in gates]
        assert len(gates) >= 3
        assert backward.index('dZ' if make is epynn.LSTM else 'dzr_') < backward.index(
            f'd{gates[-2]}'
        )


def test_signatures_in_help_say_ndarray():
    for thing in (epynn.Dense, epynn.Dense.forward, epynn.EpyNN, epynn.LSTM):
        page = pydoc.render_doc(thing, renderer=pydoc.plaintext)
        assert 'ndarray' in page
        assert 'ndarray[' not in page
