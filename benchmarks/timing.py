"""Timing two libraries against each other, fairly, in one process.

The threads of PyTorch keep spinning for milliseconds after a call and would steal a core from what
is timed next: there is a pause after each of its calls, and an untimed call before each timed one,
on both sides. Calls of both sides alternate, and medians are reported.

On a machine that others use as well, ``--one-core`` binds the process to one core and reads the
processor's time instead of the clock: both sides then have one thread.
"""

import argparse
import ctypes
import gc
import json
import math
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from tabulate import tabulate
from threadpoolctl import threadpool_limits

Step = Callable[[], Sequence[np.ndarray]]
"""One step of what is timed; returns its results for the comparison."""

PAUSE = 0.015
"""Seconds until the threads of PyTorch sleep."""


@dataclass
class Case:
    """What is compared: one step of ours, and theirs in one or more layouts.

    Attributes
    ----------
    name : str
        As the table shows it.
    ours : callable
        Returns arrays.
    theirs : dict of callable
        By layout; each returns the same arrays. The fastest counts.
    tolerance : float
        Largest difference of the results, in units of their root mean square.
    """

    name: str
    ours: Step
    theirs: dict[str, Step]
    tolerance: float = 2e-4


@dataclass
class Row:
    """One line of the table."""

    case: str
    ours_ms: float
    theirs_ms: float
    layout: str
    ratio: float
    ours_peak_mb: float
    theirs_peak_mb: float
    difference: float


def check(case: Case) -> float:
    """Return the largest difference between the results; raise if it is too large."""
    worst = 0.0
    results = case.ours()
    for layout, step in case.theirs.items():
        for number, (value, reference) in enumerate(zip(results, step(), strict=True)):
            size = max(float(np.sqrt(np.mean(np.square(reference)))), 1e-30)
            difference = float(np.abs(value - reference).max()) / size
            if not difference <= case.tolerance:
                raise SystemExit(
                    f'{case.name}: result {number} differs from {layout} by {difference:.1e}, '
                    f'more than {case.tolerance:.1e} of its size.'
                )
            worst = max(worst, difference)
    return worst


def peak_memory(step: Step) -> float:
    """Return the megabytes that a step adds to the process at its peak; NaN if not on Linux."""
    try:
        ctypes.CDLL('libc.so.6').malloc_trim(0)
        gc.collect()
        Path('/proc/self/clear_refs').write_text('5')  # the peak starts anew
        before = _read_status('VmRSS')
        results = step()
        peak = _read_status('VmHWM') - before
        del results
    except OSError:
        return math.nan
    return peak / 1000


def _read_status(key: str) -> int:
    lines = Path('/proc/self/status').read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key))


def compare(case: Case, rounds: int, clock: Callable[[], float]) -> Row:
    """Check the results, then time both sides in turn."""
    difference = check(case)
    steps = {'ours': case.ours, **case.theirs}
    times: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            step()
            start = clock()
            step()
            times[name].append(clock() - start)
            if name != 'ours':
                time.sleep(PAUSE)
    medians = {name: 1e3 * statistics.median(values) for name, values in times.items()}
    layout = min(case.theirs, key=medians.__getitem__)
    return Row(
        case.name, medians['ours'], medians[layout], layout, medians['ours'] / medians[layout],
        peak_memory(case.ours), peak_memory(case.theirs[layout]), difference,
    )  # fmt: skip


def geometric_mean(rows: Sequence[Row]) -> float:
    return math.exp(statistics.mean(math.log(row.ratio) for row in rows))


def main(title: str, make_cases: Callable[[], list[Case]]) -> None:
    """Run a suite from the command line."""
    parser = argparse.ArgumentParser(description=title)
    parser.add_argument('--rounds', type=int, default=21, help='timed calls of each side')
    parser.add_argument('--json', type=Path, help='write the table to this file as well')
    parser.add_argument(
        '--one-core', action='store_true', help="one core and the processor's time, on both sides"
    )
    options = parser.parse_args()
    threads = 1 if options.one_core else 2
    if options.one_core:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    torch.set_num_threads(threads)
    with threadpool_limits(threads):
        clock = time.process_time if options.one_core else time.perf_counter
        rows = [compare(case, options.rounds, clock) for case in make_cases()]
    mean = geometric_mean(rows)
    headers = ['case', 'ours ms', 'torch ms', 'layout', 'ratio', 'peak MB', 'torch MB', 'differ']
    table = [list(asdict(row).values()) for row in rows]
    formats = ('', '.2f', '.2f', '', '.2f', '.1f', '.1f', '.0e')
    print(f'{title}: {threads} thread{"s" * (threads > 1)}, medians of {options.rounds}')
    print(tabulate(table, headers, floatfmt=formats))
    print(f'geometric mean of the ratios {mean:.2f}, largest {max(row.ratio for row in rows):.2f}')
    if options.json:
        result = {
            'suite': title, 'threads': threads, 'rounds': options.rounds,
            'numpy': np.__version__, 'torch': torch.__version__,
            'rows': [asdict(row) for row in rows], 'geometric_mean': mean,
        }  # fmt: skip
        options.json.write_text(json.dumps(result, indent=2) + '\n')
