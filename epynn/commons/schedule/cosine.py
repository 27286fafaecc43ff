"""Schedules along half a wave of the cosine; see :mod:`epynn.commons.schedule`."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from epynn.commons.arguments import as_float
from epynn.commons.names import Named
from epynn.commons.schedule.rate_settings import read_settings


@dataclass(frozen=True)
class Cosine(Named):
    """Half a wave of the cosine from the rate down to its lowest, once or in cycles.

    ``lr (1 - d)^(x // epc) (l + (1 - l) (1 + cos(pi (x % epc) / epc)) / 2)``, from
    ``learning_rate``, ``epochs``, ``cycle_epochs`` and ``cycle_descent`` of ``hPars``.

    Parameters
    ----------
    lowest : float, default 0
        ``l``: where a cycle ends, as a share of where it started. The epoch that would have that
        rate is the first of the next cycle.

    References
    ----------
    Loshchilov and Hutter, 2017. SGDR: stochastic gradient descent with warm restarts. Cycles of the
    same length; CosineAnnealingLR of torch is one cycle, ``eta_min = lowest lr``.
    """

    lowest: float = 0.0

    def __post_init__(self) -> None:
        as_float(self.lowest, 'Cosine.lowest', low=0, high=1)

    def __call__(self, hPars: Mapping[str, Any]) -> list[float]:
        """Return one rate an epoch."""
        s = read_settings(hPars)
        cycles = ((s.lr * (1 - s.d) ** (x // s.epc), (x % s.epc) / s.epc) for x in s.asked)
        return [top * fall(1, self.lowest, part) for top, part in cycles]


@dataclass(frozen=True)
class OneCycle(Named):
    """A rise to the rate and a longer fall to almost nothing, both half a wave of the cosine.

    With ``n`` epochs the rate is ``start lr`` at ``x = 0``, ``lr`` at ``x = rise n - 1`` and
    ``end lr`` at the last, ``x = n - 1``.

    Parameters
    ----------
    rise : float, default 0.3
        Share of the epochs in which the rate rises.
    start, end : float, optional
        First and last rate, as shares of the highest.

    References
    ----------
    Smith and Topin, 2018. Super-convergence: very fast training of neural networks using large
    learning rates. As OneCycleLR of torch with two phases, ``start = 1 / div_factor`` and
    ``end = start / final_div_factor``, but for the momentum, which does not change here.
    """

    rise: float = 0.3
    start: float = 1 / 25
    end: float = 1 / 25e4

    def __post_init__(self) -> None:
        for name in ('rise', 'start', 'end'):
            as_float(getattr(self, name), f'OneCycle.{name}', low=0, high=1)

    def __call__(self, hPars: Mapping[str, Any]) -> list[float]:
        """Return one rate an epoch."""
        s = read_settings(hPars)
        top = max(self.rise * s.epochs - 1, 0)
        length = max(s.epochs - 1 - top, 1)

        def share(x: int) -> float:
            if 0 < top >= x:
                return fall(self.start, 1, x / top)
            return fall(1, self.end, (x - top) / length)

        return [s.lr * share(x) for x in s.asked]


def fall(first: float, last: float, part: float) -> float:
    """Return where half a wave of the cosine from first to last is at that part of the way."""
    return last + (first - last) * (1 + math.cos(math.pi * part)) / 2
