"""The schedule that follows the losses; see :mod:`epynn.commons.schedule`."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from epynn.commons.arguments import as_float, as_int
from epynn.commons.names import Named
from epynn.commons.schedule.rate_settings import read_settings


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
    nothing; how far it read is in ``hPars['memory']``, a dictionary of the network. Where not every
    epoch is evaluated, only those that are count.

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
        as_float(self.factor, 'ReduceOnPlateau.factor', low=0, high=1, below=True)
        as_int(self.patience, 'ReduceOnPlateau.patience', minimum=0)
        as_float(self.threshold, 'ReduceOnPlateau.threshold', low=0, high=1)
        as_float(self.lowest, 'ReduceOnPlateau.lowest', low=0, high=1)

    def __call__(self, hPars: Mapping[str, Any]) -> list[float]:
        """Return one rate an epoch: as the losses so far say, and the last of those after that."""
        s = read_settings(hPars)
        memory, losses = hPars.get('memory', {}), hPars.get('losses', ())
        gaps = hPars.get('gaps', False)  # not a number: an epoch that was not evaluated
        share, best, waited, seen = memory.get(self, (1.0, math.inf, 0, 0))
        if seen > s.asked.start:  # of a training that went on further
            share, best, waited, seen = 1.0, math.inf, 0, 0
        rates = []
        for x in s.asked:
            for loss in losses[seen:x]:
                seen += 1
                if gaps and math.isnan(loss):
                    continue
                # The magnitude, so that a loss below 0 can get better too.
                margin = self.threshold * abs(best) if best < math.inf else 0.0
                better = loss < best - margin
                best, waited = (loss, 0) if better else (best, waited + 1)
                if waited > self.patience:
                    share, waited = max(share * self.factor, self.lowest), 0
            rates.append(s.lr * share)
        memory[self] = share, best, waited, seen
        return rates
