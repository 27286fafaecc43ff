"""The helper thread: one for a block, for the thread that entered it alone."""

import threading
import time
from _thread import get_ident
from contextvars import copy_context

import numpy as np
import pytest

import epynn.kernels.threads
from epynn.kernels.threads import helper_thread, in_halves


@pytest.fixture(autouse=True)
def two_cores(monkeypatch):
    monkeypatch.setattr(epynn.kernels.threads, '_count_cores', lambda: 2)


def wait_for(condition):
    """Wait up to seconds for a thread of another kind than :mod:`threading` knows."""
    for _ in range(500):
        if condition():
            return True
        time.sleep(0.01)
    return False


def idents(times=3):
    """Return the threads that second halves ran in."""
    return {in_halves(lambda pieces: get_ident(), [1, 2])[1] for _ in range(times)}


def test_one_helper_serves_all_calls_of_a_block():
    with helper_thread():
        helpers = idents()
        with helper_thread():
            assert idents() == helpers
        assert idents() == helpers
    assert len(helpers) == 1
    assert get_ident() not in helpers


def test_the_helper_ends_with_the_block(monkeypatch):
    ended = []
    serve = epynn.kernels.threads._serve

    def watched(jobs):
        serve(jobs)
        ended.append(True)

    monkeypatch.setattr(epynn.kernels.threads, '_serve', watched)

    def fail():
        with helper_thread():
            in_halves(sum, [1, 2])
            raise ValueError('in the block')

    with pytest.raises(ValueError, match='in the block'):
        fail()
    assert wait_for(lambda: ended)


def test_errors_of_either_half_arrive_and_the_helper_goes_on():
    with helper_thread():
        for pieces in ([0, 1], [1, 0]):
            with pytest.raises(ZeroDivisionError):
                in_halves(lambda pieces: 1 // pieces[0], pieces)
        assert in_halves(sum, [1, 2, 3]) == [3, 3]


def test_halves_within_halves_do_not_wait_for_each_other():
    with helper_thread():
        assert in_halves(lambda pieces: in_halves(sum, [1, 2, 3]), [1, 2]) == [[3, 3], [3, 3]]


def test_another_thread_has_no_part_in_the_helper():
    """Contexts are copied to other threads, as asyncio.to_thread does: the helper is not."""
    found = []
    with helper_thread():
        helpers = idents()
        context = copy_context()
        other = threading.Thread(target=context.run, args=(lambda: found.append(idents()),))
        other.start()
        other.join()
    assert not found[0] & helpers


def test_the_helper_obeys_errstate():
    big = np.full(4, 1e308)
    with helper_thread():
        with np.errstate(over='ignore'):
            in_halves(lambda pieces: big * 10, [1, 2])
        with pytest.raises(FloatingPointError), np.errstate(over='raise'):
            in_halves(lambda pieces: big * pieces[0], [1, 10])


def test_one_core_has_no_helper(monkeypatch):
    monkeypatch.setattr(epynn.kernels.threads, '_count_cores', lambda: 1)
    with helper_thread():
        assert epynn.kernels.threads._find_helper() is None
        assert idents() == {get_ident()}
