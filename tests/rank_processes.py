"""Scripts on several ranks, in processes that mpiexec starts; where there is no MPI, no test."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

LIMIT = 120
"""Seconds."""


@cache
def find_mpiexec():
    """Return the program that starts ranks, or None where that or mpi4py is not installed."""
    here = Path(sys.executable).with_name('mpiexec')
    mpiexec = str(here) if here.is_file() else shutil.which('mpiexec')
    # In a process of its own: who imports it begins MPI
    words = [sys.executable, '-c', 'from mpi4py import MPI']
    done = subprocess.run(words, capture_output=True, timeout=LIMIT)
    return mpiexec if done.returncode == 0 else None


def command(size, *words):
    """Return the command for a script on so many ranks; skip the test where there is no MPI."""
    if find_mpiexec() is None:
        pytest.skip('no MPI')
    start = [find_mpiexec(), '-n', str(size), sys.executable, '-W', 'error', '-m', 'mpi4py']
    return [*start, *map(str, words)]


def start_ranks(size, path, folder, *words):
    """Start a script on so many ranks, in a folder, and return the process of mpiexec."""
    environment = {**os.environ, 'PYTHONPATH': str(Path(__file__).parent)}
    pipes = {'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, 'text': True}
    words = command(size, path, *words)
    return subprocess.Popen(words, cwd=folder, env=environment, start_new_session=True, **pipes)


def end_all(started):
    """End the ranks that are left: those that wait for each other outlive mpiexec."""
    with suppress(ProcessLookupError):
        os.killpg(started.pid, signal.SIGKILL)
    started.communicate()


def run_script(size, script, folder, *words):
    """Return what came of a script, given as its source, in a folder."""
    path = folder / 'train.py'
    path.write_text(script)
    started = start_ranks(size, path, folder, *words)
    try:
        out, errors = started.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        end_all(started)
        raise
    return subprocess.CompletedProcess(started.args, started.returncode, out, errors)
