"""Directives of the pages of layers: what they show is read from the code, and checked by it.

- ``shapes``: the arrays of a layer with their axes, each compared with that of a run;
- ``steps``: the numbered steps of a function beside words and equations with the same numbers;
- ``source``: a function, whole;
- ``parameters``: arguments and defaults from the signature, words from the docstring;
- ``elsewhere``: the same in PyTorch, in Keras, and here, where it is run;
- ``answer``: hidden until it is asked for; its check is run;
- ``references``: the papers that the docstring names.
"""

import importlib
import inspect
import re
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from numpydoc.docscrape import ClassDoc
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import epynn
from pages.shapes import NAMES, fits, run_layer, show
from pages.steps import Group, Step, read_steps


def as_markdown(words: str) -> str:
    """Return reStructuredText of a docstring as Markdown."""
    words = re.sub(r':\w+:`~?([^`]+)`', lambda match: f'`{match[1].rpartition(".")[2]}`', words)
    return words.replace('``', '`').replace('|', r'\|')


class PageDirective(SphinxDirective):
    """A directive whose contents are Markdown."""

    has_content = True

    def parse(self, text: str) -> list[nodes.Node]:
        """Return the nodes of Markdown, parsed where the directive stands."""
        holder = nodes.container()
        lines = StringList(text.splitlines(), self.get_source_info()[0])
        self.state.nested_parse(lines, self.content_offset, holder)
        return holder.children

    def table(self, heads: list[str], rows: list[list[str]]) -> list[nodes.Node]:
        """Return a table of cells in Markdown."""
        lines = ['| ' + ' | '.join(row) + ' |' for row in (heads, ['---'] * len(heads), *rows)]
        return self.parse('\n'.join(lines))

    def rows(self, columns: int) -> list[list[str]]:
        """Return the cells of the contents, a row a line, parted by ``|``."""
        rows = [line.split(' | ', columns - 1) for line in self.content if line.strip()]
        for row in rows:
            if len(row) != columns:
                raise self.error(f'Expected {columns} cells parted by " | ": {row}')
        return [[cell.strip() for cell in row] for row in rows]


