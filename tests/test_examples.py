"""The bundled networks: each runs, and reaches what its README.md says."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parent.parent / 'examples'
NEEDS = {'sklearn': ('digits_cnn', 'digits_dense', 'edge_detection'), 'PIL': ('edge_detection',)}


def run(name, folder, *words):
    """Run an example by the command, in a process of its own; return what it printed."""
    for package, names in NEEDS.items():
        if name in names:
            pytest.importorskip(package)
    arguments = [sys.executable, '-W', 'error', '-m', 'epynn', 'run', name, *words]
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ''
    assert max(map(len, done.stdout.splitlines())) <= max(80, len(str(folder)) + 30)
    return done.stdout


def percentages(text):
    """Return the accuracies in the result lines."""
    return [float(number) / 100 for number in re.findall(r'([\d.]+)% accuracy', text)]


@pytest.mark.parametrize('name', sorted(path.parent.name for path in EXAMPLES.glob('*/train.py')))
def test_folder_is_complete(name):
    files = {path.name for path in (EXAMPLES / name).iterdir()}
    assert files >= {'README.md', 'prepare_dataset.py', 'train.py'}
    assert f'epynn run {name}' in (EXAMPLES / name / 'README.md').read_text(encoding='utf-8')


@pytest.mark.parametrize('name', ['boolean', 'digits_cnn', 'digits_dense', 'image'])
def test_two_epochs_print_the_tables_and_write_nothing(name, tmp_path):
    out = run(name, tmp_path, '--epochs', '2', '--seed', '3')
    for title in ('Data sets', 'Label balance', 'Hyper-parameters', 'epoch', f'\n{name}: '):
        assert title in out
    assert not list(tmp_path.iterdir())


def test_digits_cnn_reads_98_percent_of_the_digits(tmp_path):
    out = run('digits_cnn', tmp_path, '--quiet')
    assert 'held-out 449 digits' in out
    assert percentages(out)[0] >= 0.98


def test_dropout_lowers_the_held_out_loss(tmp_path):
    out = run('digits_dense', tmp_path, '--quiet')
    dropped, kept = (float(loss) for loss in re.findall(r'loss ([\d.]+)', out))
    assert dropped < kept
    assert min(percentages(out)) > 0.9


def test_boolean_learns_to_count(tmp_path):
    assert percentages(run('boolean', tmp_path, '--quiet'))[0] >= 0.99


def test_convolution_finds_blank_lines_where_dense_does_not(tmp_path):
    convolutional, dense = percentages(run('image', tmp_path, '--quiet'))
    assert convolutional > 0.95
    assert dense < 0.8


def test_edge_detection_writes_a_picture_and_confirms_the_gradient(tmp_path):
    out = run('edge_detection', tmp_path)
    differences = [float(number) for number in re.findall(r': +([\d.]+e-\d+)', out)]
    assert len(differences) == 2
    assert differences[0] < 1e-13
    assert differences[1] < 1e-9

    from PIL import Image

    assert [path.name for path in tmp_path.iterdir()] == ['edge_detection.png']
    with Image.open(tmp_path / 'edge_detection.png') as picture:
        assert picture.size == (3 * 638, 425)


def test_script_runs_in_its_own_folder():
    done = subprocess.run(
        [sys.executable, '-W', 'error', 'train.py'],
        cwd=EXAMPLES / 'boolean',
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, '')
    assert 'boolean: 100.0% accuracy' in done.stdout


def test_generated_data_is_what_its_documentation_says():
    def prepare(name):
        path = EXAMPLES / name / 'prepare_dataset.py'
        spec = importlib.util.spec_from_file_location(f'{name}_prepare_dataset', path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.prepare_dataset()

    X, Y = prepare('boolean')
    assert set(X.ravel()) == {0, 1}
    assert all((sum(x) > 11 - sum(x)) == y for x, y in zip(X, Y, strict=True))

    X, Y = prepare('image')
    blank = (X == 0).all(axis=(2, 3)).sum(axis=1), (X == 0).all(axis=(1, 3)).sum(axis=1)
    for lines in blank:
        assert (lines == Y).all()
