"""The built site: inner links lead somewhere, nothing loads from elsewhere, pictures have words."""

import re
from pathlib import Path
from urllib.parse import unquote

from sphinx.application import Sphinx
from sphinx.errors import SphinxError

TARGET = re.compile(r'<(a|link|script|img|source|object)\b[^>]*?\s(?:href|src|data)="([^"]*)"')
PLACE = re.compile(r'\s(?:id|name)="([^"]*)"')
PICTURE = re.compile(r'<img\b[^>]*>')
WORDS = re.compile(r'\salt="(?![^"]*\.(?:svg|png)")')  # not the name of the file
OUTSIDE = re.compile(r'^(?:[a-z]+:)?//')


def check(folder: Path) -> list[str]:
    """Return what is wrong with the links and pictures of the pages in a folder."""
    pages = {
        path.resolve(): path.read_text(encoding='utf-8')
        for path in folder.rglob('*.html')
        if '_static' not in path.parts
    }
    places = {path: set(PLACE.findall(text)) for path, text in pages.items()}
    wrong = []
    for path, text in pages.items():
        for picture in PICTURE.findall(text):
            if not WORDS.search(picture):
                wrong.append(f'{path.name} has no words for {picture}')
        for tag, target in TARGET.findall(text):
            if OUTSIDE.match(target):
                if tag != 'a':  # a link waits until it is followed; the others load
                    wrong.append(f'{path.name} loads {target}')
                continue
            if target.startswith(('data:', 'mailto:')):
                continue
            file, _, place = unquote(target).partition('#')
            found = (path.parent / file.partition('?')[0]).resolve() if file else path
            if not found.is_file():
                wrong.append(f'{path.name} leads to {target}, which is not there')
            elif place and found in places and place not in places[found]:
                wrong.append(f'{path.name} leads to {target}: no such place')
    return sorted(set(wrong))


def check_site(app: Sphinx, error: Exception | None) -> None:
    """Fail if a link does (event build-finished)."""
    if error is None and app.builder.name == 'html':
        wrong = check(Path(app.outdir))
        if wrong:
            raise SphinxError('\n'.join([f'{len(wrong)} links or pictures are wrong:', *wrong]))


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to the event."""
    app.connect('build-finished', check_site)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
