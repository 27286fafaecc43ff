"""Pages with the code: all of epynn, and what else a page leads to.

Markdown pages link to files beside the documentation, such as ``../epynn/dense/forward.py``. On the
site these links lead to pages with the code, and so do those of the reference.
"""

import ast
import inspect
import os
import pkgutil
import posixpath
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import TextLexer, get_lexer_for_filename
from pygments.util import ClassNotFound
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

ROOT = Path(__file__).parent.parent.parent
SCHEME = 'source:'
LINK = re.compile(r'\[(`[^`\]]+`|[^\]]*)\]\(([^)#:\s]+)(#[^)]*)?\)')
PLAIN = re.compile('<span class="[npw]">([^<]*)</span>')
PAGES = {
    'CHANGELOG.md': 'changelog.md', 'CONTRIBUTING.md': 'contributing.md', 'README.md': 'index.md',
}  # fmt: skip
"""File beside the documentation -> the page of the site that shows it."""


def find_line(path: Path, name: str) -> int | None:
    """Return the line in which a file defines a name such as ``Adam.step``."""
    if path.suffix != '.py':
        return None
    body: list[ast.stmt] = ast.parse(path.read_text(encoding='utf-8')).body
    line = None
    for part in name.split('.'):
        found = next((node for node in body if part in names_of(node)), None)
        if found is None:
            return None
        line, body = found.lineno, getattr(found, 'body', [])
    return line


def names_of(node: ast.stmt) -> set[str]:
    """Return the names that a statement defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return {ast.unparse(target) for target in targets}
    return set()


def find_source(thing: Any) -> str | None:
    """Return ``source:path#L-line`` of a class or function of epynn, or None."""
    thing = inspect.unwrap(thing) if callable(thing) else thing
    if isinstance(thing, property):
        thing = thing.fget
    try:
        path = Path(inspect.getsourcefile(thing) or '').resolve().relative_to(ROOT)
        line = 1 if isinstance(thing, types.ModuleType) else inspect.getsourcelines(thing)[1]
    except (TypeError, ValueError, OSError):
        return None
    return f'{SCHEME}{path.as_posix()}#L-{line}'


def linkcode_resolve(domain: str, info: dict[str, str]) -> str | None:
    """Return where the code of a documented name is, for ``sphinx.ext.linkcode``."""
    if domain != 'py' or not info['module']:
        return None
    try:
        return find_source(pkgutil.resolve_name(f'{info["module"]}:{info["fullname"]}'))
    except AttributeError:  # of instances alone
        return None


def lead_to_pages(app: Sphinx, docname: str, content: list[str]) -> None:
    """Have links beside the documentation lead to pages with the code (event source-read)."""
    page = Path(app.env.doc2path(docname))
    if page.suffix != '.md' or docname.startswith('reference/'):
        return
    base = page.parent
    for file, shown in PAGES.items():
        if docname == Path(shown).stem != 'index':
            base = ROOT
            content[0] = (ROOT / file).read_text(encoding='utf-8')
            app.env.note_dependency(str(ROOT / file))

    def replace(match: re.Match[str]) -> str:
        words, target, anchor = match[1], match[2], match[3] or ''
        path = Path(os.path.normpath(base / target))
        docs = Path(app.srcdir)
        if not path.is_relative_to(ROOT) or not path.exists():
            return match[0]
        if path.match('examples/*/README.md'):
            path = docs / 'networks' / f'{path.parent.name}.md'
        if path.is_relative_to(docs) or path.relative_to(ROOT).as_posix() in PAGES:
            inside = docs / PAGES.get(path.relative_to(ROOT).as_posix(), path)
            relative = posixpath.relpath(inside.as_posix(), page.parent.as_posix())
            return f'[{words}]({relative}{anchor})'
        name = re.search(r'\.py:([\w.]+)`', words)
        line = find_line(path, name[1]) if name else None
        place = f'#L-{line}' if line else ''
        return f'[{words}]({SCHEME}{path.relative_to(ROOT).as_posix()}{place})'

    content[0] = ''.join(
        part if part.startswith('```') else LINK.sub(replace, part)
        for part in re.split(r'(^```.*?^```$)', content[0], flags=re.M | re.S)
    )


