"""A training goes on from a file where it was; see also resume_cases."""

import numpy as np
import pytest
from files.interrupted import Interrupt, X, Y, embed, interrupted, make
from model_files import edit, parts_of
from networks import assert_same_parameters, record

import epynn
from epynn import Checkpoint, CSVLogger, EarlyStopping
from epynn.commons.errors import (
    StateError,
)
from epynn.commons.optimize import Optimizer
from epynn.commons.schedule import ReduceOnPlateau


@pytest.fixture
def path(tmp_path):
    """Return the file of a training in the middle of an epoch."""
    interrupted(tmp_path / 'file')
    return tmp_path / 'file'


@pytest.mark.parametrize('at', [(0, 1), (1, 2), (1, 4), (4, 4)])
def test_a_training_goes_on_where_it_was(tmp_path, at, capsys):
    whole = make()
    whole.train(until=5, verbose=0)
    interrupted(tmp_path / 'file', at)
    again = epynn.read_model(tmp_path / 'file', data=embed())
    assert f'goes on in epoch {at[0]}, after batch {at[1]} of 4' in capsys.readouterr().out
    assert again.progress == at
    again.train(until=5, verbose=0)
    assert_same_parameters(again, whole)
    assert record(again.history) != record({})
    for name in ('metrics', 'batch_loss', 'epochs'):
        assert getattr(again, name) == getattr(whole, name), name


def test_one_that_was_not_interrupted_goes_on_too(tmp_path, capsys):
    whole, model = make(), make()
    whole.train(until=6, verbose=0)
    model.train(until=6, epochs=4, verbose=0)
    again = epynn.read_model(model.write(tmp_path / 'file', resume=True), data=embed())
    assert 'goes on after epoch 3, as if' in capsys.readouterr().out
    again.train(until=6, verbose=0)
    assert_same_parameters(again, whole)
    untrained = epynn.read_model(make().write(tmp_path / 'new', resume=True), data=embed())
    assert 'goes on before the first epoch' in capsys.readouterr().out
    untrained.train(until=6, verbose=0)
    assert_same_parameters(untrained, whole)


def test_seconds_of_an_epoch_are_counted_in_both_processes(path):
    seconds = parts_of(path)[0]['training']['tally']['tuple'][2]
    again = epynn.read_model(path, data=embed())
    again.train(until=5, verbose=0)
    assert again.seconds[1] > seconds > 0


def test_a_file_can_be_read_without_data_and_written_without_the_training(path, tmp_path):
    model = epynn.read_model(path)
    assert model.predict(X).A.shape == (30, 3)
    with pytest.raises(StateError, match='a network with data'):
        model.write(tmp_path / 'x', resume=True)
    model.write(tmp_path / 'plain')
    description, arrays = parts_of(tmp_path / 'plain')
    assert 'training' not in description
    assert not any('training' in name for name in arrays)
    epynn.read_model(tmp_path / 'plain', data=embed(X[:21], Y[:21])).train(1, 0)


def test_the_same_numbers_in_another_type_are_the_same_data(tmp_path):
    rounded = X.astype(np.float32).astype(np.float64)
    interrupted(tmp_path / 'file', data=embed(rounded))
    epynn.read_model(tmp_path / 'file', data=embed(rounded.astype(np.float32))).train(1, 0)


class Signs(Optimizer):
    """One of a user's own: moments that are no arrays like the parameter."""

    def step(self, p, g, lr, moments):
        moments['seen'] = [*moments.get('seen', []), np.float32(g.max())]
        moments['count'] = np.arange(moments['t'])
        return p - lr * np.sign(g) * moments['seen'][0] / len(moments['count'])


def test_an_optimizer_of_ones_own_remembers_what_it_likes(tmp_path):
    whole = make(optimizer=Signs())
    whole.train(until=5, verbose=0)
    interrupted(tmp_path / 'file', optimizer=Signs())
    again = epynn.read_model(tmp_path / 'file', [Signs], embed())
    again.train(until=5, verbose=0)
    assert_same_parameters(again, whole)
    assert record(again.layers[1].moments) == record(whole.layers[1].moments)


@pytest.mark.parametrize('bits', ['PCG64DXSM', 'MT19937', 'Philox', 'SFC64'])
def test_random_streams_of_other_kinds(tmp_path, bits):
    def seed(model):
        for number, layer in enumerate(model.layers):
            layer.np_rng = np.random.Generator(getattr(np.random, bits)(number))
        return model

    whole, model = seed(make()), seed(make())
    whole.train(until=3, verbose=0)
    model.train(1, 0)
    again = epynn.read_model(model.write(tmp_path / 'x', resume=True), data=embed())
    again.train(until=3, verbose=0)
    assert_same_parameters(again, whole)


def test_moments_that_overflowed_are_kept(tmp_path):
    model = make()
    model.train(1, 0)
    moments = model.layers[1].moments['W']
    moments['v'] = np.full_like(moments['v'], np.inf)
    again = epynn.read_model(model.write(tmp_path / 'x', resume=True), data=embed())
    assert np.isinf(again.layers[1].moments['W']['v']).all()


