"""Work shared out: each thread has helpers of its own, and no share waits for a late one."""

import os
import threading
import time
import weakref
from _thread import get_ident
from itertools import pairwise

import numpy as np
import pytest

import epynn.kernels.threads
from epynn.kernels.threads import SHARES, count_shares, count_threads, set_threads, share


@pytest.fixture(autouse=True)
def two_threads():
    set_threads(2)
    yield
    set_threads(None)


def share_out(work, pieces, count):
    """Do so many shares of neighbours."""
    bounds = [-(-len(pieces) * i // count) for i in range(count + 1)]
    return share(work, [pieces[i:j] for i, j in pairwise(bounds)])


def together(work, pieces, shares=2):
    """Share out so that each share waits until all have begun: no thread can do two of them."""
    barrier = threading.Barrier(shares, timeout=60)

    def wait(part):
        barrier.wait()
        return work(part)

    return share_out(wait, pieces, shares)


def run_in_thread(function):
    """Return what a function returns in a thread of its own, which has ended."""
    results = []
    thread = threading.Thread(target=lambda: results.append(function()), daemon=True)
    thread.start()
    thread.join()
    return results[0]


def helpers():
    """Return the threads that ran besides this one."""
    ran = {ident for _ in range(3) for ident in together(lambda part: get_ident(), [1, 2])}
    return ran - {get_ident()}


def test_one_helper_serves_all_calls():
    assert len(helpers()) == 1
    assert helpers() == helpers()


def test_each_thread_has_its_own_helper():
    ours = helpers()  # still there, so that the system gives its number to no other
    assert not run_in_thread(helpers) & ours


def test_a_helper_ends_with_the_thread_it_helps(monkeypatch):
    ended = []
    serve = epynn.kernels.threads._serve

    def watched(mail):
        serve(mail)
        ended.append(True)

    monkeypatch.setattr(epynn.kernels.threads, '_serve', watched)
    run_in_thread(helpers)
    for _ in range(6000):  # a minute: machines are busy
        if ended:
            break
        time.sleep(0.01)
    assert ended


def test_arrays_are_let_go_of():
    array = np.zeros(3)
    seen = weakref.ref(array)
    together(lambda part: None, [array, array])
    del array
    together(lambda part: None, [1, 2])
    assert seen() is None


def test_errors_of_any_share_arrive_and_the_helper_goes_on():
    for pieces in ([0, 1], [1, 0]):
        with pytest.raises(ZeroDivisionError):
            together(lambda part: 1 // part[0], pieces)
    assert together(sum, [1, 2, 3]) == [3, 3]


def test_shares_within_shares_do_not_wait_for_each_other():
    inner = [[3, 3], [3, 3]]
    assert share_out(lambda part: share_out(sum, [1, 2, 3], 2), [1, 2], 2) == inner
    assert together(lambda part: share_out(sum, [1, 2, 3], 2), [1, 2]) == inner


def test_the_helper_obeys_errstate():
    big = np.full(4, 1e308)
    for _ in range(2):
        with np.errstate(over='ignore'):
            together(lambda part: big * 10, [1, 2])
        with pytest.raises(FloatingPointError), np.errstate(over='raise'):
            together(lambda part: big * part[0], [1, 10])


def test_without_another_thread_this_one_does_all_shares(monkeypatch):
    def refuse(function, arguments):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(epynn.kernels.threads, 'start_new_thread', refuse)
    assert run_in_thread(lambda: share_out(sum, [1, 2, 3], 2)) == [3, 3]


@pytest.mark.skipif(not hasattr(os, 'fork'), reason='no fork on this system')
@pytest.mark.filterwarnings('ignore:.*fork:DeprecationWarning')
def test_the_child_after_a_fork_has_a_helper_of_its_own():
    helpers()
    child = os.fork()
    if child == 0:
        try:
            result = share_out(sum, [1, 2, 3], 2)
            os._exit(0 if result == [3, 3] else 1)
        finally:
            os._exit(2)
    for _ in range(6000):  # a minute: machines are busy
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        time.sleep(0.01)
    else:
        os.kill(child, 9)
        os.waitpid(child, 0)
        pytest.fail('the child waited for ever')
    assert status == 0


def test_shares_depend_on_the_numbers_alone():
    pieces = list(range(10))
    shares = share_out(list, pieces, 4)
    assert shares == [[0, 1, 2], [3, 4], [5, 6, 7], [8, 9]]
    for threads in (1, 2, 4, 8, 50):
        set_threads(threads)
        assert share_out(list, pieces, 4) == shares
    assert share_out(list, pieces, 1) == [pieces]
    assert share(list, []) == []


def test_a_helper_that_comes_too_late_is_not_waited_for(monkeypatch):
    """A system that was busy kept the caller waiting for a helper that had not begun."""
    asleep = threading.Event()
    serve = epynn.kernels.threads._serve
    monkeypatch.setattr(
        epynn.kernels.threads, '_serve', lambda mail: (asleep.wait(60), serve(mail))
    )

    def compute():
        array = np.zeros(3)
        seen = weakref.ref(array)
        assert share_out(len, [array, array], 2) == [1, 1]
        del array
        return seen()  # the job that nobody began holds nothing back

    assert run_in_thread(compute) is None
    asleep.set()


def test_no_share_outlives_the_call():
    done = []

    def work(part):
        if part[0] == 1:
            raise ValueError('the first share')
        time.sleep(0.05)
        done.append(part)

    with pytest.raises(ValueError, match='the first share'):
        together(work, [1, 2])
    assert done == [[2]]


def test_an_interrupt_leaves_the_rest_undone():
    done = []

    def work(part):
        done.extend(part)
        raise KeyboardInterrupt

    set_threads(1)
    with pytest.raises(KeyboardInterrupt):
        share_out(work, [1, 2, 3], 3)
    assert done == [1]
    set_threads(2)
    with pytest.raises(KeyboardInterrupt):
        together(work, [1, 2])
    assert share_out(sum, [1, 2, 3], 2) == [3, 3]


def test_set_threads_takes_numbers_from_1():
    for wrong in (0, -1, 1.5, '2', True):
        with pytest.raises(ValueError, match=r'set_threads\(n\).*None for all cores'):
            set_threads(wrong)
    assert count_threads() == 2
    set_threads(None)
    assert count_threads() >= 1


@pytest.mark.parametrize(('asked', 'expected'), [('1', 1), ('2,4', 2), ('0', 4), ('x', 4), ('', 4)])
def test_cores_that_may_be_used(monkeypatch, asked, expected):
    """joblib and batch systems say by OMP_NUM_THREADS how many cores a process has."""
    set_threads(None)
    monkeypatch.setenv('OMP_NUM_THREADS', asked)
    monkeypatch.setattr(os, 'sched_getaffinity', lambda process: {0, 1, 2, 3}, raising=False)
    monkeypatch.setattr(epynn.kernels.threads, 'QUOTA', '/nowhere')
    epynn.kernels.threads._count_cores.cache_clear()
    assert count_threads() == expected
    epynn.kernels.threads._count_cores.cache_clear()


@pytest.mark.parametrize(('quota', 'expected'), [('max 100000', 4), ('250000 100000', 3)])
def test_the_quota_of_a_container_counts(monkeypatch, tmp_path, quota, expected):
    set_threads(None)
    monkeypatch.delenv('OMP_NUM_THREADS', raising=False)
    monkeypatch.setattr(os, 'sched_getaffinity', lambda process: {0, 1, 2, 3}, raising=False)
    (tmp_path / 'cpu.max').write_text(f'{quota}\n')
    monkeypatch.setattr(epynn.kernels.threads, 'QUOTA', str(tmp_path / 'cpu.max'))
    epynn.kernels.threads._count_cores.cache_clear()
    assert count_threads() == expected
    epynn.kernels.threads._count_cores.cache_clear()


def test_small_work_is_one_share():
    assert count_shares(1000, 100) == 1
    assert count_shares(1e12, 100) == SHARES
    assert count_shares(1e12, 3) == 3
    assert count_shares(1e12, 0) == 1
