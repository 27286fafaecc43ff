"""The pages of families, such as the losses: every member is there, and its formulas hold."""

import inspect
import re
from pathlib import Path

import numpy as np
import pytest

import epynn

DOCS = Path(__file__).parent.parent / 'docs'
families = pytest.importorskip('pages.family_pages')
PAGES = {page: (DOCS / f'{page}.md').read_text() for page in families.FAMILIES}
MEMBERS = [
    (page, name, check)
    for page, text in PAGES.items()
    for name, check in families.find_members(text)
]
TABLES = {
    page: re.search(r'^```\{elsewhere\}[^\n]*\n(.*?)^```$', PAGES[page], re.M | re.S)
    for page in PAGES
}


@pytest.mark.parametrize('page', PAGES)
def test_a_page_has_each_member_of_its_family_once(page):
    names = [name for name, _ in families.find_members(PAGES[page])]
    assert sorted(names) == sorted(families.list_family(DOCS, page))
    titles = re.findall(r'^### (\w+)$', PAGES[page], flags=re.M)
    assert titles == names


@pytest.mark.parametrize(('page', 'name', 'check'), MEMBERS, ids=[row[1] for row in MEMBERS])
def test_formulas_of_a_page_are_what_is_computed(page, name, check):
    assert name in check
    families.run_check(check)


def test_a_page_without_a_member_stops_the_build():
    page = PAGES['losses'].replace('{member} Huber', '{member} MSE')
    app = type('App', (), {'srcdir': DOCS})
    with pytest.raises(Exception, match=r"docs/losses.md lacks \['Huber'\]"):
        families.require_members(app, 'losses', [page])


def test_a_formula_that_is_wrong_is_found():
    with pytest.raises(AssertionError):
        families.run_check('close(MSE(Y, A), np.sum((Y - A) ** 2, axis=1))')


@pytest.mark.parametrize('page', PAGES)
def test_each_member_has_a_row_of_its_names_elsewhere(page):
    table = TABLES[page][1]
    for name, _ in families.find_members(PAGES[page]):
        assert re.search(rf'\b{name}\b', table), name


@pytest.mark.parametrize('page', PAGES)
def test_what_a_page_calls_by_the_name_of_torch_is_there(page):
    torch = pytest.importorskip('torch')
    places = {'nn': torch.nn, 'optim': torch.optim, 'lr_scheduler': torch.optim.lr_scheduler}
    for row in TABLES[page][1].splitlines():
        theirs = row.split(' | ')[1]
        for path, given in re.findall(r'`((?:nn|optim|lr_scheduler)\.[\w.]+)\(([^`]*)\)`', theirs):
            thing = eval(path, dict(places))
            keywords = re.findall(r'(\w+)=', given)
            assert set(keywords) <= set(inspect.signature(thing).parameters), path


@pytest.mark.parametrize('page', PAGES)
def test_what_a_page_calls_by_the_name_of_epynn_is_there(page):
    for row in TABLES[page][1].splitlines():
        for code in re.findall(r'`([A-Z]\w+\([^`]*\))`', row.split(' | ')[3]):
            eval(code, {'np': np, **vars(epynn)})
