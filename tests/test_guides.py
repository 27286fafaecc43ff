"""What the guides show and say, where their blocks alone do not check it."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / 'docs'


def test_the_tables_of_the_guide_are_those_that_are_printed(capsys):
    pytest.importorskip('sklearn')
    page = (DOCS / 'tables.md').read_text()
    namespace = {'__name__': 'docs'}
    for block in re.findall(r'```python\n(.*?)```', page, flags=re.DOTALL):
        exec(compile(block, 'tables.md', 'exec'), namespace)
    # Metrics and seconds depend on the processor
    numbers = re.compile(r'[0-9]\.[0-9]{5}|[0-9.]+s$')
    printed = [numbers.sub('#', line) for line in capsys.readouterr().out.splitlines()]
    captures = re.findall(r'```text\n(.*?)```', page, flags=re.DOTALL)
    shown = [numbers.sub('#', line) for text in captures for line in text.splitlines()]
    assert len(shown) > 30
    assert [line for line in shown if line not in printed] == []
