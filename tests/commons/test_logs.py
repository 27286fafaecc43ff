"""Words to the user where there is no screen, a narrow one, or a stream that tells nothing."""

import io
import os
import sys

import pytest
from networks import make_classifier

from epynn.commons import logs


class Bare:
    """A stream that can write and no more."""

    def write(self, text):
        """Take the text."""

    def flush(self):
        """Do nothing."""


def closed():
    stream = io.StringIO()
    stream.close()
    return stream


STREAMS = {'none': lambda: None, 'closed': closed, 'bare': Bare}


@pytest.mark.parametrize('stderr', STREAMS)
@pytest.mark.parametrize('stdout', STREAMS)
def test_training_works_without_a_screen(monkeypatch, stdout, stderr):
    monkeypatch.setattr(sys, 'stdout', STREAMS[stdout]())
    monkeypatch.setattr(sys, 'stderr', STREAMS[stderr]())
    model = make_classifier()
    model.initialize(loss='CCE', seed=1)
    model.initialize(loss='CCE', seed=1, end='\r')
    model.train(2)
    model.report()
    model.summary()
    logs.process_logs('a word', 2)
    assert model.epochs == 2


class Terminal(io.StringIO):
    """A terminal of which one can read what it shows."""

    def isatty(self):
        """Return True."""
        return True

    def fileno(self):
        """Return a number, as a terminal has one."""
        return 2


@pytest.mark.parametrize(('columns', 'widest'), [(40, 39), (80, 79), (200, 80)])
def test_the_progress_bar_fits_the_terminal(monkeypatch, columns, widest):
    terminal = Terminal()
    monkeypatch.setattr(sys, 'stderr', terminal)
    monkeypatch.setattr(os, 'get_terminal_size', lambda *_: os.terminal_size((columns, 24)))
    assert logs.count_columns(terminal) == widest
    with logs.progress_bar(100, 0, 'a network of a long name', silent=False) as advance:
        advance()
    lines = terminal.getvalue().replace('\n', '\r').split('\r')
    assert 0 < max(map(len, lines)) <= widest


def test_tables_are_printed_in_a_narrow_terminal(monkeypatch, capsys):
    monkeypatch.setenv('COLUMNS', '40')
    model = make_classifier()
    model.initialize(loss='CCE', seed=1, end='\r')
    model.train(1)
    model.summary()
    assert 'Backward' in capsys.readouterr().out


def test_a_complaint_goes_to_stderr_if_there_is_one(monkeypatch, capsys):
    logs.complain('no')
    assert capsys.readouterr().err == 'no\n'
    monkeypatch.setattr(sys, 'stderr', None)
    logs.complain('no')


def test_a_stream_that_does_not_say_whether_it_is_closed_is_open():
    assert logs.is_open(Bare())
    assert not logs.is_open(closed())
    assert not logs.is_open(None)
