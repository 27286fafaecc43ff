"""What readers ask is three clicks from the front page, by its table and without it."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / 'docs'
ASKED = {
    'why Adam corrects its means': ('optimizers.md', 'Why the correction'),
    'why `dX` is a convolution with mirrored filters': ('layers/convolution.md', 'Mirror the'),
    'how to resume a training': ('training.md', 'read_model('),
}


def section(page, anchor):
    """Return a page from a heading to the next one that is not below it."""
    text = page.read_text(encoding='utf-8')
    code = re.compile(r'^```.*?^```', flags=re.M | re.S)
    text = code.sub(lambda block: block[0].replace('\n#', '\n #'), text)  # comments are no headings
    for level, title in re.findall(r'^(#+) (.*)$', text, flags=re.M):
        if re.sub(r'[^\w -]', '', title.lower()).replace(' ', '-') == anchor:
            after = text.split(f'\n{level} {title}\n', 1)[1]
            return re.split(rf'^#{{1,{len(level)}}} ', after, flags=re.M)[0]
    raise AssertionError(f'{page.name} has no {anchor}')


def follow(page):
    """Return the pages that a page leads to, by its links and its table of contents."""
    text = page.read_text(encoding='utf-8')
    found = re.findall(r'\]\(([\w/]+\.md)', text)
    for entries in re.findall(r'^```\{toctree\}\n(.*?)^```', text, flags=re.M | re.S):
        found += [f'{entry}.md' for entry in re.findall(r'^(\w[\w/]*)$', entries, flags=re.M)]
    return {path for name in found if (path := page.parent / name).exists()}


@pytest.mark.parametrize('question', ASKED)
def test_the_front_page_leads_to_the_answer(question):
    page, answer = ASKED[question]
    rows = (DOCS / 'index.md').read_text(encoding='utf-8').splitlines()
    row = next(row for row in rows if row.startswith(f'| {question}'))
    places = re.findall(r'\]\(([^)#]+)#([^)]+)\)', row)
    assert [place for place, _ in places] == [page]
    assert answer in section(DOCS / page, places[0][1])


@pytest.mark.parametrize('question', ASKED)
def test_the_page_is_two_clicks_away_without_the_table(question):
    page, _ = ASKED[question]
    start = (DOCS / 'index.md').read_text(encoding='utf-8').split('## Where')
    hubs = {DOCS / name for name in re.findall(r'\]\((\w+\.md)\)', start[0])}
    assert DOCS / page in set.union(hubs, *map(follow, hubs))
