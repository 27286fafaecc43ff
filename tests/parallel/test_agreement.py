"""Ranks with different networks or data learn nothing: each says so before the first step."""

import numpy as np
import pytest
from networks import make_classifier, make_data, parameters, quiet
from rank_threads import Aborted, run_ranks

from epynn import (
    Callback,
    Checkpoint,
    CSVLogger,
    Dense,
    Embedding,
    EpyNN,
    read_model,
    relu,
    softmax,
    tanh,
)
from epynn.commons.errors import (
    ArgumentError,
    DataError,
    LayerError,
)


def build(batch_size=5, **settings):
    return quiet(make_classifier(batch_size=batch_size), **settings)


def other_data(rank):
    X, y = make_data()
    X[0, 0] += rank == 1
    return quiet(EpyNN([Embedding(X, y, batch_size=5, Y_encode=True), Dense(3, softmax)]))


DIFFERENT = {
    'seed': (lambda rank: build(seed=rank), ArgumentError, r'the same seed .* rank 1'),
    'no seed': (lambda rank: build(seed=rank or None), ArgumentError, 'the same seed'),
    'data': (other_data, DataError, r'the same data on all ranks, got others on rank 1\. Give'),
    'batches': (lambda rank: build(batch_size=5 + rank), DataError, 'the same data'),
    'layers': (
        lambda rank: quiet(make_classifier(Dense(5, relu if rank else tanh), batch_size=5)),
        LayerError, 'the same layers',
    ),
    'optimizer': (
        lambda rank: build(optimizer='Adam' if rank else 'SGD'), ArgumentError, 'the same settings',
    ),
}  # fmt: skip


@pytest.mark.parametrize('name', DIFFERENT)
def test_what_differs_is_refused_on_all_ranks(name):
    make, error, words = DIFFERENT[name]
    refused = []

    def work(rank):
        model = make(rank.rank)
        before = parameters(model)
        with pytest.raises(error, match=words):
            model.train(2, verbose=0, parallel=rank)
        refused.append(rank.rank)
        assert model.epochs == 0
        for ours, theirs in zip(parameters(model), before, strict=True):
            assert all(np.array_equal(ours[each], theirs[each]) for each in ours)

    run_ranks(2, work)
    assert len(refused) == 2


def test_arguments_of_train_that_differ_are_refused():
    def work(rank):
        with pytest.raises(ArgumentError, match='the same settings'):
            build().train(2 + rank.rank, verbose=0, parallel=rank)

    run_ranks(2, work)


def test_parameters_that_differ_are_refused():
    def work(rank):
        model = build()
        model.layers[1].p['W'] = model.layers[1].p['W'] + rank.rank
        with pytest.raises(ArgumentError, match='the same parameters'):
            model.train(2, verbose=0, parallel=rank)

    run_ranks(2, work)


def test_without_a_seed_all_follow_the_first_one():
    def work(rank):
        model = build(seed=None, optimizer='Adam')
        model.train(2, verbose=0, parallel=rank)
        model.train(1, verbose=0, parallel=rank)
        return parameters(model), model.embedding.order

    first, *others = run_ranks(3, work)
    for other in others:
        np.testing.assert_equal(other, first)


def test_one_rank_that_fails_ends_all_and_says_which_it_was(capsys):
    class Failing(Callback):
        def on_epoch_end(self, model):
            raise ValueError('no luck')

    def work(rank):
        build().train(5, verbose=0, parallel=rank, callbacks=[Failing()] * (rank.rank == 1))

    with pytest.raises(Aborted, match='rank 1'):
        run_ranks(3, work)
    words = capsys.readouterr().err
    # Threads, unlike processes, are not ended: the others speak after it
    assert words.startswith('Rank 1 of 3 ended the training on all ranks: CallbackError: ')
    assert 'ValueError: no luck' in words


def test_numbers_that_are_not_finite_end_all(capsys):
    class Breaking(Callback):
        def on_epoch_end(self, model):
            model.layers[1].p['W'] = model.layers[1].p['W'] * np.nan

    with pytest.raises(Aborted):
        run_ranks(2, lambda rank: build().train(5, verbose=0, parallel=rank, callbacks=Breaking()))
    assert 'Rank 0 of 2 ended the training on all ranks: TrainingError: ' in capsys.readouterr().err


@pytest.mark.parametrize('who', [0, 2])
def test_one_rank_may_stop_all(who):
    class Stopping(Callback):
        def on_batch_end(self, model):
            if model.progress == (1, 2):
                model.stop('enough')

    def work(rank):
        model = build()
        listeners = [Stopping()] * (rank.rank == who)
        model.train(5, verbose=0, parallel=rank, callbacks=listeners)
        return model.epochs, model.progress, model.stopped

    assert run_ranks(3, work) == [(1, (1, 2), 'enough')] * 3


