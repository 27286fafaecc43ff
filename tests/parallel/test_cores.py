"""Ranks share the cores of a machine; what `parallel` may be."""

import pytest
from networks import make_classifier, quiet
from rank_threads import run_ranks

from epynn import Callback, set_threads
from epynn.commons.errors import ArgumentTypeError, MissingExtraError
from epynn.kernels import threads
from epynn.parallel import communicator


def build():
    return quiet(make_classifier())


def test_ranks_share_the_cores(monkeypatch):
    monkeypatch.setattr(threads, '_count_cores', lambda sharers=1: 8 // sharers)
    found = []

    class Count(Callback):
        def on_epoch_end(self, model):
            found.append(threads.count_threads())

    def work(rank):
        build().train(1, verbose=0, parallel=rank, callbacks=Count())

    run_ranks(2, work)
    assert found == [4, 4]
    assert threads.count_threads() == 8
    set_threads(3)
    try:
        run_ranks(2, work)
    finally:
        set_threads(None)
    assert found[2:] == [3, 3]


@pytest.mark.parametrize('parallel', [2, 'world', object()])
def test_what_is_no_communicator_is_refused(parallel):
    with pytest.raises(ArgumentTypeError, match=r'EpyNN\.train\(parallel\): expected a comm.*True'):
        build().train(1, verbose=0, parallel=parallel)


def test_without_mpi_it_is_said_how_to_install_it(monkeypatch):
    def refuse(name):
        raise RuntimeError('no library\nin this folder\nin that one')

    monkeypatch.setattr(communicator, 'import_module', refuse)
    words = r"none \(no library\)\. .*pip install 'epynn-numpy\[mpi\]' mpich"
    with pytest.raises(MissingExtraError, match=words):
        build().train(1, verbose=0, parallel=True)