def follow_roles(
    app: Sphinx, env: BuildEnvironment, node: nodes.Element, words: nodes.TextElement
) -> nodes.reference | None:
    """Have names that the reference lacks lead to their code (event missing-reference)."""
    if node.get('refdomain') != 'py':
        return None
    target = node['reftarget']
    for name in (target, f'{node.get("py:module") or "epynn"}.{target}'):
        try:
            uri = find_source(pkgutil.resolve_name(name))
        except (ImportError, AttributeError, ValueError):
            continue
        if uri:
            return nodes.reference('', '', words, refuri=uri, internal=True)
    uri = find_function(target)
    return nodes.reference('', '', words, refuri=uri, internal=True) if uri else None


def find_function(name: str) -> str | None:
    """Return the code of a function of a layer, such as ``dense_forward``."""
    folder, _, part = name.partition('_')
    path = ROOT / 'epynn' / folder / f'{part}.py'
    line = find_line(path, name) if path.exists() else None
    return f'{SCHEME}{path.relative_to(ROOT).as_posix()}#L-{line}' if line else None


def resolve(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Replace ``source:`` by the way from a page to the page of the code (doctree-resolved)."""
    for node in doctree.findall(nodes.reference):
        uri = node.get('refuri', '')
        if uri.startswith(SCHEME):
            path, _, line = uri.removeprefix(SCHEME).partition('#')
            way = app.builder.get_relative_uri(docname, page_of(path))
            node['refuri'] = f'{way}#{line}' if line else way


def note_files(app: Sphinx, env: BuildEnvironment) -> None:
    """Find which files pages lead to (event env-updated)."""
    files: set[str] = set()
    for docname in env.found_docs:
        for node in env.get_doctree(docname).findall(nodes.reference):
            uri = node.get('refuri', '')
            if uri.startswith(SCHEME):
                files.add(uri.removeprefix(SCHEME).partition('#')[0])
    env.epynn_sources = files  # type: ignore[attr-defined]


def page_of(path: str | Path) -> str:
    """Return the name of the page that shows a file or folder."""
    return f'source/{Path(path).as_posix()}'


def collect(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the pages with the code, and with lists of it (event html-collect-pages)."""
    linked: set[str] = getattr(app.env, 'epynn_sources', set())
    packages = {path.parent for path in (ROOT / 'epynn').rglob('*.py')}
    folders = packages | {ROOT / path for path in linked if (ROOT / path).is_dir()}
    files = {path for folder in folders for path in folder.rglob('*') if is_text(path)}
    files |= {ROOT / path for path in linked} - folders
    for path in sorted(folders | files):
        name = path.relative_to(ROOT).as_posix()
        start = page_of(name)
        body = show_folder(app, path) if path in folders else show(path)
        parents = []
        for parent in [*reversed(path.parents), path]:
            if parent != ROOT and parent.is_relative_to(ROOT):
                way = app.builder.get_relative_uri(start, page_of(parent.relative_to(ROOT)))
                parents.append((parent.name, way if parent in folders and parent != path else ''))
        context = {'title': name, 'body': f'<h1>{name}</h1>{body}', 'parents': parents}
        yield start, context, 'source.html'


def show_folder(app: Sphinx, folder: Path) -> str:
    """Return a list of the files in a folder as HTML, with links."""
    start = page_of(folder.relative_to(ROOT))
    items = ''
    for path in sorted(path for path in folder.rglob('*') if is_text(path)):
        way = app.builder.get_relative_uri(start, page_of(path.relative_to(ROOT)))
        items += f'<li><a href="{way}">{path.relative_to(folder).as_posix()}</a></li>'
    return f'<ul>{items}</ul>'


def is_text(path: Path) -> bool:
    """Return whether a file is code or words."""
    return path.suffix in {'.py', '.md', '.cfg', '.toml', '.json'} and path.is_file()


def show(path: Path) -> str:
    """Return the lines of a file as HTML, each with a place ``L-12``, from which CSS numbers them.

    Marks of words in the colour of all others are left out: they are a fifth of the pages.
    """
    text = path.read_text(encoding='utf-8')
    try:
        lexer = get_lexer_for_filename(path.name, stripnl=False)
    except ClassNotFound:
        lexer = TextLexer(stripnl=False)
    formatter = HtmlFormatter(lineanchors='L', cssclass='highlight source')
    shown = PLAIN.sub(r'\1', highlight(text, lexer, formatter))
    return re.sub(r'<a (id="L-\d+")[^>]*></a>', r'<i \1></i>', shown)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to the events."""
    app.connect('source-read', lead_to_pages)
    app.connect('missing-reference', follow_roles)
    app.connect('env-updated', note_files)
    app.connect('doctree-resolved', resolve)
    app.connect('html-collect-pages', collect)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
