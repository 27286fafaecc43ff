"""Callbacks: who is told what and when, what an error in one leaves behind, and their state."""

import copy
import pickle
import re

import numpy as np
import pytest
from networks import assert_same_parameters, make_classifier, quiet, record

import epynn
from epynn.commons.errors import (
    ArgumentError,
    ArgumentTypeError,
    CallbackError,
    UnknownNameError,
)
from epynn.commons.maths import tanh
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.network.callbacks import Callback, Checkpoint, EarlyStopping
from epynn.network.callbacks.hooks import NAMES


def make(**settings):
    hidden = (Dense(5, tanh), Dropout(0.3))
    return quiet(make_classifier(*hidden, batch_size=8), optimizer='Adam', **settings)


class Diary(Callback):
    """Notes whatever it hears, as a callback of a user's own."""

    remembers = ('heard',)

    def __init__(self, heard=None, name=''):
        self.heard = [] if heard is None else heard
        self.name = name

    def note(self, what, model):
        self.heard.append(f'{self.name}{what} {model.progress[0]} {model.progress[1]}')

    def on_train_begin(self, model):
        self.note('train', model)

    def on_train_end(self, model):
        self.note('trained', model)

    def on_epoch_begin(self, model):
        self.note('epoch', model)

    def on_epoch_end(self, model):
        self.note('epoch over', model)

    def on_batch_begin(self, model):
        self.note('batch', model)

    def on_batch_end(self, model):
        self.note('batch over', model)


class Raising(Callback):
    """Raises an error in one of its methods, the `at`-th time; `error` None is no error."""

    def __init__(self, name, error, at=1):
        self.left = at

        def method(model):
            self.left -= 1
            if self.left == 0:
                raise error

        setattr(self, name, method)


def test_what_is_told_and_when():
    model, diary = make(), Diary()
    model.train(1, 0, callbacks=[diary])
    assert diary.heard == [
        'train 0 -1', 'epoch 0 -1', 'batch 0 0', 'batch over 0 1', 'batch 0 1', 'batch over 0 2',
        'epoch over 1 -1', 'trained 1 -1',
    ]  # fmt: skip


def test_callbacks_are_called_in_the_order_of_the_list():
    model, heard = make(), []
    model.train(1, 0, callbacks=[Diary(heard, 'a '), Diary(heard, 'b ')])
    assert heard[0::2] == [words.replace('b ', 'a ', 1) for words in heard[1::2]]
    assert {words[0] for words in heard[0::2]} == {'a'}


def test_one_callback_need_be_in_no_list():
    model, diary = make(), Diary()
    model.train(1, 0, callbacks=diary)
    assert diary.heard
    assert model.callbacks == (diary,)


def test_callbacks_change_nothing():
    watched, left = make(), make()
    watched.train(3, 0, callbacks=[Diary(), EarlyStopping(restore_best=False, patience=9)])
    left.train(3, 0)
    assert_same_parameters(watched, left)
    assert watched.metrics == left.metrics


def test_methods_that_are_not_defined_are_not_called():
    from epynn.network.callbacks.hooks import Hooks

    hooks = Hooks((Callback(), EarlyStopping()), silent=True)
    counts = {name: len(calls) for name, calls in hooks.calls.items()}
    assert counts == {**dict.fromkeys(NAMES, 0), 'on_train_begin': 1, 'on_epoch_end': 1,
                      'on_train_end': 1}  # fmt: skip


@pytest.mark.parametrize('name', NAMES)
@pytest.mark.parametrize('error', [KeyError('lost'), KeyboardInterrupt()], ids=['error', 'ctrl-c'])
def test_an_error_in_a_callback_leaves_whole_steps_and_training_goes_on(name, error):
    model, whole = make(), make()
    whole.train(3, 0)
    expected = CallbackError if isinstance(error, Exception) else KeyboardInterrupt
    with pytest.raises(expected) as caught:
        model.train(
            until=3, verbose=0, callbacks=[Raising(name, error, 1 if 'train' in name else 2)]
        )
    if expected is CallbackError:
        assert caught.value.where == f'Raising.{name}'
        assert caught.value.__cause__ is error
        assert "KeyError: 'lost'" in str(caught.value)
        assert 'whole' in caught.value.remedy
    assert model.epochs == model.progress[0]
    model.train(until=3, verbose=0)
    assert_same_parameters(model, whole)
    assert model.metrics == whole.metrics
    assert model.batch_loss == pytest.approx(whole.batch_loss, rel=1e-15)
    assert len(model.seconds) == 3


def test_an_error_of_this_library_keeps_its_kind_and_tells_the_callback(tmp_path):
    checkpoint = Checkpoint(tmp_path / 'no such folder' / 'file')
    with pytest.raises(ArgumentError, match=r'in Checkpoint\.on_epoch_end: expected a file in'):
        make().train(1, 0, callbacks=checkpoint)


def test_the_end_is_told_after_an_error_too():
    model, diary = make(), Diary()
    with pytest.raises(CallbackError):
        model.train(1, 0, callbacks=[diary, Raising('on_batch_end', ValueError('?'))])
    assert diary.heard[-2:] == ['batch over 0 1', 'trained 0 1']


def test_an_error_at_the_end_does_not_hide_the_one_before():
    both = Raising('on_batch_end', ValueError('first')), Raising('on_train_end', ValueError('then'))
    with pytest.warns(UserWarning, match='then'), pytest.raises(CallbackError, match='first'):
        make().train(1, 0, callbacks=both)


