"""One page of reference a public name, by the tables of ``docs/public.md``."""

import ast
import inspect
import itertools
import re
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

import epynn
import epynn.commons.errors
import epynn.estimators
from pages.docstrings import find_faults
from pages.layer_list import list_layers

TABLES = re.compile(r'^\| ([^|`]+) \| ((?:`\w+` ?)+)\|$', re.M)
ELSEWHERE = re.compile(r'^\| `epynn\.(?:commons\.)?(estimators|errors)` \| ((?:`\w+` ?)+)\|$', re.M)

SIGNATURE = re.compile('<dl>\\n(?:<dd>.*</dd>\\n)+</dl>')


def read_groups(docs: Path) -> dict[str, list[str]]:
    """Return the public names by what they are for: layers first, then the tables."""
    groups = {'layers': [name for name, _ in list_layers(docs)]}
    page = (docs / 'public.md').read_text(encoding='utf-8')
    for title, names in TABLES.findall(page) + ELSEWHERE.findall(page):
        groups[title] = re.findall(r'`(\w+)`', names)
    return groups


def home(name: str) -> ModuleType:
    """Return the package that a public name is imported from."""
    places = (epynn, epynn.estimators, epynn.commons.errors)
    return next(place for place in places if hasattr(place, name))


def write_page(name: str, page: str = '') -> str:
    """Return the page of a name, as reStructuredText; of a layer, with the way to its own."""
    module = home(name)
    thing = getattr(module, name)
    title = f'{name}\n{"=" * len(name)}\n\n.. currentmodule:: {module.__name__}\n\n'
    if inspect.isclass(thing):
        members = f'{title}.. autoclass:: {name}\n   :members:\n'
        return f'{members}\nStep by step: :doc:`/layers/{page}`.\n' if page else members
    if inspect.isroutine(thing):
        return f'{title}.. autofunction:: {name}\n'
    return f'{title}.. autodata:: {name}\n'


def write_index(groups: dict[str, list[str]]) -> str:
    """Return the page that lists all names with the first sentence of each."""
    words = (
        'Every public name. ``from epynn import ...`` has them all but the estimators, which '
        '``from epynn.estimators import ...`` has, and the errors, ``epynn.commons.errors``.'
    )
    lines = ['Reference', '=========', '', words, '']
    for title, names in groups.items():
        heading = title[0].upper() + title[1:]
        lines += [heading, '-' * len(heading), '', '.. list-table::', '   :widths: 25 75', '']
        for name in names:
            words = inspect.getdoc(getattr(home(name), name)) or ''
            if not callable(getattr(home(name), name)):
                words = ''
            first = ' '.join(words.partition('\n\n')[0].split())
            lines += [f'   * - :doc:`{name} <{name}>`', f'     - {first}']
        lines += ['', '.. toctree::', '   :hidden:', f'   :caption: {heading}', '']
        lines += [f'   {name}' for name in names] + ['']
    return '\n'.join(lines)


def write(app: Sphinx) -> None:
    """Write the pages, those that changed (event builder-inited)."""
    docs = Path(app.srcdir)
    folder = docs / 'reference'
    folder.mkdir(exist_ok=True)
    groups = read_groups(docs)
    for name in itertools.chain(*groups.values()):
        if faults := find_faults(home(name).__name__, name):
            raise ExtensionError('\n'.join(faults))
    pages = {name: write_page(name) for names in groups.values() for name in names}
    pages |= {name: write_page(name, page) for name, page in list_layers(docs)}
    pages['index'] = write_index(groups)
    for old in folder.glob('*.rst'):
        if old.stem not in pages:
            old.unlink()
    for name, text in pages.items():
        path = folder / f'{name}.rst'
        if not path.exists() or path.read_text(encoding='utf-8') != text:
            path.write_text(text, encoding='utf-8')


def as_written(
    app: Sphinx,
    what: str,
    name: str,
    thing: Any,
    options: Any,
    signature: str | None,
    gives: str | None,
) -> tuple[str, str | None] | None:
    """Return the signature as the source has it (event autodoc-process-signature)."""
    function = thing.__init__ if inspect.isclass(thing) else thing
    try:
        tree = ast.parse(dedent(inspect.getsource(function))).body[0]
    except (TypeError, OSError, SyntaxError, IndentationError):
        return None
    if not isinstance(tree, ast.FunctionDef):
        return None
    if what in {'class', 'exception', 'method'} and tree.args.args:
        tree.args.args = tree.args.args[1:]  # self
    for argument in ast.walk(tree.args):
        if isinstance(argument, ast.arg) and argument.annotation:  # 'Layer' without quotes
            argument.annotation = ast.Name(ast.unparse(argument.annotation).replace("'", ''))
    back = ast.unparse(tree.returns) if tree.returns and what in {'function', 'method'} else None
    return f'({ast.unparse(tree.args)})', back


def skip_roles(
    app: Sphinx, what: str, name: str, thing: Any, skip: bool, options: Any
) -> bool | None:
    """Leave out what a layer declares for the network, and what scikit-learn adds to estimators.

    Of the latter, requests of metadata (event autodoc-skip-member).
    """
    if name.startswith('set_') and name.endswith('_request'):
        return True
    described = app.env.current_document.docname.rpartition('/')[2]
    owner = getattr(epynn, described, None)
    declares = inspect.isclass(owner) and issubclass(owner, epynn.Layer | epynn.EpyNN)
    declares = declares and owner is not epynn.Layer
    return True if declares and not callable(thing) and not isinstance(thing, property) else None


def as_blocks(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Write the lines of signatures as blocks: Sphinx makes descriptions of them, of no term."""
    body = context.get('body', '')
    if '<dl>\n<dd>' in body:
        context['body'] = SIGNATURE.sub(
            lambda found: re.sub('<(/?)d[ld]>', r'<\1div>', found[0]), body
        )


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to the event."""
    app.connect('builder-inited', write)
    app.connect('html-page-context', as_blocks)
    app.connect('autodoc-process-signature', as_written)
    app.connect('autodoc-skip-member', skip_roles)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
