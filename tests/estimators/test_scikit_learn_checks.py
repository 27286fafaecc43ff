"""The checks of scikit-learn, all of them; and how the estimators come to be imported."""

import subprocess
import sys
from pathlib import Path

import pytest

from epynn.commons.errors import MissingExtraError


def run(*arguments):
    return subprocess.run(
        [sys.executable, '-W', 'ignore', *arguments], capture_output=True, text=True, timeout=300
    )


def test_every_check_of_scikit_learn_passes_and_none_is_skipped():
    pytest.importorskip('sklearn')
    pytest.importorskip('pandas')
    result = run(str(Path(__file__).with_name('check_all.py')))
    assert result.returncode == 0, result.stderr[-3000:]
    names = [line.split()[0] for line in result.stdout.splitlines()]
    assert names == ['EpyNNClassifier', 'EpyNNRegressor', 'EpyNNTransformer']
    assert all(int(line.split()[1]) > 40 for line in result.stdout.splitlines())


def test_importing_epynn_imports_no_scikit_learn():
    result = run('-c', 'import sys, epynn; sys.exit("sklearn" in sys.modules)')
    assert result.returncode == 0


def test_without_scikit_learn_the_error_names_the_extra(monkeypatch):
    for name in [name for name in sys.modules if name.startswith('epynn.estimators')]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, 'sklearn.base', None)
    with pytest.raises(MissingExtraError, match=r'scikit-learn.*pip install.*\[sklearn\]'):
        import epynn.estimators  # noqa: F401
