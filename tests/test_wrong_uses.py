"""A catalogue of wrong uses: each gives one typed error that says where, what, and what to do.

Each message is what a beginner reads; change one in the tables only for the better.
"""

import re
from collections import Counter

import pytest
from networks import make_classifier, quiet
from wrong_uses import (
    attention,
    checking,
    commandline,
    custom,
    data,
    files,
    foreign,
    kernels,
    labels,
    layers,
    losses,
    masks,
    orders,
    pictures,
    predicting,
    settings,
    training,
)
from wrong_uses.shared import IMAGES, X, images, run, words

from epynn import cli
from epynn.commons.errors import ArgumentError, EpynnError, StateError
from epynn.commons.maths import softmax, tanh
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.flatten.models import Flatten
from epynn.pooling.models import Pooling

TABLES = (
    data, masks, foreign, labels, layers, orders, settings, training, predicting, pictures, files,
    custom, checking, losses, kernels, attention,
)  # fmt: skip
ROWS = [
    pytest.param(row, id=f'{table.__name__.partition(".")[2]}: {row.what}')
    for table in TABLES
    for row in table.ROWS
]
RAW = re.compile('broadcast|out of bounds|KeyError|IndexError|has no attribute|ufunc|object at 0x')
"""What NumPy and Python say where nobody looked first."""
PARTS = re.compile(
    r'(?P<where>[^:]+): expected (?P<expected>.*), got (?P<got>.*?)\. (?P<remedy>.+)'
)


@pytest.mark.parametrize('row', ROWS)
def test_wrong_use(row, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if row in pictures.ROWS:
        pytest.importorskip('matplotlib')
    with pytest.raises(row.error) as raised:
        row.do()
    error, message = raised.value, str(raised.value)
    assert type(error) is row.error, message
    if isinstance(error, EpynnError):
        parts = vars(error)
        assert message == '{where}: expected {expected}, got {got}. {remedy}'.format(**parts)
    else:  # kernels know NumPy alone, and say the same in a built-in error
        assert row in kernels.ROWS, message
        parts = PARTS.fullmatch(message).groupdict()
    assert parts['where'] == row.where
    for part in ('expected', 'got', 'remedy'):
        assert getattr(row, part), f'the row needs words of what is {part}'
        assert getattr(row, part) in parts[part], message
    assert message.endswith('.')
    assert '\n' not in message
    assert not RAW.search(message)
    assert error.__context__ is None or error.__suppress_context__, 'two errors are shown'


@pytest.mark.parametrize('row', commandline.ROWS, ids=lambda row: row.words)
def test_wrong_command(row, capsys):
    with pytest.raises(SystemExit) as done:
        cli.main(row.words.split())
    out, err = capsys.readouterr()
    code = done.value.code  # a text is shown on stderr by Python, and the status is 1
    status, message = (1, code) if isinstance(code, str) else (code, err)
    assert (status, out) == (row.status, '')
    start = 0
    for words_there in row.says:
        start = message.index(words_there, start) + len(words_there)


def test_the_catalogue_is_large_and_no_row_stands_twice():
    assert len(ROWS) + len(commandline.ROWS) >= 500
    assert [what for what, times in Counter(row.id for row in ROWS).items() if times > 1] == []
    commands = Counter(row.words for row in commandline.ROWS)
    assert max(commands.values()) == 1


def test_kernels_alone_raise_built_in_errors():
    for table in TABLES:
        for row in table.ROWS:
            assert issubclass(row.error, EpynnError) != (table is kernels), row.what


def test_the_examples_are_wrong_for_one_reason_only():
    """The same things, done right."""
    images(Convolution(2, 3, activate=tanh), Pooling(2), Flatten(), Dropout(0.5, axis=1))
    assert words().predict(['tat'], X_encode=True).X.shape == (1, 3, 3)
    run(Dense(3, softmax)).train(1, 0)
    assert IMAGES.shape == (24, 8, 8, 1)


def test_a_failed_initialize_leaves_no_half_made_model():
    model = make_classifier()
    with pytest.raises(ArgumentError):
        model.initialize(loss='no such loss')
    with pytest.raises(StateError):
        model.predict(X)
    quiet(model).train(1, 0)
    with pytest.raises(EpynnError):
        quiet(model, metrics=['no such metric'])
    with pytest.raises(StateError):
        model.evaluate()


def test_unknown_settings_are_warned_of():
    with pytest.warns(UserWarning, match='se_hPars: nobody reads learning_rte'):
        quiet(make_classifier(), se_hPars={'learning_rte': 0.1})
