"""Every Python block of the README and the documentation runs, and every link leads somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / 'README.md', *(ROOT / 'docs').glob('**/*.md')])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


@pytest.mark.parametrize('page', PAGES, ids=NAMES)
def test_python_blocks_run_in_order(page, tmp_path, monkeypatch):
    blocks = re.findall(r'```python\n(.*?)```', page.read_text(), flags=re.DOTALL)
    if any('sklearn' in block for block in blocks):
        pytest.importorskip('sklearn')
    if any('plot' in block for block in blocks):
        pytest.importorskip('matplotlib').use('Agg')
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
    assert shown
    assert [line for line in shown if line and not rows.match(line)] == [
        line for line in printed.splitlines() if line and not rows.match(line)
    ]


@pytest.mark.parametrize('page', PAGES, ids=NAMES)
def test_links_lead_to_files(page):
    for target in re.findall(r'\]\(([^)#:]+)\)', page.read_text()):
        assert (page.parent / target).exists(), target


def test_every_layer_has_a_line_in_the_documentation():
    import epynn

    page = (ROOT / 'docs' / 'layers.md').read_text()
    for name in epynn.__all__:
        thing = getattr(epynn, name)
        if isinstance(thing, type) and issubclass(thing, epynn.Layer) and thing is not epynn.Layer:
            assert f'[{name}]' in page
