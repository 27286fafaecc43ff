"""The notebooks of the documentation run from the first cell to the last, and show what they do."""

import importlib.util
import re
import signal
from pathlib import Path

import pytest

pytest.importorskip('nbclient')
pytest.importorskip('ipykernel')
pytest.importorskip('matplotlib')
nbformat = pytest.importorskip('nbformat')

FOLDER = Path(__file__).resolve().parent.parent / 'docs' / 'notebooks'
NEEDS = {
    'digits_cnn': ['sklearn'],
    'strings': [],
    'there_and_back': ['sklearn', 'onnxruntime', 'torch'],
}
NAMES = list(NEEDS)


@pytest.fixture
def render():
    """Return the script; what Jupyter does with Ctrl-C, which may be ignored here, is undone."""
    before = signal.getsignal(signal.SIGINT)
    spec = importlib.util.spec_from_file_location('render', FOLDER / 'render.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    signal.signal(signal.SIGINT, before)


def test_every_notebook_is_tested():
    assert sorted(path.stem for path in FOLDER.glob('*.ipynb')) == NAMES


@pytest.mark.filterwarnings(
    'ignore:Jupyter is migrating its paths:DeprecationWarning',  # before jupyter_core 6
    'ignore:There is no current event loop:DeprecationWarning',  # before nbclient 0.11
)
@pytest.mark.parametrize('name', NAMES)
def test_notebook_runs(name, render, tmp_path, monkeypatch):
    monkeypatch.delenv('MPLBACKEND', raising=False)  # its own shows pictures in the notebook
    for package in NEEDS[name]:
        pytest.importorskip(package)
    # Two epochs show the same things; what twenty lead to, the examples are asked for.
    text, count = re.subn(
        r'epochs=2\d\b', 'epochs=2', (FOLDER / f'{name}.ipynb').read_text('utf-8')
    )
    assert count == 1
    (tmp_path / f'{name}.ipynb').write_text(text, encoding='utf-8')
    notebook = render.execute(tmp_path / f'{name}.ipynb', tmp_path)  # raises where a cell does
    assert kinds(notebook) >= {'image/png', 'text/html', 'stdout'}
    assert 'stderr' not in kinds(notebook)  # a warning is shown there
    assert not list((tmp_path / 'work').iterdir())


@pytest.mark.parametrize('name', NAMES)
def test_stored_notebook_is_rendered(name):
    notebook = nbformat.read(FOLDER / f'{name}.ipynb', as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == 'code']
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert kinds(notebook) >= {'image/png', 'text/html', 'stdout'}
    assert kinds(notebook).isdisjoint({'stderr', 'error'})


@pytest.mark.parametrize('name', NAMES)
def test_every_picture_of_a_notebook_has_words_for_those_who_do_not_see_it(name):
    notebook = nbformat.read(FOLDER / f'{name}.ipynb', as_version=4)
    drawn = [
        cell for cell in notebook.cells
        if any('image/png' in output.get('data', {}) for output in cell.get('outputs', []))
    ]  # fmt: skip
    assert drawn
    for cell in drawn:
        assert len(cell.metadata['mystnb']['image']['alt']) > 20, cell.source
        assert len(cell.outputs) == 1  # the words are for one picture


def kinds(notebook):
    """Return what the cells show: streams by their name, data by its type."""
    outputs = [output for cell in notebook.cells for output in cell.get('outputs', [])]
    return {
        kind
        for output in outputs
        for kind in [output.get('name', output.output_type), *output.get('data', ())]
    }
