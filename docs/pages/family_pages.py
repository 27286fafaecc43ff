"""Pages of families, such as the losses: what each says of a member is checked by the code.

- ``member``: a public name; its first sentence and its papers come from the docstring, and the
  assertions of its `check`, the formulas of the page in NumPy, have to hold.

A page names every member of its family, as ``docs/public.md`` lists them; else the build fails.
"""

import re
from pathlib import Path
from typing import ClassVar

import numpy as np
from docutils import nodes
from docutils.parsers.rst import directives
from numpydoc.docscrape import NumpyDocString
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from pages.layer_pages import PageDirective, as_markdown
from pages.shapes import NAMES
from pages.source_pages import find_source

FAMILIES = {
    'losses': 'losses', 'activations': 'activations', 'schedules': 'schedules',
    'optimizers': 'optimizers, penalties', 'initializers': 'initializers',
    'metrics': 'metrics',
}  # fmt: skip
"""The pages, each with its row in the table of public names."""

NOT_MEMBERS = {
    'loss_functions', 'activation_functions', 'schedule_functions', 'metrics_functions',
    'Optimizer', 'Penalty', 'clip_gradient',
}  # fmt: skip
"""What the rows list besides: bases, and functions that find a member by its name."""


def make_numbers() -> dict[str, object]:
    """Return what the formulas of a check are tried on, by the symbols of the pages."""
    rng = np.random.default_rng(0)
    Z = 2 * rng.standard_normal((5, 3))
    e = np.exp(Z)
    y, a = np.array([1, 0, 0, 1, 1, 0, 0, 1, 0, 0]), np.linspace(0.95, 0.08, 10)
    yes = a > 0.5
    return {
        'Z': Z, 'A': e / e.sum(axis=1, keepdims=True), 'Y': np.eye(3)[[0, 1, 2, 2, 1]], 'U': 3,
        'x': np.linspace(-4, 4, 33), 'n': np.arange(20), 'close': np.testing.assert_allclose,
        'p': rng.standard_normal(4), 'g': rng.standard_normal(4), 'lr': 0.1,
        'y': y, 'a': a, 'TP': np.sum(yes & (y == 1)), 'FP': np.sum(yes & (y == 0)),
        'FN': np.sum(~yes & (y == 1)), 'TN': np.sum(~yes & (y == 0)),
        'hPars': {
            'learning_rate': 0.1, 'epochs': 20, 'cycle_epochs': 5, 'cycle_descent': 0.5,
            'decay_k': 0.2,
        },
    }  # fmt: skip


def run_check(check: str) -> None:
    """Run the assertions of a member; AssertionError where page and code disagree."""
    exec(check, {**NAMES, **make_numbers()})


class Member(PageDirective):
    """``member``: a public name; formulas, words, and the option `check`."""

    required_arguments = 1
    option_spec: ClassVar = {'check': directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Check, and return the words of docstring and page, the papers, and links."""
        name, check = self.arguments[0], self.options.get('check', '')
        if 'close(' not in check and 'assert ' not in check:
            raise self.error(f'{name} needs a check of its formulas')
        try:
            run_check(check)
        except AssertionError as error:
            raise self.error(f'{name} does not compute this: {check}{error}') from error
        thing = NAMES[name]
        docstring = NumpyDocString(thing.__doc__)
        first = as_markdown(' '.join(docstring['Summary'])).replace(r'\|', '|')
        papers = as_markdown(' '.join(docstring['References']))
        role = 'class' if isinstance(thing, type) else 'func'
        links = f'{{{role}}}`epynn.{name}` in the reference, [code]({find_source(thing)}).'
        return [
            *self.parse(first),
            *self.parse('\n'.join(self.content)),
            *self.parse(f'{papers} {links}'),
        ]


def find_members(page: str) -> list[tuple[str, str]]:
    """Return each member of a page with its check."""
    found = re.findall(r'^```\{member\} (\w+)\n---\ncheck: \|\n(.*?)^---$', page, flags=re.M | re.S)
    return [(name, re.sub('^  ', '', check, flags=re.M)) for name, check in found]


def list_family(docs: Path, page: str) -> list[str]:
    """Return the public names that a page is about."""
    public = (docs / 'public.md').read_text(encoding='utf-8')
    row = re.search(rf'^\| {FAMILIES[page]} \| (.*) \|$', public, flags=re.M)
    names = re.findall(r'`(\w+)`', row[1]) if row else []
    return [name for name in names if name not in NOT_MEMBERS]


def require_members(app: Sphinx, docname: str, content: list[str]) -> None:
    """Stop where a page lacks a member of its family (event source-read)."""
    if docname in FAMILIES:
        named = {name for name, _ in find_members(content[0])}
        missing = set(list_family(Path(app.srcdir), docname)) - named
        if missing:
            raise ExtensionError(f'docs/{docname}.md lacks {sorted(missing)}')


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive('member', Member)
    app.connect('source-read', require_members)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
