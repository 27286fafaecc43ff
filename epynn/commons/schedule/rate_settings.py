"""The settings that every schedule reads, checked; see :mod:`epynn.commons.schedule`."""

import math
import sys
from collections.abc import Callable, Mapping
from numbers import Integral
from typing import Any, NamedTuple, TypeAlias

from epynn.commons.arguments import as_hyperparameter

ScheduleFunction: TypeAlias = Callable[[Mapping[str, Any]], list[float]]


class Settings(NamedTuple):
    """The checked settings of a schedule, by the symbols of the formulas."""

    lr: float
    epochs: int
    asked: range
    epc: int
    d: float
    k: float


def number(hPars: Mapping[str, Any], name: str, highest: float = sys.float_info.max) -> float:
    """Return a hyper-parameter that is a finite number from 0 to ``highest``."""
    value = hPars.get(name, None if name == 'learning_rate' else 0)
    rule = 'a number from 0 to 1' if highest == 1 else 'a finite number of at least 0'
    return float(as_hyperparameter(value, name, rule, 0, highest))


def count(hPars: Mapping[str, Any], name: str, lowest: int) -> int:
    """Return a hyper-parameter that is a whole number of at least ``lowest``."""
    rule = f'a whole number of at least {lowest}'
    return int(as_hyperparameter(hPars.get(name, 0), name, rule, lowest, math.inf, Integral))


def epochs_asked(hPars: Mapping[str, Any], epochs: int) -> range:
    """Return the epochs whose rates are asked for: all, unless the network knows some already."""
    asked: range = hPars.get('asked', range(epochs))
    return asked


def read_settings(hPars: Mapping[str, Any]) -> Settings:
    """Check the hyper-parameters and put the defaults in place of 0."""
    epochs = count(hPars, 'epochs', 1)
    epc = count(hPars, 'cycle_epochs', 0) or epochs
    return Settings(
        lr=number(hPars, 'learning_rate'),
        epochs=epochs,
        asked=epochs_asked(hPars, epochs),
        epc=epc,
        d=number(hPars, 'cycle_descent', highest=1),
        k=number(hPars, 'decay_k') or 5 / epc,
    )
