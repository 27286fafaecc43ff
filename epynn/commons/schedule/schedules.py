"""Schedules with settings of their own; see :mod:`epynn.commons.schedule`.

The highest rate is the ``learning_rate`` of ``hPars``; others are shares of it. Each object is a
function of ``hPars`` that returns one rate an epoch.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from epynn.commons.arguments import as_float, as_int, describe
from epynn.commons.errors import ArgumentError
from epynn.commons.names import Named
from epynn.commons.schedule.rates import read_settings


@dataclass(frozen=True)
class Cosine(Named):
    """Half a wave of the cosine from the rate down to its lowest, once or in cycles.

    ``lr (1 - d)^(x // epc) (l + (1 - l) (1 + cos(pi (x % epc) / epc)) / 2)``

    Parameters
    ----------
    lowest : float, default 0
        ``l``: where a cycle ends, as a share of where it started. The epoch that would have that
        rate is the first of the next cycle.

    Notes
    -----
    ``hPars`` gives ``learning_rate``, ``epochs``, ``cycle_epochs`` and ``cycle_descent``.

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
        return [
            s.lr * (1 - s.d) ** (x // s.epc) * fall(1, self.lowest, (x % s.epc) / s.epc)
            for x in s.asked
        ]


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
        top, last = self.rise * s.epochs - 1, s.epochs - 1
        return [
            s.lr * fall(self.start, 1, x / top)
            if x <= top and top > 0
            else s.lr * fall(1, self.end, (x - max(top, 0)) / max(last - max(top, 0), 1))
            for x in s.asked
        ]


@dataclass(frozen=True)
class ReduceOnPlateau(Named):
    """The same rate until the loss stops falling, then a share of it, and so on.

    An epoch is better than the best so far where its loss is below it by more than the
    ``threshold``, a share of it. After more than ``patience`` epochs in a row that are not better,
    the rate is multiplied by ``factor``, and the count starts again.

    Parameters
    ----------
    factor : float, default 0.1
        What the rate is multiplied by, below 1.
    patience : int, default 10
        Epochs without a better one that are put up with.
    threshold : float, default 1e-4
        Share of the best loss by which a better one has to be lower.
    lowest : float, default 0
        Where the rate stops, as a share of the first.

    Notes
    -----
    The loss is that of the validation set, of the training set where there is none. The rates
    follow from ``hPars['losses']``, those of the epochs so far. The schedule itself remembers
    nothing; how far it read is in ``hPars['memory']``, a dictionary of the network.

    References
    ----------
    ReduceLROnPlateau of torch, for a loss (mode 'min', relative threshold, no cooldown, eps 0).
    """

    factor: float = 0.1
    patience: int = 10
    threshold: float = 1e-4
    lowest: float = 0.0

    follows_losses: ClassVar[bool] = True
    """Asks for the rates to be computed again after every epoch."""

    def __post_init__(self) -> None:
        if as_float(self.factor, 'ReduceOnPlateau.factor', low=0, high=1) == 1:
            raise ArgumentError(
                'ReduceOnPlateau.factor', 'a number below 1', describe(self.factor),
                'For example 0.1, a tenth of the rate.',
            )  # fmt: skip
        as_int(self.patience, 'ReduceOnPlateau.patience', minimum=0)
        as_float(self.threshold, 'ReduceOnPlateau.threshold', low=0, high=1)
        as_float(self.lowest, 'ReduceOnPlateau.lowest', low=0, high=1)

    def __call__(self, hPars: Mapping[str, Any]) -> list[float]:
        """Return one rate an epoch: as the losses so far say, and the last of those after that."""
        s = read_settings(hPars)
        memory, losses = hPars.get('memory', {}), hPars.get('losses', ())
        share, best, waited, seen = memory.get(self, (1.0, math.inf, 0, 0))
        if seen > s.asked.start:  # of a training that went on further
            share, best, waited, seen = 1.0, math.inf, 0, 0
        rates = []
        for x in s.asked:
            for loss in losses[seen:x]:
                # The magnitude, so that a loss below 0 can get better too.
                margin = self.threshold * abs(best) if best < math.inf else 0.0
                better = loss < best - margin
                best, waited = (loss, 0) if better else (best, waited + 1)
                if waited > self.patience:
                    share, waited = max(share * self.factor, self.lowest), 0
                seen += 1
            rates.append(s.lr * share)
        memory[self] = share, best, waited, seen
        return rates


def fall(first: float, last: float, part: float) -> float:
    """Return where half a wave of the cosine from first to last is at that part of the way."""
    return last + (first - last) * (1 + math.cos(math.pi * part)) / 2
