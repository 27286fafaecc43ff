"""Runs the bundled examples, each in a process of its own."""

import re
import subprocess
import sys

import pytest
from example_folders import EXAMPLES
from pages.kept_runs import find_kept

NEEDS = {
    'sklearn': (
        'captcha', 'diabetes_regression', 'digits_cnn', 'digits_dense', 'digits_resnet',
        'digits_parallel', 'digits_resume', 'edge_detection', 'search_digits', 'sequential_digits',
        'tumor_dense',
    ),
    'PIL': ('edge_detection',),
    'distributed': ('search_digits',),
    'mpi4py': ('digits_parallel',),
    'statsmodels': ('forecast',),
    'matplotlib': ('docstrings', 'forecast', 'tagger', 'topics_lm'),
}  # fmt: skip
DRAWN = ('docstrings', 'forecast', 'tagger', 'topics_lm')
"""Those that write a picture, named after them, to the folder where they run."""
WITHOUT_LABELS = ('diabetes_regression', 'forecast', 'topics_lm')
NETWORKS = sorted(path.parent.name for path in EXAMPLES.glob('*/train.py'))
NETWORKS.remove('edge_detection')  # nothing to learn
NETWORKS.remove('search_digits')  # learns in other processes
NETWORKS.remove('digits_parallel')  # so does this one
NETWORKS.remove('large_file')  # gigabytes, as it comes: test_examples.py writes less


def skip_without_packages(name):
    for package, names in NEEDS.items():
        if name in names:
            pytest.importorskip(package)


def run(name, folder, *words):
    """Run an example by the command, in a process of its own; return what it printed.

    What the site has run, by the same command and from the same code, is not run again.
    """
    skip_without_packages(name)
    command = ' '.join(['epynn', 'run', name, *words])
    printed, errors = find_kept(EXAMPLES / name, command, folder) or run_anew(folder, command)
    assert errors == ''
    assert max(map(len, printed.splitlines())) <= max(80, len(str(folder)) + 30)
    return printed


def run_anew(folder, command):
    arguments = [sys.executable, '-W', 'error', '-m', *command.split()]
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def percentages(text):
    """Return the accuracies in the result lines."""
    return [float(number) / 100 for number in re.findall(r'([\d.]+)% accuracy', text)]


def learn(name, folder, *words):
    """Run a network as it comes, see that it prints its tables and writes no more than it may.

    `words` make shorter what would take minutes.
    """
    out = run(name, folder, *words)
    for title in ('Data sets', 'Hyper-parameters', 'epoch', f'\n{name}: '):
        assert title in out
    assert ('Label balance' in out) == (name not in WITHOUT_LABELS)
    assert [path.name for path in folder.iterdir()] == [f'{name}.png'] * (name in DRAWN)
    return out