class Shapes(PageDirective):
    """``shapes``: ``Dense(3)``, and the shape of an input; rows of name, axes, words."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {'input': directives.unchanged_required, 'tokens': directives.flag}

    def run(self) -> list[nodes.Node]:
        """Run the layer and compare."""
        shape = eval(self.options['input'])
        layer, arrays = run_layer(self.arguments[0], shape, 'tokens' in self.options)
        axes: dict[str, str] = {}
        rows = []
        for names, symbols, words in self.rows(3):
            for name in names.split():
                if name not in arrays:
                    raise self.error(f'{self.arguments[0]} has no array {name}')
                actual = arrays[name].shape
                if not fits(symbols, layer.d, actual):
                    raise self.error(f'{name} is {symbols} on the page and {actual} in the code')
                axes[name] = symbols
            joined = ' '.join(f'`{name}`' for name in names.split())
            rows.append([joined, f'`{symbols}`', f'`{show(actual)}`', words])
        missing = [name for name in arrays if name not in axes and '.' not in name]
        if missing:
            raise self.error(f'The table of shapes lacks {missing}')
        self.env.current_document['epynn_axes'] = axes
        numbers = ', '.join(f'`{name} = {n}`' for name, n in layer.d.items())
        words = f'Shapes of `{self.arguments[0]}` on an input `{show(shape)}`: {numbers}.'
        table = self.table(['Array', 'Axes', 'Here', 'What it is'], rows)
        table[0]['classes'].append('shapes')
        return [*self.parse(words), *table]


class Steps(PageDirective):
    """``steps``: the name of a function; words and equations by number, ``(1) ...``."""

    required_arguments = 1
    option_spec: ClassVar = {'bare': directives.flag}

    def run(self) -> list[nodes.Node]:
        """Put code and words side by side."""
        name = self.arguments[0]
        groups = read_steps(name)
        numbers = [step.number for group in groups for step in group.steps]
        words = [''] * len(numbers)
        if 'bare' not in self.options:
            found, words = self.split_words()
            if found != numbers:
                raise self.error(f'{name} has steps {numbers}, the page {found}')
        texts = iter(words)
        whole = nodes.container(classes=['steps'])
        for group in groups:
            row = nodes.container(classes=['step'])
            row += nodes.container('', self.make_code(group), classes=['step-code'])
            beside = nodes.container(classes=['step-words'])
            for step in group.steps:
                beside += self.make_words(step, next(texts))
            beside += self.make_kept(group)
            row += beside
            whole += row
        return [whole]

    def split_words(self) -> tuple[list[int], list[str]]:
        """Return the numbers in front of the parts of the contents, and the parts."""
        parts = re.split(r'^\((\d+)\) ?', '\n'.join(self.content), flags=re.M)
        return [int(number) for number in parts[1::2]], parts[2::2]

    def make_code(self, group: Group) -> nodes.literal_block:
        """Return the lines of a step."""
        return make_code(group.code)

    def make_words(self, step: Step, words: str) -> list[nodes.Node]:
        """Return the title of a step, the words of the page, and the way of the shapes."""
        title = nodes.paragraph(classes=['step-title'])
        title += nodes.strong('', f'({step.number}) {step.title}')
        trail = self.parse(f'`{step.trail}`') if step.trail else []
        return [title, *self.parse(words), *trail]

    def make_kept(self, group: Group) -> list[nodes.Node]:
        """Return which arrays the layer keeps in a step, with their axes."""
        axes: dict[str, str] = self.env.current_document.get('epynn_axes', {})
        kept = [name for name in group.kept if name in axes]
        if not kept:
            return []
        words = ', '.join(f'`{name} {axes[name]}`' for name in kept)
        paragraph = self.parse(f'Kept: {words}')
        paragraph[0]['classes'].append('step-kept')
        return paragraph


class Source(PageDirective):
    """``source``: a function by module and name, ``epynn.kernels.plain.pooling pool_windows``."""

    required_arguments = 2

    def run(self) -> list[nodes.Node]:
        """Return its code."""
        module, name = self.arguments
        function = getattr(importlib.import_module(module), name)
        return [make_code(inspect.getsource(function).rstrip())]


def make_code(code: str) -> nodes.literal_block:
    """Return a block of code."""
    return nodes.literal_block(code, code, language='python', linenos=False)


class Parameters(PageDirective):
    """``parameters``: the name of a class; reasons for defaults, ``name | reason``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return a table of arguments, defaults, words and reasons."""
        layer = NAMES[self.arguments[0]]
        reasons = dict(self.rows(2))
        words = read_parameters(layer)
        rows = []
        has_own = layer.__init__ is not epynn.Layer.__init__
        for name, parameter in inspect.signature(layer).parameters.items() if has_own else ():
            default = parameter.default
            shown = '' if default is parameter.empty else f'`{name_default(default)}`'
            reason = reasons.pop(name, '')
            rows.append([f'`{name}`', shown, f'{words[name]} {reason}'.strip()])
        if reasons:
            raise self.error(f'{layer.__name__} has no parameters {list(reasons)}')
        if not rows:
            return self.parse('None.')
        return self.table(['Parameter', 'Default', 'What it does, and why this default'], rows)


def name_default(default: Any) -> str:
    """Return a default as one writes it."""
    if isinstance(default, np.ndarray):
        return repr(default)
    if callable(default):
        name = str(default.__name__).replace('amax', 'max')
        return f'np.{name}' if (default.__module__ or '').startswith('numpy') else name
    return repr(default)


def read_parameters(layer: type) -> dict[str, str]:
    """Return the words of the docstring on each argument, as Markdown."""
    words: dict[str, str] = {}
    for parameter in ClassDoc(layer)['Parameters']:
        text = as_markdown(' '.join(parameter.desc).strip())
        for name in parameter.name.split(', '):
            words[name] = text[:1].upper() + text[1:]
    return words


class Elsewhere(PageDirective):
    """``elsewhere``: rows of what, PyTorch or another, Keras, here; what is here in code is run."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        rows = self.rows(4)
        for row in rows:
            for code in re.findall(r'`([A-Z]\w+\([^`]*\))`', row[3]):
                eval(code, dict(NAMES))
        other = self.arguments[0] if self.arguments else 'PyTorch'
        return self.table(['', other, 'Keras', 'epynn'], rows)


class Answer(PageDirective):
    """``answer``: hidden; the assertions of its `check` have to hold."""

    option_spec: ClassVar = {'check': directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Check, and return the hidden contents."""
        check = self.options.get('check', '')
        if 'assert ' not in check:
            raise self.error('An answer needs a check with an assertion')
        try:
            exec(check, dict(NAMES))
        except AssertionError as error:
            raise self.error(f'The answer is wrong: {check}') from error
        before = nodes.raw('', '<details class="answer"><summary>Answer</summary>', format='html')
        after = nodes.raw('', '</details>', format='html')
        return [before, *self.parse('\n'.join(self.content)), after]


class References(PageDirective):
    """``references``: the papers, from the docstring of a class, and the way to its code."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the section of the docstring, and links."""
        layer = NAMES[self.arguments[0]]
        papers = as_markdown('\n'.join(ClassDoc(layer)['References']))
        folder = Path(inspect.getfile(layer)).parent
        links = ', '.join(
            f'[{path.name}](source:epynn/{folder.name}/{path.name})'
            for path in sorted(folder.glob('[!_]*.py'))
        )
        words = f'{{class}}`epynn.{layer.__name__}` in the reference. The code, whole: {links}.'
        return [*self.parse(papers), *self.parse(words)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive('shapes', Shapes)
    app.add_directive('steps', Steps)
    app.add_directive('source', Source)
    app.add_directive('parameters', Parameters)
    app.add_directive('elsewhere', Elsewhere)
    app.add_directive('answer', Answer)
    app.add_directive('references', References)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
