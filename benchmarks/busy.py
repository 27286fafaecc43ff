"""The same training alone, and beside other programs that keep cores busy."""

import io
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np
from tabulate import tabulate

from benchmarks.training import build_example, build_lenet
from epynn import GRU, Dense, Embedding, EpyNN
from epynn.commons.maths import relu, softmax

BESIDE = {1: 2.2, 2: 3.0}
"""Processes beside us, and how many times as long a training may take on two cores."""


def build_gru() -> EpyNN:
    """Return a GRU over sequences of 80 steps."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((512, 80, 8)), np.arange(512) % 4
    data = Embedding(X, y, (1, 0, 0), batch_size=32, Y_encode=True)
    model = EpyNN([data, GRU(32), Dense(4, softmax)])
    model.initialize('CCE', seed=1, dtype='float32', reduction='mean', verbose=False)
    return model


def build_dense() -> EpyNN:
    """Return a network of 784-128-10."""
    rng = np.random.default_rng(0)
    X, y = rng.random((4_000, 784)), np.arange(4_000) % 10
    data = Embedding(X, y, (1, 0, 0), batch_size=64, Y_encode=True)
    model = EpyNN([data, Dense(128, relu), Dense(10, softmax)])
    model.initialize('CCE', seed=1, dtype='float32', reduction='mean', verbose=False)
    return model


@dataclass
class BusyRow:
    """Seconds of an epoch, one a round, by the number of processes beside it."""

    case: str
    times: dict[int, list[float]]

    def ratio(self, beside: int) -> float:
        """Return how many times as long an epoch takes beside so many processes."""
        return statistics.median(self.times[beside]) / statistics.median(self.times[0])


@contextmanager
def busy_processes(count: int) -> Iterator[None]:
    """Keep so many cores busy meanwhile."""
    processes = [subprocess.Popen([sys.executable, '-c', 'while True: pass']) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


class BusySuite:
    """Trainings of ours alone and beside others, in turn."""

    title = 'Trainings beside busy processes'
    rounds = 7
    cases: ClassVar[dict[str, Callable[[], EpyNN]]] = {
        'GRU(32), 80 steps': build_gru,
        '784-128-10': build_dense,
        'LeNet-5': build_lenet,
        'digits_cnn': partial(build_example, 'digits_cnn'),
    }

    def run(self, rounds: int, clock: Callable[[], float], words: str = '') -> list[BusyRow]:
        """Measure the cases whose names hold `words`, one epoch a round, on the wall."""
        return [self.measure(name, rounds) for name in self.cases if words in name]

    def measure(self, name: str, rounds: int) -> BusyRow:
        """Time epochs alone, beside one process and beside two, in turn."""
        model = self.cases[name]()
        times: dict[int, list[float]] = {0: [], **{beside: [] for beside in BESIDE}}
        with redirect_stdout(io.StringIO()):
            model.train(1, verbose=0)
            for _ in range(rounds):
                for beside, seconds in times.items():
                    with busy_processes(beside):
                        start = time.perf_counter()
                        model.train(1, verbose=0)
                        seconds.append(time.perf_counter() - start)
        return BusyRow(name, times)

    def table(self, rows: Sequence[BusyRow]) -> str:
        """Return the rows as text: ratios, no times."""
        headers = ['case', *(f'beside {beside} / alone' for beside in BESIDE)]
        cells = [[row.case, *(f'{row.ratio(beside):.2f}' for beside in BESIDE)] for row in rows]
        return tabulate(cells, headers, disable_numparse=True)

    def verdict(self, rows: Sequence[BusyRow]) -> str:
        """Return the largest ratios beside what is promised."""
        return ', '.join(
            f'beside {beside}: {max(row.ratio(beside) for row in rows):.2f} (at most {limit})'
            for beside, limit in BESIDE.items()
        )

    def as_json(self, rows: Sequence[BusyRow], rounds: int) -> dict[str, Any]:
        """Return everything that was measured, times included."""
        return {'title': self.title, 'rounds': rounds, 'rows': [asdict(row) for row in rows]}


SUITE = BusySuite()