def test_all_are_told_of_the_end_before_an_error_there_is_raised():
    diary = Diary()
    with pytest.raises(CallbackError, match='on_train_end'):
        make().train(1, 0, callbacks=[Raising('on_train_end', ValueError('?')), diary])
    assert diary.heard[-1] == 'trained 1 -1'


@pytest.mark.parametrize(
    ('callbacks', 'error', 'words'),
    [
        (EarlyStopping, ArgumentTypeError, 'EarlyStopping()'),
        ([EarlyStopping], ArgumentTypeError, 'EarlyStopping()'),
        (5, ArgumentTypeError, 'a list of callbacks'),
        ('early', ArgumentTypeError, 'a list of callbacks'),
        ([print], ArgumentTypeError, 'derived from epynn.Callback'),
        ([Callback()] * 2, ArgumentError, 'each callback once'),
    ],
)
def test_what_is_no_callback_is_refused(callbacks, error, words):
    with pytest.raises(error, match=re.escape(words)):
        make().train(1, 0, callbacks=callbacks)


def test_methods_that_would_never_be_called_are_refused():
    class Lightning(Callback):
        def on_train_epoch_end(self, model):
            """Never called."""

    class Keras(Callback):
        def on_epoch_end(self, epoch, logs=None):
            """Given the network as `epoch`."""

    with pytest.raises(ArgumentError, match=r'Define on_epoch_end\(self, model\)'):
        make().train(1, 0, callbacks=Lightning())
    with pytest.raises(ArgumentTypeError, match=r'a method on_epoch_end\(self, model\)'):
        make().train(1, 0, callbacks=Keras())
    with pytest.raises(UnknownNameError, match=r'callback\.state'):
        Keras().state_dict()


def test_a_state_can_be_saved_and_taken_up():
    model, early = make(), EarlyStopping(patience=50)
    model.train(3, 0, callbacks=early)
    state, twin = early.state(), EarlyStopping(patience=50)
    twin.restore(copy.deepcopy(state))
    assert record(twin.state()) == record(state)
    plain = (int, float, str, list, np.ndarray)
    assert all(isinstance(value, plain) for value in state.values())
    with pytest.raises(
        ArgumentError, match='a dict of best, best_epoch, seen, waited, weights, why'
    ):
        twin.restore({'best': 1.0})


@pytest.mark.parametrize('copied', [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])  # noqa: S301
def test_a_copy_of_a_network_takes_its_callbacks_along(copied):
    model, early = make(), EarlyStopping(patience=50)
    model.train(3, 0, callbacks=early)
    twin = copied(model)
    assert record(twin.callbacks[0].state()) == record(early.state())
    twin.train(2, 0, callbacks=twin.callbacks)
    model.train(2, 0, callbacks=early)
    assert_same_parameters(twin, model)


def test_a_callback_may_predict_evaluate_and_write(tmp_path):
    class Busy(Callback):
        def on_batch_end(self, model):
            model.predict(model.embedding.dtrain.X[:2])
            model.evaluate()
            model.write(tmp_path / f'{model.progress[0]}-{model.progress[1]}')

    model, left = make(), make()
    model.train(2, 0, callbacks=Busy())
    left.train(2, 0)
    assert_same_parameters(model, left)
    assert model.metrics == left.metrics
    files = {path.name: epynn.read_model(path) for path in tmp_path.iterdir()}
    assert {name: read.epochs for name, read in files.items()} == {
        '0-1': 0, '0-2': 0, '1-1': 1, '1-2': 1
    }  # fmt: skip


def test_who_did_not_hear_of_a_point_hears_of_it_when_training_goes_on():
    """Once each, whatever kept the others from hearing: an error, or Ctrl-C, in one before them."""

    class Heard(Callback):
        def __init__(self, error=None):
            self.heard, self.error = [], error

        def note(self, name, model):
            self.heard.append((name, model.e, model.progress))
            if self.error is not None and self.heard[-1][0::2] == self.error:
                raise ValueError

        def on_batch_end(self, model):
            self.note('batch', model)

        def on_epoch_end(self, model):
            self.note('epoch', model)

    for point in [('batch', (1, 1)), ('batch', (0, 2)), ('epoch', (1, -1)), ('epoch', (2, -1))]:
        model, callbacks = make(), [Heard(), Heard(point), Heard()]
        with pytest.raises(CallbackError):
            model.train(until=2, verbose=0, callbacks=callbacks)
        heard = [len(callback.heard) for callback in callbacks]
        assert heard[0] == heard[1] == heard[2] + 1
        model.train(until=3, verbose=0, callbacks=callbacks)
        assert callbacks[0].heard == callbacks[1].heard == callbacks[2].heard
        assert len(callbacks[0].heard) == 9


def test_what_other_callbacks_did_not_hear_nobody_is_told_of():
    class Heard(Callback):
        heard = 0

        def on_epoch_end(self, model):
            self.heard += 1

    class Raising(Callback):
        def on_epoch_end(self, model):
            raise ValueError

    model, late = make(), Heard()
    with pytest.raises(CallbackError):
        model.train(3, 0, callbacks=Raising())
    model.train(1, 0, callbacks=late)
    assert late.heard == 1
