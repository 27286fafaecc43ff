"""The thread that does second halves: one for each thread that asks, and for as long as that."""

import os
import threading
import time
import weakref
from _thread import get_ident

import numpy as np
import pytest

import epynn.kernels.threads
from epynn.kernels.threads import in_halves


@pytest.fixture(autouse=True)
def two_cores(monkeypatch):
    monkeypatch.setattr(epynn.kernels.threads, '_count_cores', lambda: 2)


def run_in_thread(function):
    """Return what a function returns in a thread of its own, which has ended."""
    results = []
    thread = threading.Thread(target=lambda: results.append(function()))
    thread.start()
    thread.join()
    return results[0]


def helpers():
    """Return the threads that second halves ran in."""
    return {in_halves(lambda pieces: get_ident(), [1, 2])[1] for _ in range(3)}


def test_one_helper_serves_all_calls():
    assert len(helpers()) == 1
    assert helpers() == helpers()
    assert get_ident() not in helpers()


def test_each_thread_has_its_own_helper():
    assert not run_in_thread(helpers) & helpers()


def test_a_helper_ends_with_the_thread_it_helps(monkeypatch):
    ended = []
    serve = epynn.kernels.threads._serve

    def watched(jobs):
        serve(jobs)
        ended.append(True)

    monkeypatch.setattr(epynn.kernels.threads, '_serve', watched)
    run_in_thread(helpers)
    for _ in range(500):
        if ended:
            break
        time.sleep(0.01)
    assert ended


def test_arrays_are_let_go_of():
    array = np.zeros(3)
    seen = weakref.ref(array)
    in_halves(lambda pieces: None, [array, array])
    del array
    in_halves(lambda pieces: None, [1, 2])
    assert seen() is None


def test_errors_of_either_half_arrive_and_the_helper_goes_on():
    for pieces in ([0, 1], [1, 0]):
        with pytest.raises(ZeroDivisionError):
            in_halves(lambda pieces: 1 // pieces[0], pieces)
    assert in_halves(sum, [1, 2, 3]) == [3, 3]


def test_halves_within_halves_do_not_wait_for_each_other():
    assert in_halves(lambda pieces: in_halves(sum, [1, 2, 3]), [1, 2]) == [[3, 3], [3, 3]]


def test_the_helper_obeys_errstate():
    big = np.full(4, 1e308)
    for _ in range(2):
        with np.errstate(over='ignore'):
            in_halves(lambda pieces: big * 10, [1, 2])
        with pytest.raises(FloatingPointError), np.errstate(over='raise'):
            in_halves(lambda pieces: big * pieces[0], [1, 10])


def test_without_another_thread_this_one_does_both_halves(monkeypatch):
    def refuse(function, arguments):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(epynn.kernels.threads, 'start_new_thread', refuse)
    assert run_in_thread(lambda: in_halves(sum, [1, 2, 3])) == [3, 3]


@pytest.mark.skipif(not hasattr(os, 'fork'), reason='no fork on this system')
@pytest.mark.filterwarnings('ignore:.*fork:DeprecationWarning')
def test_the_child_after_a_fork_has_a_helper_of_its_own():
    helpers()
    child = os.fork()
    if child == 0:
        try:
            result = in_halves(sum, [1, 2, 3])
            os._exit(0 if result == [3, 3] else 1)
        finally:
            os._exit(2)
    for _ in range(500):
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        time.sleep(0.01)
    else:
        os.kill(child, 9)
        os.waitpid(child, 0)
        pytest.fail('the child waited for ever')
    assert status == 0
