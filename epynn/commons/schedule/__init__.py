"""Schedules of the learning rate: one rate an epoch.

Over the epochs ``x = 0, 1, ...`` with ``lr`` the ``learning_rate``, ``epc`` the ``cycle_epochs``
(0: all epochs are one cycle), ``d`` the ``cycle_descent``, ``k`` the ``decay_k`` (0: ``5 / epc``):

=================  ====================================================================
steady             ``lr``
exp_decay          ``lr (1 - d)^(x // epc) exp(-(x % epc) k)``
lin_decay          ``lr / (1 + 100 k x)``
step               ``lr (1 - d)^(x // epc)``
cosine             ``lr (1 - d)^(x // epc) (1 + cos(pi (x % epc) / epc)) / 2``
warm_up            a straight rise to ``lr``, then another schedule
one_cycle          a rise to ``lr`` and a longer fall to almost nothing
reduce_on_plateau  ``lr``, cut whenever the loss has stopped falling
=================  ====================================================================

A schedule is a function of ``hPars`` that returns a list of rates; those with settings of their own
are objects: ``se_hPars={'schedule': Cosine(lowest=0.01)}``. All but the last are known before
training begins. A cycle over all epochs (``cycle_epochs`` 0) is as long as the epochs asked for so
far, and another one after a second call of ``train``; with ``cycle_epochs`` it stays as it is.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from epynn.commons.arguments import (
    as_float,
    as_function,
    as_int,
    check_call,
    describe,
    function_named,
    refuse_class,
)
from epynn.commons.errors import ArgumentError, ArgumentTypeError
from epynn.commons.schedule.rates import ScheduleFunction, count, epochs_asked, read_settings
from epynn.commons.schedule.schedules import Cosine, OneCycle, ReduceOnPlateau

__all__ = [
    'Cosine',
    'OneCycle',
    'ReduceOnPlateau',
    'ScheduleFunction',
    'WarmUp',
    'exp_decay',
    'lin_decay',
    'schedule_functions',
    'schedule_named',
    'steady',
    'step',
]
from epynn.commons.names import Named


def steady(hPars: Mapping[str, Any]) -> list[float]:
    """Return the same rate for every epoch, ``lr``.

    Parameters
    ----------
    hPars : mapping
        ``learning_rate`` and ``epochs``; the other settings are checked too.

    Returns
    -------
    list of float
        One rate an epoch.

    Raises
    ------
    ArgumentError
        A setting is missing, not a number, or out of its range.
    """
    s = read_settings(hPars)
    return [s.lr] * len(s.asked)


def exp_decay(hPars: Mapping[str, Any]) -> list[float]:
    """Return rates that decay exponentially, in cycles.

    ``lr (1 - d)^(x // epc) exp(-(x % epc) k)``: every cycle starts over, a share ``d`` lower than
    the one before (warm restarts).

    Parameters
    ----------
    hPars : mapping
        ``learning_rate``, ``epochs``, ``cycle_epochs``, ``cycle_descent``, ``decay_k``.

    Returns
    -------
    list of float
        One rate an epoch.

    Raises
    ------
    ArgumentError
        A setting is missing, not a number, or out of its range.
    """
    s = read_settings(hPars)
    return [s.lr * (1 - s.d) ** (x // s.epc) * math.exp(-(x % s.epc) * s.k) for x in s.asked]


def lin_decay(hPars: Mapping[str, Any]) -> list[float]:
    """Return rates whose inverse grows linearly: ``lr / (1 + 100 k x)``.

    Parameters
    ----------
    hPars : mapping
        ``learning_rate``, ``epochs``, ``decay_k``; ``cycle_epochs`` where ``decay_k`` is 0.

    Returns
    -------
    list of float
        One rate an epoch.

    Raises
    ------
    ArgumentError
        A setting is missing, not a number, or out of its range.
    """
    s = read_settings(hPars)
    return [s.lr / (1 + 100 * s.k * x) for x in s.asked]


def step(hPars: Mapping[str, Any]) -> list[float]:
    """Return rates that drop by a share ``d`` every ``epc`` epochs: ``lr (1 - d)^(x // epc)``.

    Parameters
    ----------
    hPars : mapping
        ``learning_rate``, ``epochs``, ``cycle_epochs`` and ``cycle_descent``, both above 0.

    Returns
    -------
    list of float
        One rate an epoch.

    Raises
    ------
    ArgumentError
        A setting is missing, not a number, or out of its range; there is no step.
    """
    s = read_settings(hPars)
    for name in ('cycle_epochs', 'cycle_descent'):
        if not hPars.get(name, 0):
            raise ArgumentError(
                name, "a number above 0, which schedule 'step' needs", '0', 'Set it in se_hPars.'
            )
    return [s.lr * (1 - s.d) ** (x // s.epc) for x in s.asked]


@dataclass(frozen=True)
class WarmUp(Named):
    """A straight rise over the first epochs, then another schedule from its beginning.

    ``lr (start + (1 - start) x / epochs)`` while ``x < epochs``.

    Parameters
    ----------
    epochs : int, default 5
        Epochs of the rise; the first at or after it has the full rate.
    then : str or callable, default 'steady'
        The schedule after that, over the epochs that are left. ``cosine`` without ``cycle_epochs``
        falls to the end of training.
    start : float, default 0.1
        Where the rise starts, as a share of the rate.

    References
    ----------
    Goyal et al., 2017. Accurate, large minibatch SGD: training ImageNet in 1 hour. LinearLR of
    torch, followed by another schedule in SequentialLR.
    """

    epochs: int = 5
    then: str | ScheduleFunction = 'steady'
    start: float = 0.1

    def __post_init__(self) -> None:
        as_int(self.epochs, 'WarmUp.epochs')
        as_float(self.start, 'WarmUp.start', low=0, high=1)
        if not isinstance(self.then, str):
            as_function(self.then, 'WarmUp.then', 'Cosine()')
        if isinstance(self.then, ReduceOnPlateau) or self.then == 'reduce_on_plateau':
            raise ArgumentError(
                'WarmUp.then', 'a schedule that is known before training', describe(self.then),
                "Choose another one, such as 'cosine'.",
            )  # fmt: skip

    def __call__(self, hPars: Mapping[str, Any]) -> list[float]:
        """Return one rate an epoch."""
        s, then = read_settings(hPars), schedule_named(self.then)
        rise = [
            s.lr * (self.start + (1 - self.start) * x / self.epochs)
            for x in s.asked
            if x < self.epochs
        ]
        asked = range(max(s.asked.start - self.epochs, 0), max(s.asked.stop - self.epochs, 0))
        if not asked:
            return rise
        after = {**hPars, 'epochs': s.epochs - self.epochs, 'asked': asked}
        return rise + schedule_functions(then, after)


_SCHEDULES: Mapping[str, ScheduleFunction] = MappingProxyType(
    {
        'steady': steady,
        'exp_decay': exp_decay,
        'lin_decay': lin_decay,
        'step': step,
        'cosine': Cosine(),
        'warm_up': WarmUp(),
        'one_cycle': OneCycle(),
        'reduce_on_plateau': ReduceOnPlateau(),
    }
)


def schedule_named(schedule: str | ScheduleFunction) -> ScheduleFunction:
    """Return the schedule of that name, or the function or object itself.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        See :func:`schedule_functions`.
    """
    refuse_class(schedule, 'schedule', 'a schedule')
    function: ScheduleFunction = function_named('schedule', _SCHEDULES, schedule)
    check_call(function, 'schedule', 'f(hPars), a schedule', 1)
    return function


def schedule_functions(schedule: str | ScheduleFunction, hPars: Mapping[str, Any]) -> list[float]:
    """Return the rates of a schedule.

    Parameters
    ----------
    schedule : str or callable
        A name, or a function of ``hPars`` that gives one rate an epoch.
    hPars : mapping
        Hyper-parameters as in ``se_hPars``, and ``epochs``; not modified. In training also
        ``losses``, the loss of each epoch so far, and ``asked``, the range of the epochs whose
        rates are not known yet: a function of yours need not read it.

    Returns
    -------
    list of float
        One rate an epoch; those of the epochs in ``asked``, where that is given.

    Raises
    ------
    ArgumentError
        The name is unknown (the message lists those that are known), or a setting is missing, not
        a number, or out of its range, or a function of yours gives too few or too many rates.
    ArgumentTypeError
        It is a class, such as Cosine, where an object is needed, Cosine().
    """
    if not isinstance(hPars, Mapping):
        raise ArgumentTypeError(
            'hPars', 'a dict of hyper-parameters', describe(hPars),
            'See epynn.settings for the names, and add epochs.',
        )  # fmt: skip
    function, epochs = schedule_named(schedule), count(hPars, 'epochs', 1)
    given, asked = function(hPars), epochs_asked(hPars, epochs)
    try:
        given = list(given)
        if len(given) == epochs:  # of a function that gives them all
            given = given[asked.start : asked.stop]
        rates = [float(rate) for rate in given]
    except (TypeError, ValueError):
        raise ArgumentError(
            'schedule', f'{epochs} rates, one an epoch', describe(given), 'Return a list of floats.'
        ) from None
    if len(rates) != len(asked):
        raise ArgumentError(
            'schedule', f'{epochs} rates, one an epoch', f'{len(rates)}',
            "Return one for each of hPars['epochs'].",
        )  # fmt: skip
    wrong = [rate for rate in rates if not 0 <= rate < math.inf]
    if wrong:
        raise ArgumentError(
            'schedule', 'finite rates of at least 0', f'{wrong[0]}', 'Mind what it computes.'
        )
    return rates