class Telling(Callback):
    """Keeps in mind what it was told."""

    def __init__(self):
        self.heard = []

    def on_epoch_end(self, model):
        self.heard.append(model.evaluate()['accuracy'])  # which no other rank is asked for


class TellingFirst(Telling):
    of_first_rank = True


def test_who_is_told(capsys):
    def work(rank):
        everyone, first = Telling(), TellingFirst()
        build().train(1, parallel=rank, callbacks=[everyone, first])
        return everyone.heard, first.heard

    (everyone, first), (others, none) = run_ranks(2, work)
    assert everyone == first == others
    assert none == []
    out = capsys.readouterr().out
    assert out.count('Data sets') == 1
    assert 'Ranks\nRank ' in out


def test_the_first_rank_alone_writes(tmp_path, capsys):
    def work(rank):
        model = build()
        folder = tmp_path / str(rank.rank)
        folder.mkdir()
        listeners = [Checkpoint(folder / 'a.safetensors'), CSVLogger(folder / 'a.csv')]
        model.train(1, verbose=0, parallel=rank, callbacks=listeners)
        assert model.write(folder / 'b.safetensors') == folder / 'b.safetensors'
        model.plot(pyplot=False, path=folder / 'c.png')
        capsys.readouterr()
        return sorted(path.name for path in folder.iterdir())

    written = ['a.csv', 'a.safetensors', 'b.safetensors', 'c.png']
    pytest.importorskip('matplotlib')
    assert run_ranks(2, work) == [written, []]


class Until(Callback):
    """Ends a training after a batch."""

    def on_batch_end(self, model):
        if model.progress == (2, 2):
            model.stop('night')


def listeners(path=None):
    return [Until(), *([Checkpoint(path, resume=True)] if path else [])]


@pytest.mark.parametrize(('before', 'after'), [(1, 3), (3, 1), (2, 3)])
def test_a_training_goes_on_with_other_ranks(tmp_path, before, after):
    whole = build(optimizer='Adam')
    whole.train(6, verbose=0)
    path = tmp_path / 'night.safetensors'

    def begin(rank):
        model = build(optimizer='Adam')
        model.train(until=6, verbose=0, parallel=rank, callbacks=Until())
        model.write(path, resume=True)

    def go_on(rank):
        X, y = make_data(24)
        data = Embedding(X, y, (2, 1, 0), 5, Y_encode=True)
        model = read_model(path, data=data)
        model.train(until=6, verbose=0, parallel=rank)
        return parameters(model)

    run_ranks(before, begin)
    for found in run_ranks(after, go_on):
        for ours, theirs in zip(found, parameters(whole), strict=True):
            for name in ours:
                np.testing.assert_allclose(ours[name], theirs[name], rtol=0, atol=1e-12)


class File:
    """Samples in a file, which notes those that are read."""

    def __init__(self, X, read):
        self.X, self.read = X, read
        self.shape, self.dtype = X.shape, X.dtype

    def __getitem__(self, key):
        found = self.X[key]
        self.read.append(np.atleast_1d(np.arange(len(self.X))[key]))
        return found


def test_each_rank_reads_its_samples_alone():
    X, y = make_data(40)

    def work(rank):
        read = []
        data = Embedding(File(X, read), y, (1, 0, 0), 8, Y_encode=True, shuffle=False)
        model = quiet(EpyNN([data, Dense(3, softmax)]))

        class Forget(Callback):
            def on_epoch_begin(self, model):
                read.clear()

        model.train(1, verbose=0, parallel=rank, callbacks=Forget())
        batches = read[:5]  # then those of the evaluation, the second half of all
        assert sorted(np.concatenate(read[5:])) == list(range(20 * rank.rank, 20 * rank.rank + 20))
        return np.concatenate(batches)

    first, second = run_ranks(2, work)
    assert sorted(first) == [i for i in range(40) if i % 8 < 4]
    assert sorted(second) == [i for i in range(40) if i % 8 >= 4]


def test_one_rank_is_no_ranks():
    model = build()
    run_ranks(1, lambda rank: model.train(1, verbose=0, parallel=rank))
    assert model.is_first


def test_behind_a_training_nothing_is_shared():
    def work(rank):
        model = build()
        model.train(1, verbose=0, parallel=rank)
        return model.ranks.size, model.layers[1].ranks.size, model.is_first

    assert run_ranks(2, work) == [(1, 1, True), (1, 1, False)]
