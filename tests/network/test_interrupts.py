"""Training stopped at any moment: whole steps only, and it goes on as if nothing had been."""

import dis
import gc
import random
import signal
import sys
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from networks import make_classifier, quiet, record

from epynn.batchnorm.models import BatchNorm
from epynn.commons.maths import tanh
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.kernels.blas import _blas
from epynn.network.callbacks import Callback, EarlyStopping
from epynn.residual.models import Residual

EPOCHS = 2
POINTS = 100


def make(optimizer='Adam'):
    hidden = (BatchNorm(), Residual([Dense(4, tanh), Dropout(0.2)]), Dropout(0.3))
    settings = {'schedule': 'exp_decay', 'cycle_epochs': 2}
    return quiet(make_classifier(*hidden, batch_size=8), optimizer=optimizer, se_hPars=settings)


def learned(model):
    """Return all that a step changes."""
    return repr([record([layer.p, layer.s, layer.moments]) for layer in model.layers])


def streams(model):
    return repr([record(layer.np_rng) for layer in model.layers])


class Silent(Callback):
    """Hears of each batch."""

    def on_batch_begin(self, model):
        """Do nothing."""

    def on_batch_end(self, model):
        """Do nothing."""


def steps_of_a_run():
    """Return what is learned after each step, and the finished model."""
    import epynn.network.training as training

    model, seen = make(), []
    seen.append(learned(model))
    step = training.train_step

    def watched(model, batch):
        step(model, batch)
        seen.append(learned(model))

    training.train_step = watched
    try:
        model.train(EPOCHS, verbose=0)
    finally:
        training.train_step = step
    return seen, model


@pytest.fixture(scope='module')
def run():
    return steps_of_a_run()


def check_and_go_on(model, run):
    """Whatever stopped it: one and the same step, whole epochs counted, and the same end."""
    seen, whole = run
    assert not _blas.lock._is_owned(), 'other threads would wait for ever'
    done, step = model.progress
    assert model.epochs == done
    assert model.e == max(done - 1, 0)
    batches = len(model.embedding.batch_dtrain)
    assert learned(model) == seen[done * batches + max(step, 0)]
    for lists in model.metrics.values():
        assert [len(values) for values in lists] == [done, done, 0]
    if done < EPOCHS:
        model.train(EPOCHS - done, verbose=0)
    assert learned(model) == learned(whole)
    assert streams(model) == streams(whole)
    assert model.metrics == whole.metrics
    assert model.batch_loss == whole.batch_loss
    assert (model.e, model.epochs, model.progress) == (whole.e, whole.epochs, whole.progress)
    assert [layer.lrate for layer in model.layers] == [layer.lrate for layer in whole.layers]


@cache
def places_of_signals(code):
    """Return the instructions of a function before which Python may look at signals.

    At its start, after a call, and where a loop begins anew: so no lock is left that `with` holds.
    """
    instructions = list(dis.get_instructions(code))
    places = {instructions[0].offset}
    for before, after in pairwise(instructions):
        if before.opname.startswith(('CALL', 'RESUME')):
            places.add(after.offset)
        if 'JUMP' in before.opname and before.argval <= before.offset:
            places.add(before.argval)
    return places


class Stop:
    """Raises KeyboardInterrupt at the `at`-th place in epynn where a signal may; counts them."""

    def __init__(self, at=None):
        self.at, self.count = at, 0

    def watches(self, code):
        return 'epynn' in code.co_filename

    def __call__(self, frame, event, argument):
        if not self.watches(frame.f_code):
            return None
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        places = places_of_signals(frame.f_code)

        def look(frame, event, argument):
            if event == 'opcode' and frame.f_lasti in places:
                self.count += 1
                if self.count == self.at:
                    raise KeyboardInterrupt
            return look

        return look


def run_with(stop, model, callbacks=()):
    tracer = sys.gettrace()
    sys.settrace(stop)
    try:
        model.train(EPOCHS, verbose=0, callbacks=callbacks)
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(tracer)
    return False


def test_at_many_points_of_the_code(run):
    places = Stop()
    run_with(places, make())
    draw = random.Random(1)
    points = sorted(draw.sample(range(1, places.count + 1), POINTS))
    stopped = 0
    for at in points:
        model = make()
        stopped += run_with(Stop(at), model)
        check_and_go_on(model, run)
    assert stopped >= POINTS - 5


def test_at_many_points_with_callbacks(run):
    places = Stop()
    run_with(places, make(), [EarlyStopping(restore_best=False), Silent()])
    draw = random.Random(3)
    for at in draw.sample(range(1, places.count + 1), 30):
        model = make()
        run_with(Stop(at), model, [EarlyStopping(restore_best=False), Silent()])
        check_and_go_on(model, run)


def test_after_each_call_of_the_update(run):
    """Where the danger is: between the first parameter that moved and the last."""
    import epynn.commons.optimize.optimizer as optimizer
    import epynn.network.training as training

    places = {optimizer.__file__, training.__file__}
    stopped = 0
    for at in range(5, 150, 4):
        model = make()

        class Here(Stop):
            def watches(self, code):
                return code.co_filename in places

        stopped += run_with(Here(at), model)
        check_and_go_on(model, run)
    assert stopped > 30


class StopAnywhere(Stop):
    """Raises it also in what epynn calls.

    The collector may call Python code of others, where an exception goes nowhere: it is off.
    """

    def watches(self, code):
        return True


def test_at_many_places_of_any_code(run):
    gc.disable()
    try:
        places = StopAnywhere()
        run_with(places, make())
        draw = random.Random(2)
        points = [draw.randrange(1, places.count) for _ in range(20)]
        points += range(places.count - 100, places.count, 5)  # where all is closed
        for at in points:
            model = make()
            run_with(StopAnywhere(at), model)
            check_and_go_on(model, run)
    finally:
        gc.enable()


def test_ctrl_c_in_a_long_training():
    """The signal itself, in the middle of the third epoch."""
    calls = []

    def interrupting(x, deriv=False):
        calls.append(x)
        if len(calls) == 100:
            signal.raise_signal(signal.SIGINT)
        return tanh(x, deriv)

    model = quiet(make_classifier(Dense(4, interrupting), batch_size=4))
    # A shell that starts the tests in the background has them ignore Ctrl-C.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            model.train(50, verbose=0)
    finally:
        signal.signal(signal.SIGINT, before)
    done = model.epochs
    assert 0 < done == model.progress[0] < 50
    assert [len(values) for values in model.metrics['CCE']] == [done, done, 0]
    model.train(1, verbose=0)
    assert model.epochs == done + 1
    assert np.isfinite(model.metrics['CCE'][0][-1])


def test_a_layer_that_fails_in_its_update_takes_the_others_back(run):
    model = make()
    right = model.layers[-1].update_parameters

    def fail():
        right()
        raise MemoryError

    model.layers[-1].update_parameters = fail
    with pytest.raises(MemoryError):
        model.train(EPOCHS, verbose=0)
    assert model.progress == (0, 0)
    del model.layers[-1].update_parameters
    check_and_go_on(model, run)


def test_initialize_begins_anew():
    model = make()
    model.train(1, verbose=0)
    model.progress = 1, 2
    quiet(model)
    assert model.progress == (0, -1)
