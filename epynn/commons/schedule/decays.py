"""Schedules by a formula of the hyper-parameters alone; see :mod:`epynn.commons.schedule`."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from epynn.commons.errors import ArgumentError
from epynn.commons.schedule.rate_settings import ScheduleFunction, read_settings


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
        As for :func:`steady`, with ``cycle_epochs``, ``cycle_descent`` and ``decay_k`` too.
    """
    s = read_settings(hPars)
    return [s.lr * (1 - s.d) ** (x // s.epc) * math.exp(-(x % s.epc) * s.k) for x in s.asked]


def lin_decay(hPars: Mapping[str, Any]) -> list[float]:
    """Return rates whose inverse grows linearly: ``lr / (1 + 100 k x)``.

    Parameters
    ----------
    hPars : mapping
        As for :func:`steady`, with ``decay_k`` too, and ``cycle_epochs`` where that is 0.
    """
    s = read_settings(hPars)
    return [s.lr / (1 + 100 * s.k * x) for x in s.asked]


def step(hPars: Mapping[str, Any]) -> list[float]:
    """Return rates that drop by a share ``d`` every ``epc`` epochs: ``lr (1 - d)^(x // epc)``.

    Parameters
    ----------
    hPars : mapping
        As for :func:`steady`, with ``cycle_epochs`` and ``cycle_descent`` too, neither of them 0.
    """
    s = read_settings(hPars)
    for name in ('cycle_epochs', 'cycle_descent'):
        if not hPars.get(name, 0):
            raise ArgumentError(
                name, "a number above 0, which schedule 'step' needs", '0', 'Set it in se_hPars.'
            )
    return [s.lr * (1 - s.d) ** (x // s.epc) for x in s.asked]


DECAYS: Mapping[str, ScheduleFunction] = MappingProxyType(
    {f.__name__: f for f in (steady, exp_decay, lin_decay, step)}
)
"""Every schedule without settings of its own, by name."""
