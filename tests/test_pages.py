"""The pages of layers: each has every part, and its steps have the numbers of the code."""

import inspect
import re
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
from pages import shapes

import epynn

DOCS = Path(__file__).parent.parent / 'docs'
LISTED = re.findall(r'^\| \[(\w+)\]\(layers/', (DOCS / 'layers.md').read_text(), flags=re.M)
PAGES = {name: (DOCS / 'layers' / f'{name.lower()}.md').read_text() for name in LISTED}
STEPS = re.compile(r'^```\{steps\} (\w+)\n(.*?)^```$', flags=re.M | re.S)
SHAPES = re.compile(r'^```\{shapes\} ([^\n]*)\n((?::[^\n]*\n)+)\n(.*?)^```$', flags=re.M | re.S)
CELL = re.compile(r'^```\{code-cell\}\n(.*?)^```$', flags=re.M | re.S)
FAMILIES = ('losses', 'activations', 'optimizers', 'schedules', 'initializers', 'metrics')
WITH_EXERCISES = {**PAGES, **{name: (DOCS / f'{name}.md').read_text() for name in FAMILIES}}
ANSWER = re.compile(r'^```\{answer\}\n---\ncheck: \|\n(.*?)^---$', flags=re.M | re.S)
MATH = re.compile(r'^\.\. math::((?: .*)?(?:\n(?: .*)?)*)', flags=re.M)
PARTS = (
    'Shapes', 'Forward', 'Backward', 'By hand', 'Is it right?', 'In PyTorch, in Keras, here',
    'Parameters', 'Exercises',
)  # fmt: skip


@pytest.fixture
def steps():
    return pytest.importorskip('pages.steps')


@pytest.mark.parametrize('name', LISTED)
def test_a_page_has_every_part(name):
    titles = re.findall(r'^## (.*)$', PAGES[name], flags=re.M)
    assert [title for title in titles if title in PARTS] == list(PARTS)
    assert 'check_gradients(' in PAGES[name]


@pytest.mark.parametrize('name', WITH_EXERCISES)
def test_answers_to_the_exercises_of_a_page_are_right(name):
    checks = ANSWER.findall(WITH_EXERCISES[name])
    assert len(checks) == WITH_EXERCISES[name].count('```{answer}') >= 2
    for check in checks:
        assert 'assert ' in check
        exec(dedent(check), dict(shapes.NAMES))


@pytest.mark.parametrize('name', LISTED)
def test_steps_of_a_page_are_those_of_the_code(name, steps):
    functions = []
    for function, words in STEPS.findall(PAGES[name]):
        groups = steps.read_steps(function)
        numbers = [step.number for group in groups for step in group.steps]
        assert re.findall(r'^\((\d+)\)', words, flags=re.M) == [str(n) for n in numbers], function
        functions.append(function.partition('_')[2])
    layer = getattr(epynn, name)
    has_parameters = layer.compute_gradients is not epynn.Layer.compute_gradients
    inside = issubclass(layer, epynn.commons.composite.Composite)
    assert functions[:2] == ['forward', 'backward']
    assert ('compute_gradients' in functions) == (has_parameters and not inside)


@pytest.mark.parametrize('name', LISTED)
def test_every_equation_has_a_step_and_every_step_an_equation_or_words(name):
    for function, words in STEPS.findall(PAGES[name]):
        for part in re.split(r'^\(\d+\)', words, flags=re.M)[1:]:
            assert part.strip(), function


@pytest.mark.parametrize('name', LISTED)
def test_every_picture_of_a_page_has_words_for_those_who_do_not_see_it(name):
    drawn = [cell for cell in CELL.findall(PAGES[name]) if re.search(r'^show_', cell, flags=re.M)]
    assert drawn
    for cell in drawn:
        assert re.search(r'^    alt: .{20,}', cell, flags=re.M), cell


@pytest.mark.parametrize('name', LISTED)
def test_shapes_of_a_page_are_those_of_a_run(name):
    code, options, table = SHAPES.search(PAGES[name]).groups()
    shape = re.search(r':input: (.*)', options)[1]
    layer, arrays = shapes.run_layer(code, eval(shape), ':tokens:' in options)
    shown = set()
    for names, symbols, _ in (row.split(' | ', 2) for row in table.splitlines()):
        for array in names.split():
            assert shapes.fits(symbols, layer.d, arrays[array].shape), array
            shown.add(array)
    assert {array for array in arrays if '.' not in array} <= shown


