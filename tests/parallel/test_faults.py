"""A rank that fails ends the others whatever happens while it says so."""

import io
import sys

import pytest

from epynn.commons.errors import CallbackError
from epynn.commons.ranks import ALONE
from epynn.parallel import faults


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    for name in ('PAUSE', 'GRACE'):
        monkeypatch.setattr(faults, name, 0)


def fail(ended):
    with faults.ending_all(ALONE, ended.append):
        try:
            raise ValueError('no luck')
        except ValueError as error:
            raise CallbackError('Mine', 'no error', 'one') from error


def test_an_error_of_a_callback_is_shown_where_it_was_raised(capsys):
    ended = []
    with pytest.raises(CallbackError):
        fail(ended)
    said = capsys.readouterr().err
    assert said.startswith('Rank 0 of 1 ended the training on all ranks: CallbackError: Mine: ')
    assert said.count("raise ValueError('no luck')") == 1
    assert ended == [1]


def test_ctrl_c_takes_the_turn(monkeypatch, capsys):
    ended = []
    monkeypatch.setattr(faults, 'wait_for_turn', lambda rank: faults.interrupt(15, None))
    with pytest.raises(CallbackError):
        fail(ended)
    assert capsys.readouterr().err.count('Rank 0 of 1') == 1
    assert ended == [1]


def test_ctrl_c_meanwhile_ends_all_the_same(monkeypatch):
    ended = []
    monkeypatch.setattr(faults, 'complain', lambda words: faults.interrupt(15, None))
    with pytest.raises(KeyboardInterrupt, match='SIGTERM'):
        fail(ended)
    assert ended == [1]


@pytest.mark.parametrize('name', ['stdout', 'stderr'])
def test_closed_streams_keep_no_rank_from_ending_all(name, monkeypatch, capsys):
    closed, ended = io.StringIO(), []
    closed.close()
    monkeypatch.setattr(sys, name, closed)
    with pytest.raises(CallbackError):
        fail(ended)
    assert ended == [1]
    monkeypatch.undo()
    assert ('Rank 0 of 1' in capsys.readouterr().err) == (name == 'stdout')
