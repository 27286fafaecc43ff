"""Words around what the search found, also where the site is opened from a folder.

Pages of a server are fetched for them. From a folder none can be, but a script can: it has the
words of all pages, and the page of the search asks for it there.
"""

import html
import json
import re
from pathlib import Path

from sphinx.application import Sphinx

FILE = '_static/texts.js'
ARTICLE = re.compile(r'<article\b.*?</article>', flags=re.S)
UNSEEN = re.compile(r'<(script|style|svg)\b.*?</\1>|<a class="headerlink".*?</a>|<[^>]*>', re.S)
SCRIPT = """
window.fetch = async (address) => new Response(TEXTS[address.replace(/^[.][/]|[.]html$/g, '')])
addEventListener('DOMContentLoaded', () => { Search.htmlToText = (text) => text })
"""
ASK = f"""if (location.protocol === 'file:') document.write('<script src="{FILE}"><\\/script>')"""


def read_text(page: str) -> str:
    """Return the words of a page."""
    article = ARTICLE.search(page)
    words = UNSEEN.sub(' ', article[0]) if article else ''
    return ' '.join(html.unescape(words).split())


def write_texts(app: Sphinx, error: Exception | None) -> None:
    """Write the script (event build-finished)."""
    if error is None and app.builder.name == 'html':
        folder = Path(app.outdir)
        texts = {
            name: read_text((folder / f'{name}.html').read_text(encoding='utf-8'))
            for name in sorted(app.env.found_docs)
        }
        script = f'const TEXTS = {json.dumps(texts, ensure_ascii=False)}{SCRIPT}'
        (folder / FILE).write_text(script, encoding='utf-8')


def ask_for_texts(
    app: Sphinx, page: str, template: str, context: dict[str, object], doctree: object
) -> None:
    """Have the page of the search ask for the script (event html-page-context)."""
    if page == 'search':
        app.add_js_file(None, body=ASK, priority=900)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to the events."""
    app.connect('build-finished', write_texts)
    app.connect('html-page-context', ask_for_texts)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