def test_shapes_read_symbols_as_one_writes_them():
    d = {'m': 2, 'h': 4, 'ph': 1, 'd': 6, 'g': 3, 'u': 5}
    assert shapes.fits('(m, h + 2 ph, d / g)', d, (2, 6, 2))
    assert shapes.fits('(m, 4 u)', d, (2, 20))
    assert shapes.fits('(u,)', d, (5,))
    assert shapes.fits('(m, ..., d)', d, (2, 8, 8, 6))
    assert not shapes.fits('(m, ..., d)', d, (2, 8, 8, 5))
    assert not shapes.fits('(m, h)', d, (4, 2))


def test_symbols_of_several_letters_stay_together_in_equations():
    mathml = pytest.importorskip('pages.mathml')
    assert '<mi class="symbol">dZ</mi>' in mathml.convert('dZ = dA', block=False)
    assert '<mi class="symbol">C_</mi>' in mathml.convert(r'C\_', block=False)
    assert '>activate</mi>' in mathml.convert('activate(Z)', block=False)


def test_all_equations_of_pages_and_docstrings_are_known():
    mathml = pytest.importorskip('pages.mathml')
    texts = [path.read_text() for path in (*DOCS.glob('*.md'), *DOCS.glob('layers/*.md'))]
    texts = [re.sub(r'```\{code-cell\}.*?```|`[^`\n]+`', '', text, flags=re.S) for text in texts]
    docstrings = [inspect.getdoc(getattr(epynn, name)) or '' for name in epynn.__all__]
    found = [tex for text in texts for tex in re.findall(r'\$\$(.+?)\$\$', text, flags=re.S)]
    found += [tex for text in texts for tex in re.findall(r'(?<!\$)\$([^$\n]+)\$(?!\$)', text)]
    found += [tex for text in docstrings for tex in re.findall(MATH, text)]
    assert len(found) > 500
    for tex in found:
        mathml.convert(tex, block=True)


def test_equations_with_unknown_commands_are_refused():
    mathml = pytest.importorskip('pages.mathml')
    with pytest.raises(mathml.MathError, match='nonsense'):
        mathml.convert(r'\nonsense', block=True)


def test_what_pages_call_by_the_name_of_torch_is_there():
    torch = pytest.importorskip('torch')
    for name, page in PAGES.items():
        table = re.search(r'^```\{elsewhere\}\n(.*?)^```$', page, flags=re.M | re.S)
        assert table, name
        for row in table[1].splitlines():
            for code in re.findall(r'`(nn\.\w+\([^`]*\))`', row.split(' | ')[1]):
                if '...' not in code:
                    eval(code, {'nn': torch.nn, 'np': np})


def test_links_that_lead_nowhere_and_pictures_without_words_are_found(tmp_path):
    links = pytest.importorskip('pages.links')
    (tmp_path / 'layers').mkdir()
    (tmp_path / 'layers' / 'dense.html').write_text('<h2 id="shapes"></h2>')
    page = tmp_path / 'index.html'
    page.write_text(
        '<a href="layers/dense.html#shapes">a</a> <a href="#here" id="here">b</a>'
        '<a class="x" href="https://semver.org">c</a> <img alt="" src="data:,">'
    )
    assert links.check(tmp_path) == []
    page.write_text('<img alt="../_images/a.png" src="data:,"><img src="data:,">')
    assert links.check(tmp_path) == [
        'index.html has no words for <img alt="../_images/a.png" src="data:,">',
        'index.html has no words for <img src="data:,">',
    ]
    page.write_text(
        '<a href="layers/gone.html">a</a> <a class="x" href="layers/dense.html#form">b</a>'
        '<script src="https://cdn.example/x.js"></script>'
    )
    assert links.check(tmp_path) == [
        'index.html leads to layers/dense.html#form: no such place',
        'index.html leads to layers/gone.html, which is not there',
        'index.html loads https://cdn.example/x.js',
    ]