def test_callbacks_take_up_their_states_by_class_and_order(tmp_path):
    first = EarlyStopping(patience=90), EarlyStopping('accuracy', patience=80)
    interrupted(tmp_path / 'file', (3, 1), callbacks=first)
    again = epynn.read_model(tmp_path / 'file', data=embed())
    then = EarlyStopping(patience=90), EarlyStopping('accuracy', patience=80)
    again.train(until=4, epochs=1, verbose=0, callbacks=[Interrupt(), *then])
    for before, now in zip(first, then, strict=True):
        assert before.seen == 3
        assert now.seen == 4
        assert now.best_epoch is not None
    assert [callback.patience for callback in then] == [90, 80]


def test_a_state_that_nobody_takes_up_is_told(tmp_path):
    interrupted(tmp_path / 'file', callbacks=[EarlyStopping(patience=9)])
    again = epynn.read_model(tmp_path / 'file', data=embed())
    with pytest.warns(UserWarning, match='the state of EarlyStopping, which is not given'):
        again.train(1, 0)
    again.train(1, 0)  # once


def test_a_training_that_was_being_stopped_stops(tmp_path):
    """The file is of the moment between the stop and its end, when best parameters come back."""
    early = {'patience': 1, 'min_delta': 9.0}
    whole = make()
    whole.train(until=9, verbose=0, callbacks=[EarlyStopping(**early)])
    assert whole.epochs == 2
    model, path = make(), tmp_path / 'file'
    callbacks = [EarlyStopping(**early), Checkpoint(path, resume=True)]
    model.train(until=9, verbose=0, callbacks=callbacks)
    again = epynn.read_model(path, data=embed())
    again.train(until=9, verbose=0, callbacks=[EarlyStopping(**early), Checkpoint(path)])
    assert again.epochs == 2
    assert again.stopped == whole.stopped
    assert_same_parameters(again, whole)


def test_the_end_of_a_training_that_was_over_but_for_it_is_told(tmp_path):
    best = {'patience': 9, 'min_delta': 9.0}
    whole, model, path = make(), make(), tmp_path / 'file'
    whole.train(until=3, verbose=0, callbacks=EarlyStopping(**best))
    callbacks = [Checkpoint(path, resume=True), EarlyStopping(**best)]
    model.train(until=3, verbose=0, callbacks=callbacks)
    again = epynn.read_model(path, data=embed())
    assert again.epochs == 3
    again.train(until=3, verbose=0, callbacks=[Checkpoint(path), EarlyStopping(**best)])
    assert_same_parameters(again, whole)
    again.train(until=3, verbose=0)  # and only once
    assert_same_parameters(again, whole)


def test_a_table_has_each_epoch_once(tmp_path):
    """Lines of epochs that are computed anew, and half a line, go."""
    table, path = tmp_path / 'run.csv', tmp_path / 'file'
    model = make()
    model.train(until=5, epochs=2, verbose=0, callbacks=CSVLogger(table))
    model.write(path, resume=True)
    model.train(until=5, verbose=0, callbacks=CSVLogger(table))
    whole = [line.split(',') for line in table.read_text().splitlines()]
    table.write_text(table.read_text()[:-9])
    again = epynn.read_model(path, data=embed())
    again.train(until=5, verbose=0, callbacks=CSVLogger(table))
    lines = [line.split(',') for line in table.read_text().splitlines()]
    assert [line[:2] + line[3:] for line in lines] == [line[:2] + line[3:] for line in whole]


def test_a_schedule_goes_on_from_what_it_had_read(tmp_path):
    """A metric that was computed again by hand counts as it was when the schedule read it."""
    schedule = {'schedule': ReduceOnPlateau(patience=0, threshold=0.5), 'learning_rate': 0.01}
    whole, model = (make(se_hPars=schedule, learning_rate=None) for _ in range(2))
    for each in (whole, model):
        each.train(until=9, epochs=3, verbose=0)
        each.metrics['CCE'][1][1] = 0.0
    again = epynn.read_model(model.write(tmp_path / 'x', resume=True), data=embed())
    for each in (whole, again):
        each.train(until=9, verbose=0)
    assert again.layers[1].lrate == whole.layers[1].lrate
    assert_same_parameters(again, whole)


def test_a_training_that_was_read_and_written_again_keeps_all_of_it(tmp_path):
    """Callbacks that nobody gave yet, too: it had none of its own."""
    early = EarlyStopping(patience=90)
    interrupted(tmp_path / 'file', (3, 1), callbacks=[early])
    read = epynn.read_model(tmp_path / 'file', data=embed())
    again = epynn.read_model(read.write(tmp_path / 'again', resume=True), data=embed())
    assert record(again.interrupted) == record(read.interrupted)
    assert record(again.interrupted.callbacks[1][1]) == record(early.state())


def test_a_file_of_before_layers_carried_states_is_read(path):
    edit(path, lambda description, arrays: description['training'].pop('carried'))
    epynn.read_model(path, data=embed()).train(until=5, verbose=0)
