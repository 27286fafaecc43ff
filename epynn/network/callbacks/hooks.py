"""Who is told what: the methods that callbacks define, in their order."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from epynn.commons.arguments import check_call, describe, refuse_class, suggest
from epynn.commons.errors import ArgumentError, ArgumentTypeError, CallbackError, EpynnError
from epynn.commons.foreign import CALLBACK
from epynn.commons.logs import warn
from epynn.commons.ranks import ALONE
from epynn.network.callbacks.callback import Callback
from epynn.network.learning_rates import move_to
from epynn.network.state import Network

NAMES = (
    'on_train_begin', 'on_train_end', 'on_epoch_begin', 'on_epoch_end', 'on_batch_begin',
    'on_batch_end',
)  # fmt: skip
WHERE = 'EpyNN.train(callbacks)'


def as_callbacks(callbacks: Any) -> tuple[Callback, ...]:
    """Return callbacks as a tuple; one alone need be in no list."""
    if isinstance(callbacks, Callback):
        callbacks = [callbacks]
    refuse_class(callbacks, WHERE, 'a list of callbacks')
    if not isinstance(callbacks, Iterable) or isinstance(callbacks, str):
        raise ArgumentTypeError(
            WHERE, 'a list of callbacks', describe(callbacks),
            'For example callbacks=[EarlyStopping()].',
        )  # fmt: skip
    given = tuple(callbacks)
    for callback in given:
        refuse_class(callback, WHERE, 'callbacks')
        if not isinstance(callback, Callback):
            raise ArgumentTypeError(
                WHERE, 'objects of classes derived from epynn.Callback', describe(callback),
                'Write class MyCallback(Callback), with any of its methods.',
            )  # fmt: skip
        check_methods(callback)
    if len(set(map(id, given))) < len(given):
        raise ArgumentError(
            WHERE, 'each callback once', 'the same one twice', 'Make another one like it.'
        )
    return given


def check_methods(callback: Callback) -> None:
    """Refuse methods that would never be called, or not as they expect."""
    kind = type(callback).__name__
    for name in dir(callback):
        if not name.startswith('on_'):
            continue
        if name not in NAMES:
            raise ArgumentError(
                f'{kind}.{name}', f'one of the methods {", ".join(NAMES)}', repr(name),
                CALLBACK.get(name) or suggest(name, NAMES, 'Give it a name without on_.'),
            )  # fmt: skip
        method = getattr(callback, name)
        check_call(method, f'{kind}.{name}', f'{name}(self, model)', 1)
        if len(inspect.signature(method).parameters) != 1:
            raise ArgumentTypeError(
                f'{kind}.{name}', f'a method {name}(self, model)',
                f'{name}{inspect.signature(method)}',
                'It is given the network: model.e is the epoch, and model.history has its values.',
            )  # fmt: skip


class Hooks:
    """The methods to call at each point of a training; one that nobody defined is not called.

    Nor are those of callbacks that the first rank alone calls, unless it `is_first`.
    Each is called once at each point. ``model.told`` counts who was told of the last one: whoever
    was kept from hearing of the end of a batch or an epoch, by an error, Ctrl-C or a file that
    another callback wrote, hears of it when the training goes on, with the same callbacks.
    """

    def __init__(
        self, callbacks: tuple[Callback, ...], silent: bool, is_first: bool = True
    ) -> None:
        self.callbacks, self.silent = callbacks, silent
        for callback in callbacks:
            callback.silent = silent
        self.calls: dict[str, list[tuple[int, Callback, Callable[[Network], Any]]]] = {
            name: [
                (number, callback, getattr(callback, name))
                for number, callback in enumerate(callbacks)
                if getattr(getattr(callback, name), '__func__', None) is not vars(Callback)[name]
                and (is_first or not callback.of_first_rank)
            ]
            for name in NAMES
        }

    def go_on(self, model: Network) -> None:
        """Take the place of the callbacks of before; those like them go on where they were."""
        before = [type(callback).__name__ for callback in model.callbacks]
        if model.interrupted is not None:
            before = [name for name, _ in model.interrupted.callbacks]
            self.restore(model.interrupted.callbacks)
        if before != [type(callback).__name__ for callback in self.callbacks]:
            model.told = '', model.progress, 0

    def restore(self, states: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Give callbacks the states that a file holds, by their classes and order."""
        left = list(self.callbacks)
        for name, state in states:
            same = [callback for callback in left if type(callback).__name__ == name]
            if same:
                same[0].restore(state)
                left.remove(same[0])
            elif state:
                warn(f'EpyNN.train: the file holds the state of {name}, which is not given: lost.')

    def catch_up(self, model: Network) -> None:
        """Tell of the end of the last batch, or epoch, who was kept from hearing of it."""
        done, step = model.progress
        name = 'on_batch_end' if step > 0 else 'on_epoch_end' if done and step < 0 else ''
        told, progress, _ = model.told
        if name and (told == name or progress != model.progress):
            move_to(model, done if step > 0 else done - 1)
            self.tell(name, model)

    def tell(self, name: str, model: Network) -> None:
        """Call this method of each callback that has it, in the order of the list."""
        point = name, model.progress
        start = model.told[2] if model.told[:2] == point else 0
        for number, callback, method in self.calls[name]:
            if number >= start:
                model.told = *point, number + 1
                call(callback, method, name, model)

    @contextmanager
    def training(self, model: Network) -> Iterator[None]:
        """Tell of the beginning and of the end; of the end also where an error, or Ctrl-C, is it.

        Every callback hears of that. What one raises there is raised after all were told, and only
        a warning where training ended by another error.
        """
        ended = False
        try:
            for _, callback, method in self.calls['on_train_begin']:
                call(callback, method, 'on_train_begin', model)
            yield
            ended = True
        finally:
            errors: list[tuple[Exception, EpynnError]] = []
            for _, callback, method in self.calls['on_train_end']:
                try:
                    with aside(model):
                        method(model)
                except Exception as error:  # noqa: BLE001 - raised below
                    errors.append((error, named(error, callback, 'on_train_end', model)))
            for cause, words in errors:
                if ended:
                    raise words from cause
                warn(str(words))


def call(callback: Callback, method: Callable[[Network], Any], name: str, model: Network) -> None:
    """Call a method of a callback; an error in it names both."""
    try:
        with aside(model):
            method(model)
    except Exception as error:
        raise named(error, callback, name, model) from error


@contextmanager
def aside(model: Network) -> Iterator[None]:
    """Let a callback use the network on this rank alone: others may have nothing to ask of it."""
    ranks, model.ranks = model.ranks, ALONE
    try:
        yield
    finally:
        model.ranks = ranks


def named(error: Exception, callback: Callback, name: str, model: Network) -> EpynnError:
    """Return the error to raise in place of one that a callback raised."""
    where = f'{type(callback).__name__}.{name}'
    if isinstance(error, EpynnError):
        where = f'{error.where}, in {where}'
        return type(error)(where, error.expected, error.got, error.remedy)
    done, step = model.progress
    return CallbackError(
        where, 'no error', f'{type(error).__name__}: {error}',
        f'The network is whole, with {done} epochs and {max(step, 0)} batches learned: mend the '
        'callback, and train on.',
    )  # fmt: skip
