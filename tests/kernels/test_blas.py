"""BLAS keeps to one thread while anyone computes, and has its own again afterwards."""

import threading

import numpy as np
import pytest

import epynn.kernels.blas
from epynn import Dense, Embedding, EpyNN, softmax
from epynn.kernels.blas import BlasOnOneThread, controls_blas


class Library:
    """What stands for a BLAS."""

    def __init__(self):
        self.num_threads = 4

    def set_num_threads(self, n):
        self.num_threads = n


@pytest.fixture
def library(monkeypatch):
    """Return a BLAS of four threads in the place of the real one."""
    library, blas = Library(), epynn.kernels.blas._Blas()
    blas.found = [library]
    monkeypatch.setattr(epynn.kernels.blas, '_blas', blas)
    return library


def test_the_first_in_pins_and_the_last_out_restores(library):
    with BlasOnOneThread():
        assert library.num_threads == 1
        with BlasOnOneThread():
            pass
        assert library.num_threads == 1
    assert library.num_threads == 4


def test_overlapping_blocks_of_two_threads_leave_nothing_pinned(library):
    """Two models in two threads left BLAS on one thread for good."""
    first, second = BlasOnOneThread(), BlasOnOneThread()
    first.__exit__()
    assert library.num_threads == 1
    thread = threading.Thread(target=second.__exit__, daemon=True)
    thread.start()
    thread.join()
    assert library.num_threads == 4


def test_a_wish_that_was_given_up_serves_for_nobody(library):
    with BlasOnOneThread(), BlasOnOneThread():
        assert library.num_threads == 1
    assert library.num_threads == 4
    with BlasOnOneThread():
        assert library.num_threads == 1
    dropped = BlasOnOneThread()
    dropped.__enter__()
    del dropped  # an interrupt kept it from its exit
    with BlasOnOneThread():
        assert library.num_threads == 1
    assert library.num_threads == 4


def test_an_error_and_an_interrupt_restore(library):
    for error in (ValueError, KeyboardInterrupt):
        with pytest.raises(error), BlasOnOneThread():
            raise error
        assert library.num_threads == 4


def test_a_wish_that_nobody_gives_up_does_not_count(library):
    """An interrupt may come between the wish and the block."""
    wish = BlasOnOneThread()
    assert library.num_threads == 1
    del wish
    with BlasOnOneThread():
        assert library.num_threads == 1
    assert library.num_threads == 4


def test_training_and_prediction_run_on_one_thread_of_blas(library):
    seen = []

    def watch(x, deriv=False):
        seen.append(library.num_threads)
        return np.ones_like(x) if deriv else x

    X, y = np.random.default_rng(0).random((12, 3)), np.arange(12) % 2
    model = EpyNN([Embedding(X, y, Y_encode=True), Dense(3, watch), Dense(2, softmax)])
    seen.clear()  # the looks at the function when the layer was made
    model.initialize('CCE', seed=1, verbose=False)
    model.train(2, verbose=0)
    model.predict(X)
    assert set(seen) == {1}
    assert library.num_threads == 4


def test_deterministic_says_where_it_cannot_be_promised(monkeypatch):
    """With a library that takes no orders, deterministic=True said nothing."""
    X, y = np.random.default_rng(0).random((12, 3)), np.arange(12) % 2
    model = EpyNN([Embedding(X, y, Y_encode=True), Dense(2, softmax)])
    blas = epynn.kernels.blas._Blas()
    blas.found = []
    monkeypatch.setattr(epynn.kernels.blas, '_blas', blas)
    assert not controls_blas()
    with pytest.warns(UserWarning, match='cannot be kept to one thread'):
        model.initialize('CCE', seed=1, verbose=False, deterministic=True)
    model.initialize('CCE', seed=1, verbose=False)
