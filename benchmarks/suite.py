"""A suite of cases, the table that it prints, and the same as JSON."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from tabulate import tabulate

from benchmarks.timing import Case, Row, compare, geometric_mean

LOOP = 0.10
"""The share of a training that may be spent outside the mathematics."""


@dataclass
class Suite:
    """Cases that belong together.

    Attributes
    ----------
    title : str
        Above the table.
    cases : dict of callable
        Makes each case, by name. They are made one at a time, so that no more than one lies in
        memory.
    limit : float or None
        The largest geometric mean of the ratios that we promise.
    largest : float
        The largest ratio of a single case that we promise.
    exceptions : dict
        Larger ones, by a word in the name of the case.
    rounds : int
        Timed steps of each side.
    """

    title: str
    cases: dict[str, Callable[[], Case]]
    limit: float | None = None
    largest: float = 1.2
    exceptions: dict[str, float] = field(default_factory=dict)
    rounds: int = 21

    def run(self, rounds: int, clock: Callable[[], float], words: str = '') -> list[Row]:
        """Measure the cases whose names hold `words`."""
        return [
            compare(name, make(), rounds, clock)
            for name, make in self.cases.items()
            if words in name
        ]

    def table(self, rows: Sequence[Row]) -> str:
        """Return the rows as text: ratios and memory, no times."""
        others = list(dict.fromkeys(side for row in rows for side in row.others))
        shares = any(row.loop_share is not None for row in rows)
        headers = ['case', 'ours /\ntorch', 'middle\nhalf', *(f'ours /\n{side}' for side in others)]
        headers += ['outside\nmaths'] * shares
        headers += ['peak MB\nours', 'peak MB\ntorch', 'largest\ndifference', 'layout\nof torch']
        cells = []
        for row in rows:
            line = [row.case, f'{row.ratio:.2f}', f'{row.low:.2f}-{row.high:.2f}']
            line += [f'{row.others[side]:.2f}' if side in row.others else '' for side in others]
            if shares:
                line.append('' if row.loop_share is None else f'{row.loop_share:.0%}')
            line += [f'{peak:.1f}' for peak in (row.ours_peak_mb, row.theirs_peak_mb)]
            cells.append([*line, f'{row.difference:.0e}', row.layout])
        align = ['left', *['right'] * (len(headers) - 2), 'left']
        return tabulate(cells, headers, colalign=align, disable_numparse=True)

    def verdict(self, rows: Sequence[Row]) -> str:
        """Return the mean and the largest ratio beside what is promised, if anything is."""
        worst = max(rows, key=lambda row: row.ratio / self.promised(row.case))
        if self.limit is None:
            return f'largest of ours / torch {worst.ratio:.2f}'
        mean = geometric_mean([row.ratio for row in rows])
        words = (
            f'geometric mean of ours / torch {mean:.2f} (promised: at most {self.limit:.2f}), '
            f'largest {worst.ratio:.2f} (at most {self.promised(worst.case)})'
        )
        shares = [row.loop_share for row in rows if row.loop_share is not None]
        if shares:
            words += f'\noutside the mathematics {max(shares):.0%} or less (at most {LOOP:.0%})'
        return words

    def promised(self, case: str) -> float:
        """Return the largest ratio that we promise for a case."""
        found = (ratio for word, ratio in self.exceptions.items() if word in case)
        return next(found, self.largest)

    def as_json(self, rows: Sequence[Row], rounds: int) -> dict[str, Any]:
        """Return everything that was measured, times included."""
        return {
            'title': self.title, 'rounds': rounds, 'limit': self.limit,
            'geometric_mean': geometric_mean([row.ratio for row in rows]),
            'largest': max(row.ratio for row in rows),
            'rows': [asdict(row) for row in rows],
        }  # fmt: skip
