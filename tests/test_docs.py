"""Every Python block of the README and the documentation runs, and every link leads somewhere."""

import ast
import contextlib
import doctest
import importlib
import importlib.util
import io
import pkgutil
import re
from pathlib import Path

import numpy as np
import pytest
from layer_table import ROWS

import epynn

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob('*.md'), *(ROOT / 'docs').glob('**/*.md')])
MADE = {'_build', 'networks', 'reference'}  # by the build
PAGES = [page for page in PAGES if not MADE & {*page.parts} and not page.match('auto_*')]
CELL = re.compile(
    r'^```(?:python|\{code-cell\})\n(?:---\n.*?^---\n|(?:^:[^\n]*\n)+)?(.*?)^```$',
    flags=re.M | re.S,
)
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


@pytest.mark.parametrize('page', PAGES, ids=NAMES)
def test_python_blocks_run_in_order(page, tmp_path, monkeypatch):
    if page.name == 'changes.md':
        pytest.skip('its blocks are files of epynn: tests/test_changes.py writes them')
    blocks = CELL.findall(page.read_text())
    if any('sklearn' in block for block in blocks):
        pytest.importorskip('sklearn')
    if any('plot' in block or 'pictures' in block for block in blocks):
        pytest.importorskip('matplotlib')
    if any('import onnx' in block for block in blocks):
        pytest.importorskip('onnx')
    if any('parallel=True' in block for block in blocks):
        pytest.importorskip('mpi4py')
    monkeypatch.chdir(tmp_path)
    namespace = {'__name__': 'docs'}
    for number, block in enumerate(blocks):
        exec(compile(block, f'{page.name}, block {number}', 'exec'), namespace)


def test_the_readme_shows_what_is_printed(capsys):
    pytest.importorskip('sklearn')
    page = (ROOT / 'README.md').read_text()
    block = re.search(r'```python\n(.*?)```', page, flags=re.DOTALL)[1]
    captures = re.findall(r'```text\n(.*?)```', page, flags=re.DOTALL)
    exec(compile(block, 'README.md', 'exec'), {'__name__': 'docs'})
    printed = capsys.readouterr().out
    shown = [line for capture in captures for line in capture.splitlines()]
    # Rows of the training table start by an epoch; their last digits depend on the processor.
    rows = re.compile(r' +[0-9]+ +0\.005 ')
    known = iter([line for line in printed.splitlines() if line and not rows.match(line)])
    assert shown
    for line in shown:  # in this order, with others between them
        assert not line or rows.match(line) or line in known


@pytest.mark.parametrize('page', PAGES, ids=NAMES)
def test_links_lead_to_files_and_headings(page):
    text = re.sub(r'```.*?```', '', page.read_text(), flags=re.DOTALL)
    for target, anchor in re.findall(r'\]\(([^)#:]*)#?([^):]*)\)', text):
        linked = page.parent / target if target else page
        assert linked.exists(), target
        if anchor:
            titles = re.findall(r'^#+ (.*)$', linked.read_text().lower(), flags=re.M)
            assert anchor in [re.sub(r'[^\w -]', '', title).replace(' ', '-') for title in titles]


def test_every_layer_has_a_line_in_the_documentation():
    page = (ROOT / 'docs' / 'layers.md').read_text()
    for name in epynn.__all__:
        thing = getattr(epynn, name)
        if isinstance(thing, type) and issubclass(thing, epynn.Layer) and thing is not epynn.Layer:
            assert f'[{name}]' in page


@pytest.mark.parametrize('row', ROWS, ids=[row.name for row in ROWS])
def test_every_name_in_a_layer_is_in_the_table_of_symbols(row, rng):
    known = set(re.findall(r'`([^`\s]+)`', (ROOT / 'docs' / 'symbols.md').read_text()))
    gates = r'(?<=^[UVb])(f|i|g|o|z|r|hh)$'
    shape = row.input_shape
    X = rng.integers(row.tokens, size=shape) if row.tokens else rng.standard_normal(shape)
    layer = row.make()
    layer.training = True
    layer.backward(np.ones_like(layer.forward(X)))
    layer.compute_gradients()
    for name in (*layer.d, *layer.p, *layer.g, *layer.fc, *layer.bc):
        symbol = name.rpartition('.')[2]  # of a layer inside
        forms = {symbol, symbol.removeprefix('d')}
        forms |= {re.sub(gates, '?', form) for form in forms}
        forms |= {form.removesuffix('_') for form in forms}
        forms |= {re.sub(r'^A\d$', 'Ak', form) for form in forms}
        assert forms & known, name


def stands_on_others(module):
    """Return whether a module imports PyTorch or Keras, which need not be there."""
    text = Path(importlib.util.find_spec(module).origin).read_text()
    return re.search(r'^(?:from|import) (?:torch|keras)\b', text, flags=re.M) is not None


def examples():
    """Return the docstrings with examples, each with the names of epynn and of its module."""
    names = {name: getattr(epynn, name) for name in epynn.__all__}
    for module in pkgutil.walk_packages(epynn.__path__, 'epynn.'):
        if not module.name.endswith('__main__') and not stands_on_others(module.name):
            module = importlib.import_module(module.name)
            tests = doctest.DocTestFinder().find(module, globs={**names, 'np': np, **vars(module)})
            yield from (test for test in tests if test.examples)


@pytest.mark.parametrize('example', list(examples()), ids=lambda example: example.name)
def test_examples_of_help_run_and_show_what_they_do(example):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        failed, _ = doctest.DocTestRunner().run(example)
    assert not failed, out.getvalue()


def names_in(path):
    """Return the names that a file defines, those in classes as ``Class.name``."""

    def walk(body, prefix):
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                yield prefix + node.name
                if isinstance(node, ast.ClassDef):
                    yield from walk(node.body, f'{prefix}{node.name}.')
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                yield from (f'{prefix}{ast.unparse(target)}' for target in targets)

    return set(walk(ast.parse(path.read_text()).body, ''))


PLACES = [
    (page, *place)
    for page in PAGES
    for place in re.findall(r'\[`([\w./]+\.py):([\w.]+)`\]\(([^)]+)\)', page.read_text())
]


@pytest.mark.parametrize(
    ('page', 'label', 'name', 'target'),
    PLACES,
    ids=[f'{page.stem} {label} {name}' for page, label, name, _ in PLACES],
)
def test_what_a_page_says_is_where_is_there(page, label, name, target):
    path = (page.parent / target).resolve()
    assert path.as_posix().endswith(f'/{label}')
    assert name in names_in(path)


def test_public_names_are_those_of_the_package():
    page = (ROOT / 'docs' / 'public.md').read_text()
    tables = re.findall(r'^\| .*\|$', page, flags=re.M)
    listed = re.findall(r'`(\w+)`', '\n'.join(line for line in tables if '.' not in line))
    layers = re.findall(r'^\| \[(\w+)\]', (ROOT / 'docs' / 'layers.md').read_text(), flags=re.M)
    assert len(listed) == len(set(listed))
    assert set(listed) | set(layers) == set(epynn.__all__)


def test_public_paths_lead_to_their_names():
    page = (ROOT / 'docs' / 'public.md').read_text()
    paths = re.findall(r'^\| `(epynn[\w.]+)` \| (.*) \|$', page, flags=re.M)
    assert paths
    for path, names in paths:
        module = importlib.import_module(path)
        for name in re.findall(r'`(\w+)`', names):
            assert hasattr(module, name), f'{path}.{name}'


def test_the_changelog_knows_the_version():
    assert f'[{epynn.__version__}]' in (ROOT / 'CHANGELOG.md').read_text()
