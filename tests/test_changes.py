"""The changes of docs/changes.md are made in a copy of the repository, and its checks pass."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r'^(?:\*\*`([^`]+)`\*\*.*?\n\n)?```(python|diff)\n(.*?)^```$', re.M | re.S)
CHECKS = (
    *(f'tests/{path.name}' for path in sorted((ROOT / 'tests').glob('test_layer_table*.py'))),
    'tests/test_docs.py', 'tests/test_house.py',
    'tests/commons/loss/test_loss.py', 'tests/commons/optimize/test_optimize.py',
    'tests/parity/test_parity.py::test_against_torch', 'tests/test_stability.py',
    'tests/kernels/test_wings.py', 'tests/kernels/test_convolution_kernel.py',
)  # fmt: skip
CASES = (
    '(layer_table or symbols or layer_has_a_line) and (scale or Scale)', 'public',
    'test_loss.py', 'Adadelta', 'LogCosh', 'wings and test_convolution', 'scratch_is_bounded',
)  # fmt: skip


def read_changes():
    """Yield what the page does, in its order: section, file, kind of block, text."""
    page = (ROOT / 'docs' / 'changes.md').read_text()
    for section in re.split(r'^## ', page, flags=re.M)[1:]:
        path = None
        for named, kind, text in BLOCK.findall(section):
            path = named or path
            yield section.partition('\n')[0], path, kind, text


def change(text, diff):
    """Return a text with lines of a diff changed: those behind ' ' and '-' have to be there."""
    lines = diff.splitlines(keepends=True)
    before = ''.join(line[1:] for line in lines if line[0] in ' -')
    after = ''.join(line[1:] for line in lines if line[0] in ' +')
    assert text.count(before) == 1, f'{text.count(before)} times in the file:\n{before}'
    return text.replace(before, after)


@pytest.fixture(scope='module')
def copy(tmp_path_factory):
    """Return a copy of the repository in which all changes were made."""
    folder = tmp_path_factory.mktemp('changes')
    ignore = shutil.ignore_patterns('__pycache__', 'images', 'notebooks', '_build')
    for name in ('epynn', 'tests', 'docs'):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    for name in ('pyproject.toml', 'README.md', 'CHANGELOG.md', 'CONTRIBUTING.md'):
        shutil.copy(ROOT / name, folder)
    for _, path, kind, text in read_changes():
        target = folder / path
        if kind == 'python':
            assert not target.exists(), path
            target.parent.mkdir(exist_ok=True)
        else:
            text = change(target.read_text(), text)
        target.write_text(text)
    return folder


def test_a_layer_touches_its_folder_one_import_one_row_and_one_line():
    touched = {path for section, path, _, _ in read_changes() if section == 'A layer'}
    pieces = ('__init__', 'models', 'forward', 'backward', 'parameters')
    folder = {f'epynn/scale/{name}.py' for name in pieces}
    assert touched - folder == {'epynn/layers.py', 'tests/layer_table.py', 'docs/layers.md'}


def test_the_checks_pass(copy):
    command = [
        sys.executable, '-m', 'pytest', '-p', 'no:cacheprovider', *CHECKS,
        '-k', ' or '.join(CASES), '--junitxml', 'done.xml',
    ]  # fmt: skip
    environment = {**os.environ, 'PYTHONPATH': str(copy)}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    ran = (copy / 'done.xml').read_text()
    for word in ('scale', 'Adadelta', 'LogCosh', '(2, 9, 8, 12)'):
        assert word in ran


def test_the_new_layer_stands_on_its_floor(copy):
    pytest.importorskip('importlinter')
    code = (
        'from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))'
    )
    environment = {**os.environ, 'PYTHONPATH': str(copy)}
    done = subprocess.run(
        [sys.executable, '-c', code], cwd=copy, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
