"""The gallery of bundled networks: each is run as the site is built, and shown as it ran.

Every folder of ``examples/`` has a page: its ``README.md``, pictures of the networks that it
trained, what its command prints, and its code. ``gallery`` lists them, a picture each.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

from epynn.cli import describe_network, find_networks
from pages.kept_runs import SHORTER, command_of, keep
from pages.layer_pages import PageDirective

LIMIT = 300
"""Seconds that a network may take here."""

FOLDER = 'networks'
NARROW = ('plot()', 'plot_confusion()')
"""Pictures that stand side by side."""

NO_PACKAGE = 'Install it by: python -m pip install'


def run_network(name: str, place: Path) -> None:
    """Run a network in an empty folder, and leave at `place` what it prints and draws."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    with tempfile.TemporaryDirectory() as folder:
        words = [
            sys.executable, '-W', 'error', '-m', 'pages.network_run', name, place,
            *command_of(name).split(),
        ]  # fmt: skip
        settings = {'TMPDIR': folder, 'MPLBACKEND': 'agg', 'OMP_NUM_THREADS': '1'}
        try:
            done = subprocess.run(
                words, cwd=folder, env={**os.environ, **settings}, timeout=LIMIT,
                capture_output=True, text=True, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            remedy = 'Give it less to do: SHORTER in docs/pages/kept_runs.py'
            raise ExtensionError(f'{name} takes longer than {LIMIT} s. {remedy}') from None
        if done.returncode and NO_PACKAGE not in done.stderr:
            raise ExtensionError(f'{command_of(name)} failed:\n{done.stderr}')
        shown = done.stderr if done.returncode else done.stdout
        (place / 'printed.txt').write_text(shown.replace(folder, '.').strip('\n'), 'utf-8')
        if not done.returncode:
            keep(find_networks()[name], Path(folder), place, done.stderr)


def run_networks(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Run those whose pages are read, as many at a time as Sphinx may (env-before-read-docs)."""
    docs = Path(app.srcdir)
    names = [Path(docname).name for docname in docnames if docname.startswith(f'{FOLDER}/')]
    with ThreadPoolExecutor(app.parallel) as pool:
        list(pool.map(lambda name: run_network(name, docs / FOLDER / name), names))
    if names and FOLDER not in docnames:
        docnames.append(FOLDER)


def write_pages(app: Sphinx) -> None:
    """Write an empty page for each network, which is filled as it is read (builder-inited)."""
    folder = Path(app.srcdir) / FOLDER
    folder.mkdir(exist_ok=True)
    names = find_networks()
    for old in folder.glob('*.md'):
        if old.stem not in names:
            old.unlink()
    for name in names:
        if not (folder / f'{name}.md').exists():
            (folder / f'{name}.md').write_text('', encoding='utf-8')


def read_pictures(docs: Path, name: str) -> dict[str, Any]:
    """Return what is drawn: files that a network writes, then pictures of what it trained."""
    place = docs / FOLDER / name
    drawn = place / 'pictures.json'
    about: dict[str, Any] = {'pictures': [], 'small': ''}
    if drawn.exists():
        about = json.loads(drawn.read_text(encoding='utf-8'))
    readme = (find_networks()[name] / 'README.md').read_text(encoding='utf-8')
    sentences = re.split(r'[.;](?=\s)|\n\n|\n- ', readme)
    for path in sorted(place.glob('*.png')):
        told = [words for words in sentences if f'`{path.name}`' in words]
        if not told:
            raise ExtensionError(f'README.md of {name} does not say what {path.name} shows')
        alt = ' '.join(told[0].split()).replace('`', '')
        about['pictures'].insert(0, {'file': path.name, 'alt': alt, 'call': '', 'model': ''})
    return about


def fill_page(app: Sphinx, docname: str, content: list[str]) -> None:
    """Write the page of a network as it ran, and the gallery for their list (event source-read)."""
    folder, _, name = docname.partition('/')
    if docname == FOLDER:
        content[0] = re.sub(r'(^\|.*\n)+', '```{gallery}\n```\n', content[0], count=1, flags=re.M)
    if folder != FOLDER or not name:
        return
    example = find_networks()[name]
    for path in (*example.glob('*.*'), Path(__file__), Path(__file__).with_name('network_run.py')):
        app.env.note_dependency(str(path))
    parts = [(example / 'README.md').read_text(encoding='utf-8').rstrip(), '## What it prints']
    docs = Path(app.srcdir)
    if name in SHORTER:
        parts.append(f'Here it is run {SHORTER[name][1]}.')
    parts.append(f'```sh\n{command_of(name)}\n```')
    parts.append(f'```text\n{(docs / FOLDER / name / "printed.txt").read_text("utf-8")}\n```')
    pictures = read_pictures(docs, name)['pictures']
    if pictures:
        parts.append('## What it draws')
        if pictures[-1]['call']:
            parts.append(DRAWN)
        models = {picture['model']: None for picture in pictures}
        for model in models:
            if len(models) > 1 and model:
                parts.append(f'### {model}')
            parts += ['````{container} pictures']
            parts += [show(name, picture) for picture in pictures if picture['model'] == model]
            parts += ['````']
    parts.append('## Its code')
    code = (example / 'train.py').read_text(encoding='utf-8')
    parts.append(f'```python\n{code}```')
    parts.append(f'Its data: [`prepare_dataset.py`](../../examples/{name}/prepare_dataset.py).')
    content[0] = '\n\n'.join(parts)


DRAWN = (
    'The networks as they were trained, by the methods below the pictures; of several of one name, '
    'the first.'
)


def show(name: str, picture: dict[str, str]) -> str:
    """Return a picture as Markdown, with its words and the call that draws it."""
    words = f'`model.{picture["call"]}`' if picture['call'] else f'`{picture["file"]}`'
    wide = '' if picture['call'] in NARROW else ':figclass: wide\n'
    way = f'{name}/{picture["file"]}'
    return f'```{{figure}} {way}\n:alt: "{picture["alt"]}"\n{wide}\n{words}\n```'


class Gallery(PageDirective):
    """``gallery``: every bundled network with a picture, as a link to its page."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return the grid, and the pages as entries of the table of contents."""
        docs = Path(self.env.srcdir)
        cards = nodes.container(classes=['gallery'])
        for name, folder in find_networks().items():
            about = read_pictures(docs, name)
            file, alt = 'small.svg', about['small']
            if not alt and about['pictures']:
                file, alt = about['pictures'][0]['file'], about['pictures'][0]['alt']
            page = f'{FOLDER}/{name}.md'
            picture = f'[![{alt}]({FOLDER}/{name}/{file})]({page})\n\n' if alt else ''
            words = describe_network(folder)
            cards += nodes.container(
                '', *self.parse(f'{picture}[**{name}**]({page})\n\n{words}'), classes=['network']
            )
        entries = '\n'.join(f'{FOLDER}/{name}' for name in find_networks())
        return [cards, *self.parse(f'```{{toctree}}\n:hidden:\n\n{entries}\n```')]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive, and connect to the events."""
    app.add_directive('gallery', Gallery)
    app.connect('builder-inited', write_pages)
    app.connect('env-before-read-docs', run_networks)
    app.connect('source-read', fill_page)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
