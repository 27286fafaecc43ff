"""The dry run: the shapes that it notes, what it says, and that it draws parameters alone."""

import numpy as np
from networks import make_classifier, quiet

from epynn.commons.maths import relu, softmax
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.network.models import EpyNN
from epynn.pooling.models import Pooling


def make_images():
    X = np.random.default_rng(0).standard_normal((30, 8, 8, 1))
    return EpyNN([
        Embedding(X, np.arange(30) % 3, batch_size=7, Y_encode=True),
        Convolution(4, 3, 1, activate=relu),
        Pooling(2),
        Flatten(),
        Dropout(0.2),
        Dense(3, softmax),
    ])  # fmt: skip


def test_the_dry_run_notes_the_shapes_of_each_layer():
    model = make_images()
    model.initialize(loss='CCE', verbose=False)
    names = ['Embedding', 'Convolution', 'Pooling', 'Flatten', 'Dropout', 'Dense']
    assert [model.network[i]['name'] for i in range(6)] == names
    convolution, dense = model.network[1], model.network[5]
    assert convolution['forward'] == {
        'X': (7, 8, 8, 1), 'Xp': (7, 8, 8, 1), 'Xb': (7, 6, 6, 3, 3, 1, 1), 'W': (3, 3, 1, 4),
        'b': (4,), 'Z': (7, 6, 6, 4), 'A': (7, 6, 6, 4),
    }  # fmt: skip
    assert convolution['backward'] == {
        'dA': (7, 6, 6, 4), 'dZ': (7, 6, 6, 4), 'dX': (7, 8, 8, 1),
        'dW': (3, 3, 1, 4), 'db': (4,),
    }  # fmt: skip
    assert convolution['dimensions']['oh'] == 6
    assert convolution['parameters'] == 40
    assert convolution['activation'] == {'activate': 'relu'}
    assert model.network[2]['forward']['A'] == (7, 3, 3, 4)
    assert model.network[3]['backward']['dX'] == (7, 3, 3, 4)
    assert dense['forward']['A'] == (7, 3)
    assert dense['backward']['dW'] == (36, 3)


def test_the_dry_run_says_what_it_sees(capsys):
    make_images().initialize(loss='CCE')
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 12
    assert lines[1] == 'Forward    2/6  Convolution (7, 8, 8, 1) -> (7, 6, 6, 4)'
    assert lines[-2] == 'Backward   2/6  Convolution (7, 6, 6, 4) -> (7, 8, 8, 1)'
    assert max(map(len, lines)) <= 80


def test_carriage_return_writes_each_line_over_the_one_before(capsys):
    make_images().initialize(loss='CCE', end='\r')
    out = capsys.readouterr().out
    lines = out.split('\r')
    assert len(lines) == 13
    assert len({len(line) for line in lines[:-1]}) == 1  # each covers the one before
    assert lines[-1].strip() == 'EpyNN: 6 layers initialized'
    assert out.endswith('\n')


def test_silence(capsys):
    make_images().initialize(loss='CCE', verbose=False)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ''


def test_the_dry_run_draws_no_random_numbers_but_the_parameters():
    model = quiet(make_classifier(Dropout(0.5), Dense(4)), seed=3)
    dropout = model.layers[1]
    state = np.random.default_rng(3 + 1 + 1).bit_generator.state
    assert dropout.np_rng.bit_generator.state == state
