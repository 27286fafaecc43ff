"""What every test may ask for, and what holds for every test."""

import gc
import os
import signal
import sys
from itertools import count

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from epynn.kernels.blas import _blas
from epynn.kernels.threads import _wanted

# The same examples in every run, however busy the machine is.
settings.register_profile(
    'repeatable', derandomize=True, database=None, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
settings.load_profile('repeatable')

# Pictures need no display, whichever test is the first to draw one.
os.environ['MPLBACKEND'] = 'agg'

# Keras runs on PyTorch, whichever test is the first to import it.
os.environ['KERAS_BACKEND'] = 'torch'

default_rng, seeds = np.random.default_rng, count()


@pytest.fixture
def rng():
    """Return a stream of random numbers, the same in every run."""
    return np.random.default_rng(1234)


@pytest.fixture
def separate_train(monkeypatch):
    """Let a test import one ``train.py`` and leave no trace of it."""
    names = ('train', 'prepare_dataset')
    monkeypatch.setattr(sys, 'path', list(sys.path))
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield
    for name in names:
        sys.modules.pop(name, None)


@pytest.fixture
def keras():
    """Keras, on PyTorch."""
    pytest.importorskip('torch')
    library = pytest.importorskip('keras')
    precision = library.config.floatx()
    library.config.set_floatx('float64')
    yield library
    library.config.set_floatx(precision)


def seeded(seed=None):
    """Stand in for `default_rng`: a stream without a seed gets a new seed, each time the same."""
    return default_rng(next(seeds) if seed is None else seed)


def start_anew():
    """Let random numbers without a seed be those of every other run.

    A layer that stands alone draws its parameters unseeded. Drawn anew in every run, they would
    one day lie next to a kink, where a central difference is no derivative.
    """
    global seeds
    seeds = count(1_000_000)
    np.random.default_rng = seeded
    np.random.seed(1_000_000)  # noqa: NPY002  the networks of a course draw from these


start_anew()  # what is drawn while tests are collected, before a module's fixtures, before a test
before_a_module = pytest.fixture(autouse=True, scope='module')(start_anew)
before_a_test = pytest.fixture(autouse=True)(start_anew)


# NO TEST WAITS FOR EVER

LIMIT = 400
"""Seconds after which a test fails: a lock that nobody opens would keep all others waiting."""


def fail_at_the_limit(number, frame):
    raise TimeoutError(f'the test was still running after {LIMIT} seconds')


if hasattr(signal, 'alarm'):

    @pytest.fixture(autouse=True)
    def before_the_limit():
        """Fail a test that hangs, at the place where it does."""
        signal.alarm(LIMIT)
        yield
        signal.alarm(0)

    signal.signal(signal.SIGALRM, fail_at_the_limit)


# NO TEST LEAVES A TRACE


READ = ('COLUMNS', 'FORCE_COLOR', 'MPL', 'NO_COLOR', 'OMP_', 'OPENBLAS_', 'PATH', 'PYTHON', 'TERM')
"""What is read of the environment; other libraries set variables of their own."""


def state_of_the_process():
    """Return what tests may change and the next ones would find changed."""
    environment = {key: value for key, value in os.environ.items() if key.startswith(READ)}
    plots = getattr(sys.modules.get('matplotlib'), 'rcParams', None)
    figures = getattr(sys.modules.get('matplotlib.pyplot'), 'get_fignums', list)()
    return {
        'the errors of NumPy': np.geterr(), 'how NumPy prints': np.get_printoptions(),
        'the folder': os.getcwd(), 'the environment': environment, 'sys.path': list(sys.path),
        'what Ctrl-C does': signal.getsignal(signal.SIGINT), 'the collector': gc.isenabled(),
        'what traces': sys.gettrace(), 'sys.excepthook': sys.excepthook,
        'the switch interval': sys.getswitchinterval(), 'set_threads': list(_wanted),
        'whether this thread holds the lock of BLAS': _blas.lock._is_owned(),
        'what BLAS is to be given back': list(_blas.before), 'open figures': figures,
        'settings of plots': None if plots is None else dict(plots),
    }  # fmt: skip


@pytest.fixture(autouse=True, scope='module')
def leaves_no_trace():
    """Fail where a file of tests leaves something changed behind: the next would depend on it."""
    before = state_of_the_process()
    yield
    after = state_of_the_process()
    if before['settings of plots'] is None:
        del before['settings of plots'], after['settings of plots']
    for name, value in before.items():
        assert after[name] == value, f'{name}: {value} before these tests, {after[name]} after'
