"""The gallery of the site: bundled networks as they run, and what of them is shown."""

import json
import os
import re

import pytest

pytest.importorskip('sphinx')
pytest.importorskip('matplotlib')
networks = pytest.importorskip('pages.networks')


def test_the_list_of_the_page_is_that_of_the_examples():
    page = networks.Path(networks.__file__).parents[1] / 'networks.md'
    rows = re.findall(r'^\| \[`(\w+)`\]\(.*\) \| (.*) \|$', page.read_text('utf-8'), flags=re.M)
    found = networks.find_networks()
    assert rows == [(name, networks.describe_network(path)) for name, path in found.items()]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that runs a network, and returns what it printed and the folder."""
    docs = os.path.dirname(os.path.dirname(networks.__file__))

    def run(name, *paths):
        monkeypatch.setenv('PYTHONPATH', os.pathsep.join([*map(str, paths), docs]))
        networks.run_network(name, tmp_path / name)
        return (tmp_path / name / 'printed.txt').read_text('utf-8'), tmp_path / name

    return run


def test_a_network_is_shown_as_it_ran(run):
    printed, place = run('boolean')
    assert re.search(r'^boolean: 100\.0% accuracy', printed, flags=re.M)
    assert '\x1b' not in printed
    about = json.loads((place / 'pictures.json').read_text('utf-8'))
    assert [picture['call'] for picture in about['pictures']] == ['plot()', 'plot_confusion()']
    for picture in about['pictures']:
        assert 'accuracy is 1 on' in picture['alt'] or 'on the diagonal' in picture['alt']
        assert (place / picture['file']).read_text('utf-8').startswith('<?xml')
    assert about['small']
    assert {path.name for path in place.glob('*.svg')} == {
        'small.svg', *(picture['file'] for picture in about['pictures'])
    }  # fmt: skip


def test_a_network_whose_package_is_missing_says_which(run, tmp_path):
    absent = "raise ModuleNotFoundError('No module named sklearn', name='sklearn')"
    (tmp_path / 'sklearn.py').write_text(absent, encoding='utf-8')
    printed, place = run('tumor_dense', tmp_path)
    assert 'Install it by: python -m pip install scikit-learn' in printed
    assert [path.name for path in place.iterdir()] == ['printed.txt']


def test_a_network_that_fails_or_takes_long_stops_the_build(run, tmp_path, monkeypatch):
    (tmp_path / 'sklearn.py').write_text('1 / 0', encoding='utf-8')
    with pytest.raises(networks.ExtensionError, match='ZeroDivisionError'):
        run('tumor_dense', tmp_path)
    monkeypatch.setattr(networks, 'LIMIT', 0.01)
    with pytest.raises(networks.ExtensionError, match='less to do'):
        run('boolean')
