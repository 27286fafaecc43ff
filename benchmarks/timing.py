"""Timing libraries against each other, fairly, in one process.

The threads of PyTorch keep spinning for milliseconds after a call and would steal a core from what
is timed next: there is a pause after each of its calls, and an untimed call before each timed one,
on both sides. Calls of all sides alternate, and medians are reported.
"""

import ctypes
import gc
import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

Step = Callable[[], Sequence[np.ndarray]]
"""One step of what is timed; returns its results for the comparison."""

PAUSE = 0.015
"""Seconds until the threads of PyTorch sleep."""


@dataclass
class Case:
    """What is compared: one step of ours, and theirs in one or more layouts.

    Attributes
    ----------
    ours : callable
        Returns arrays.
    theirs : dict of callable
        PyTorch, by layout; each returns the same arrays. The fastest counts.
    others : dict of callable
        Other libraries by name, shown beside. They return the same arrays, or none where their
        results differ by nature.
    seeded : dict of callable
        To be checked in place of `theirs`, where those draw random numbers: with our numbers.
    tolerance : float
        Largest difference of the results, in units of their root mean square.
    reset : callable
        Brings all sides back to the start, before each timed step.
    warm : bool
        Whether there is an untimed call before each timed one. Whole trainings need none.
    loop_share : callable or None
        Measures the share of our time that is spent outside the mathematics.
    """

    ours: Step
    theirs: dict[str, Step]
    others: dict[str, Step] = field(default_factory=dict)
    seeded: dict[str, Step] = field(default_factory=dict)
    tolerance: float = 2e-4
    reset: Callable[[], None] = lambda: None
    warm: bool = True
    loop_share: Callable[[], float] | None = None


@dataclass
class Row:
    """What was measured: times in seconds, one a round; memory in megabytes; the rest ratios."""

    case: str
    layout: str
    ratio: float
    low: float
    high: float
    others: dict[str, float]
    loop_share: float | None
    ours_peak_mb: float
    theirs_peak_mb: float
    difference: float
    times: dict[str, list[float]]


def check(name: str, case: Case) -> float:
    """Return the largest difference between the results; raise if it is too large."""
    worst = 0.0
    case.reset()
    results = [np.array(value) for value in case.ours()]
    for side, step in {**(case.seeded or case.theirs), **case.others}.items():
        case.reset()
        references = step()
        if side in case.others and not references:
            continue
        for number, (value, reference) in enumerate(zip(results, references, strict=True)):
            size = max(float(np.sqrt(np.mean(np.square(reference)))), 1e-30)
            if value.shape != reference.shape:
                raise SystemExit(
                    f'{name}: result {number} has shape {value.shape}, {side} {reference.shape}.'
                )
            difference = float(np.abs(value - reference).max()) / size
            if not difference <= case.tolerance:
                raise SystemExit(
                    f'{name}: result {number} differs from {side} by {difference:.1e}, '
                    f'more than {case.tolerance:.1e} of its size.'
                )
            worst = max(worst, difference)
    return worst


def peak_memory(step: Step) -> float:
    """Return the megabytes that a step adds to the process at its peak; NaN if not on Linux.

    That is resident memory as the system counts it, so that it holds whatever a library allocates
    and by whatever means. What a library keeps from earlier calls is there before and not counted.
    """
    try:
        gc.collect()
        ctypes.CDLL('libc.so.6').malloc_trim(0)
        Path('/proc/self/clear_refs').write_text('5')  # the peak starts anew
        before = _read_status('VmRSS')
        results = step()
        peak = _read_status('VmHWM') - before
        del results
    except OSError:
        return math.nan
    return max(peak, 0) / 1000


def _read_status(key: str) -> int:
    lines = Path('/proc/self/status').read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key))


def compare(name: str, case: Case, rounds: int, clock: Callable[[], float]) -> Row:
    """Check the results, then time all sides in turn."""
    difference = check(name, case)
    steps = {'ours': case.ours, **case.theirs, **case.others}
    times: dict[str, list[float]] = {side: [] for side in steps}
    for _ in range(rounds):
        for side, step in steps.items():
            case.reset()
            if case.warm:
                step()
            start = clock()
            step()
            times[side].append(clock() - start)
            time.sleep(PAUSE)
    medians = {side: statistics.median(values) for side, values in times.items()}
    layout = min(case.theirs, key=medians.__getitem__)
    low, high = quartiles([a / b for a, b in zip(times['ours'], times[layout], strict=True)])
    peaks = []
    for step in (case.ours, case.theirs[layout]):
        case.reset()
        peaks.append(peak_memory(step))
    case.reset()
    loop_share = case.loop_share() if case.loop_share else None
    return Row(
        name, layout, medians['ours'] / medians[layout], low, high,
        {side: medians['ours'] / medians[side] for side in case.others},
        loop_share, *peaks, difference, times,
    )  # fmt: skip


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    """Return the values between which the middle half lies."""
    low, high = np.quantile(values, (0.25, 0.75))
    return float(low), float(high)


def geometric_mean(ratios: Sequence[float]) -> float:
    return math.exp(statistics.mean(math.log(ratio) for ratio in ratios))
