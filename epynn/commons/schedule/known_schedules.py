"""The schedules that go by name, and the one that begins before another of them.

See :mod:`epynn.commons.schedule`.
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
from epynn.commons.names import Named
from epynn.commons.schedule.cosine import Cosine, OneCycle
from epynn.commons.schedule.decays import DECAYS
from epynn.commons.schedule.plateau import ReduceOnPlateau
from epynn.commons.schedule.rate_settings import (
    ScheduleFunction,
    count,
    epochs_asked,
    read_settings,
)


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
        n, start = self.epochs, self.start
        rise = [s.lr * (start + (1 - start) * x / n) for x in s.asked if x < n]
        asked = range(max(s.asked.start - n, 0), max(s.asked.stop - n, 0))
        if not asked:
            return rise
        return rise + schedule_functions(then, {**hPars, 'epochs': s.epochs - n, 'asked': asked})


_SCHEDULES: Mapping[str, ScheduleFunction] = MappingProxyType({
    **DECAYS,
    'cosine': Cosine(), 'warm_up': WarmUp(), 'one_cycle': OneCycle(),
    'reduce_on_plateau': ReduceOnPlateau(),
})  # fmt: skip


def schedule_named(schedule: str | ScheduleFunction) -> ScheduleFunction:
    """Return the schedule of that name, or the function or object itself; refuse a class."""
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
        ``losses``, the loss of each epoch so far, not a number (with ``gaps``) where an epoch was
        not evaluated, and ``asked``, the range of the epochs whose
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
    for rate in rates:
        if not 0 <= rate < math.inf:
            raise ArgumentError(
                'schedule', 'finite rates of at least 0', f'{rate}', 'Mind what it computes.'
            )
    return rates
