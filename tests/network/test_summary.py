"""Summaries fit the page, tell shapes and parameters, and change nothing."""

import re

import numpy as np
from networks import make_classifier, quiet, record

import epynn
from epynn.branches.models import Parallel
from epynn.commons.maths import relu, softmax, tanh
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.lstm.models import LSTM
from epynn.network.models import EpyNN
from epynn.network.summary import describe_layer
from epynn.pooling.models import Pooling
from epynn.residual.models import Residual


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


def test_the_summary_has_rows_for_layers_inside(capsys):
    X = np.random.default_rng(0).standard_normal((30, 10))
    block = Parallel([[Dense(4, tanh), Residual([Dense(4)])], []], inputs=[(0, 4), (4, 10)])
    model = EpyNN([Embedding(X, np.arange(30) % 3, Y_encode=True), block, Dense(3, softmax)])
    model.summary()
    assert re.search(r'\n1.1.0  - - Dense +u 4 +0\n', capsys.readouterr().out)
    model.initialize('CCE', seed=1, verbose=False)
    model.summary()
    out = capsys.readouterr().out
    assert re.search(r'\n1 +Parallel +m 20 +X \(20,10\) +dA \(20,10\) +40\n', out)
    assert re.search(r'\n1.0 +- Dense +m 20 +X \(20,4\) +dA \(20,4\) +20\n', out)
    assert re.search(r'\n1.1 +- Residual .* 20\n', out)
    assert re.search(r'\n1.1.0  - - Dense .* 20\n +sigmoid +n 4 +W \(4,4\)', out)
    assert re.search(r'\n2 +Dense ', out)
    assert '0.W' not in out  # it stands in the row of the layer inside
    assert '73 parameters, 73 of them trainable' in out
