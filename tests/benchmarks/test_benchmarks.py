"""The benchmarks run, compare what they time, and write what they found. Nothing here is timed."""

import json
import os
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from epynn import set_threads

ROOT = Path(__file__).resolve().parents[2]
# One small case of each suite, and the largest difference that rounding explains.
CASES = {
    'convolution': ('4x4/4', 1e-5),
    'shapes': ('float64', 1e-5),
    'pooling': ('mean 2x2', 1e-5),
    'recurrent': ('(32, 12, 24)', 1e-4),
    'attention': ('relu', 1e-4),
    'dense': ('', 1e-5),
    'training': ('digits_dense', 1e-3),
    'overhead': ('', 1e-4),
}


@pytest.fixture(autouse=True)
def benchmarks(monkeypatch):
    """Make the folder importable; without PyTorch or scikit-learn there is nothing to compare."""
    torch = pytest.importorskip('torch')
    pytest.importorskip('sklearn')
    monkeypatch.syspath_prepend(str(ROOT))
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    set_threads(None)


def test_every_suite_prints_a_table_and_writes_json(tmp_path, capsys, monkeypatch):
    from benchmarks import training
    from benchmarks.__main__ import SUITES, main

    # One thread a side, but the tests after this one keep their cores.
    monkeypatch.setattr(os, 'sched_setaffinity', lambda *_: None, raising=False)
    assert set(SUITES) == {*CASES, 'busy'}
    # Two of the 20 epochs, and each side trains half a dozen times.
    cases = training.SUITE.cases
    name = 'digits_dense, 20 epochs'
    make, (build, _) = cases[name].func, cases[name].args
    monkeypatch.setitem(cases, name, partial(make, build, 2, **cases[name].keywords))
    for name, (words, tolerance) in CASES.items():
        path = tmp_path / f'{name}.json'
        main([name, '--one-core', '--rounds', '1', '--case', words, '--json', str(path)])
        out = capsys.readouterr().out
        assert ('geometric mean of ours / torch' in out) == (name != 'overhead')
        assert 'peak MB' in out
        assert ' ms' not in out  # times are in the file only
        suite = json.loads(path.read_text())['suites'][name]
        assert suite['rows']
        for row in suite['rows']:
            assert row['difference'] <= tolerance
            assert {'ours', row['layout'], *row['others']} <= set(row['times'])
            assert row['times']['ours'][0] / row['times'][row['layout']][0] == row['ratio'] > 0
            assert (row['loop_share'] or 0) < 1  # of two runs: below 0 where the first was lucky
            assert row['case'] in out


def test_the_busy_suite_ends_the_processes_that_it_starts(monkeypatch):
    from benchmarks import busy

    started = []

    class Watched(busy.subprocess.Popen):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            started.append(self)

    monkeypatch.setattr(busy.subprocess, 'Popen', Watched)
    rows = busy.SUITE.run(1, None, '784')
    assert len(started) == 1 + 2
    assert all(process.poll() is not None for process in started)
    assert '784-128-10' in busy.SUITE.table(rows)
    assert 'beside 2' in busy.SUITE.verdict(rows)
    assert busy.SUITE.as_json(rows, 1)['rows'][0]['times'].keys() == {0, 1, 2}


def make_case(wrong=0.0, **fields):
    from benchmarks.timing import Case

    X = np.arange(1.0, 5.0)
    return Case(lambda: [X], {'plain': lambda: [X], 'other': lambda: [X + wrong]}, **fields)


def test_results_that_differ_are_refused():
    from benchmarks.timing import check

    assert check('equal', make_case()) == 0
    with pytest.raises(SystemExit, match=r'sum: result 0 differs from other by 2.7e-01'):
        check('sum', make_case(wrong=1.0))
    with pytest.raises(SystemExit, match='differs from other by nan'):
        check('nan', make_case(wrong=np.nan))
    with pytest.raises(SystemExit, match=r'shape \(4,\), other \(1, 4\)'):
        check('shape', make_case(wrong=np.zeros((1, 4))))


def test_seeded_steps_are_checked_in_place_of_those_that_draw():
    from benchmarks.timing import check

    X = np.arange(1.0, 5.0)
    assert check('drawn', make_case(wrong=1.0, seeded={'plain': lambda: [X]})) == 0


def test_other_libraries_are_checked_unless_they_return_nothing():
    from benchmarks.timing import check

    assert check('nothing', make_case(others={'far': list})) == 0
    with pytest.raises(SystemExit, match='differs from far'):
        check('far', make_case(others={'far': lambda: [np.zeros(4)]}))


def test_each_timed_step_starts_anew_and_the_fastest_layout_counts():
    from benchmarks.timing import compare

    # The clock moves by what a step takes: ours 3, plain 4, other 2.
    now = [0.0]
    calls = []

    def step(name, seconds):
        def run():
            calls.append(name)
            now[0] += seconds
            return [np.ones(1)]

        return run

    from benchmarks.timing import Case

    case = Case(
        step('ours', 3), {'plain': step('plain', 4), 'other': step('other', 2)},
        {'third': step('third', 6)}, reset=lambda: calls.append('reset'), warm=False,
    )  # fmt: skip
    row = compare('steps', case, 3, lambda: now[0])
    assert (row.layout, row.ratio, row.low, row.high) == ('other', 1.5, 1.5, 1.5)
    assert row.others == {'third': 0.5}
    assert row.times['plain'] == [4, 4, 4]
    assert all(before == 'reset' for before in calls[::2])


def test_the_table_shows_ratios_beside_what_is_promised():
    from benchmarks.suite import Suite
    from benchmarks.timing import Row

    rows = [
        Row('a', 'plain', 0.5, 0.4, 0.6, {'third': 0.25}, 0.05, 1.0, 2.0, 1e-6, {'ours': [1.0]}),
        Row('b', 'plain', 2.0, 1.9, 2.1, {}, None, 1.0, 2.0, 1e-6, {'ours': [1.0]}),
    ]
    suite = Suite('Title', {}, limit=0.6)
    table = suite.table(rows).splitlines()
    assert table[-2].split() == [
        'a',
        '0.50',
        '0.40-0.60',
        '0.25',
        '5%',
        '1.0',
        '2.0',
        '1e-06',
        'plain',
    ]
    assert table[-1].split() == ['b', '2.00', '1.90-2.10', '1.0', '2.0', '1e-06', 'plain']
    verdict = suite.verdict(rows)
    assert 'torch 1.00 (promised: at most 0.60), largest 2.00 (at most 1.2)' in verdict
    assert 'outside the mathematics 5% or less (at most 10%)' in verdict
    assert Suite('Title', {}).verdict(rows) == 'largest of ours / torch 2.00'
    assert suite.as_json(rows, 1)['geometric_mean'] == pytest.approx(1)


def test_words_that_the_command_does_not_know_are_refused(capsys):
    from benchmarks.__main__ import main

    with pytest.raises(SystemExit):
        main(['speed'])
    assert 'no suite speed: choose from convolution' in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(['--rounds', '0'])
    assert 'at least 1' in capsys.readouterr().err


def test_without_pytorch_the_command_says_what_to_install(monkeypatch):
    from benchmarks.__main__ import main

    monkeypatch.setitem(sys.modules, 'torch', None)
    with pytest.raises(SystemExit, match='pip install torch'):
        main([])
