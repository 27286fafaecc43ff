"""``python -m benchmarks``: one table a suite.

Both sides have two threads. On a machine that others use as well, ``--one-core`` binds the process
to one core and reads the processor's time instead of the clock: both sides then have one thread.
"""

import argparse
import importlib
import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from threadpoolctl import threadpool_limits

from epynn import set_threads

SUITES = (
    'convolution',
    'shapes',
    'pooling',
    'recurrent',
    'attention',
    'dense',
    'training',
    'overhead',
    'busy',
)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog='python -m benchmarks', description='Speed and memory, ours against PyTorch.'
    )
    parser.add_argument(
        'suites', nargs='*', metavar='SUITE', help=f'{", ".join(SUITES)}; default: all'
    )
    parser.add_argument('--case', default='', metavar='TEXT', help='only cases of such a name')
    parser.add_argument('--rounds', type=int, metavar='N', help='timed steps of each side')
    parser.add_argument('--json', type=Path, metavar='FILE', help='write all, with times')
    parser.add_argument(
        '--one-core', action='store_true', help="one core and the processor's time, on both sides"
    )
    options = parser.parse_args(arguments)
    for name in options.suites:
        if name not in SUITES:
            parser.error(f'no suite {name}: choose from {", ".join(SUITES)}')
    if options.rounds is not None and options.rounds < 1:
        parser.error('--rounds: a number of at least 1')
    try:
        import torch
    except ImportError:
        raise SystemExit(
            'The benchmarks compare with PyTorch: python -m pip install torch'
        ) from None
    threads = 1 if options.one_core else 2
    if options.one_core:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    torch.set_num_threads(threads)
    set_threads(threads)
    clock = time.process_time if options.one_core else time.perf_counter

    print(
        f'Threads of each side: {threads}. float32. Ratios are of medians; below 1, we are faster.'
    )
    print('Peak memory: what a step adds to the resident memory, in a run of its own.')
    results = {}
    with threadpool_limits(threads):
        for name in options.suites or SUITES:
            suite = importlib.import_module(f'benchmarks.{name}').SUITE
            rounds = options.rounds or suite.rounds
            rows = suite.run(rounds, clock, options.case)
            if rows:
                print(f'\n{suite.title} ({name}): {rounds} rounds')
                print(suite.table(rows))
                print(suite.verdict(rows), flush=True)
                results[name] = suite.as_json(rows, rounds)
    if options.json:
        versions = {
            name: module.__version__
            for name in ('numpy', 'torch', 'sklearn')
            if (module := sys.modules.get(name))
        }
        described = {
            'threads': threads, 'python': platform.python_version(), **versions, 'suites': results,
        }  # fmt: skip
        options.json.write_text(json.dumps(described, indent=2) + '\n')


if __name__ == '__main__':
    main()
