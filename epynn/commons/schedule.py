"""Schedules of the learning rate: one rate an epoch, all known before training begins.

Over the epochs ``x = 0, 1, ...`` with ``lr`` the ``learning_rate``, ``epc`` the ``cycle_epochs``
(0: all epochs are one cycle), ``d`` the ``cycle_descent``, ``k`` the ``decay_k`` (0: ``5 / epc``):

===========  =============================================
steady       ``lr``
exp_decay    ``lr (1 - d)^(x // epc) exp(-(x % epc) k)``
lin_decay    ``lr / (1 + 100 k x)``
===========  =============================================
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from numbers import Integral, Real
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from epynn.commons.arguments import function_named
from epynn.commons.errors import ArgumentError

ScheduleFunction: TypeAlias = Callable[[Mapping[str, Any]], list[float]]


class _Settings(NamedTuple):
    """The checked settings of a schedule, by the symbols of the formulas."""

    lr: float
    epochs: int
    epc: int
    d: float
    k: float


def _number(hPars: Mapping[str, Any], name: str, highest: float = math.inf) -> float:
    """Return a hyper-parameter that is a finite number from 0 to ``highest``."""
    value = hPars.get(name, None if name == 'learning_rate' else 0)
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not (is_number and math.isfinite(value) and 0 <= value <= highest):
        rule = 'a finite number of at least 0' if highest == math.inf else 'a number from 0 to 1'
        raise ArgumentError(name, rule, repr(value), 'Set it in se_hPars.')
    return float(value)


def _count(hPars: Mapping[str, Any], name: str, lowest: int) -> int:
    """Return a hyper-parameter that is a whole number of at least ``lowest``."""
    value = hPars.get(name, 0)
    is_integer = isinstance(value, Integral) and not isinstance(value, bool)
    if not (is_integer and value >= lowest):
        raise ArgumentError(name, f'a whole number of at least {lowest}', repr(value))
    return int(value)


def _settings(hPars: Mapping[str, Any]) -> _Settings:
    """Check the hyper-parameters and put the defaults in place of 0."""
    epochs = _count(hPars, 'epochs', 1)
    epc = _count(hPars, 'cycle_epochs', 0) or epochs
    return _Settings(
        lr=_number(hPars, 'learning_rate'),
        epochs=epochs,
        epc=epc,
        d=_number(hPars, 'cycle_descent', highest=1),
        k=_number(hPars, 'decay_k') or 5 / epc,
    )


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
    s = _settings(hPars)
    return [s.lr] * s.epochs


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
    s = _settings(hPars)
    return [
        s.lr * (1 - s.d) ** (x // s.epc) * math.exp(-(x % s.epc) * s.k) for x in range(s.epochs)
    ]


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
    s = _settings(hPars)
    return [s.lr / (1 + 100 * s.k * x) for x in range(s.epochs)]


_SCHEDULES: Mapping[str, ScheduleFunction] = MappingProxyType(
    {f.__name__: f for f in (steady, exp_decay, lin_decay)}
)


def schedule_functions(schedule: str | ScheduleFunction, hPars: Mapping[str, Any]) -> list[float]:
    """Return the rates of a schedule chosen by name.

    Parameters
    ----------
    schedule : str or callable
        A name, or a function of ``hPars`` that gives one rate an epoch.
    hPars : mapping
        Hyper-parameters as in ``se_hPars``, and ``epochs``; not modified.

    Returns
    -------
    list of float
        One rate an epoch.

    Raises
    ------
    ArgumentError
        The name is unknown (the message lists those that are known), or a setting is missing, not
        a number, or out of its range, or a function of yours gives too few or too many rates.
    """
    rates = [float(rate) for rate in function_named('schedule', _SCHEDULES, schedule)(hPars)]
    epochs = _count(hPars, 'epochs', 1)
    if len(rates) != epochs:
        raise ArgumentError('schedule', f'{epochs} rates, one an epoch', f'{len(rates)}')
    return rates
