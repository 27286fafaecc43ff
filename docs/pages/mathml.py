"""Mathematics as MathML, made when the site is built: no script, no font, nothing to load."""

import re

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging

LOG = logging.getLogger(__name__)

KEPT = r'\\(?:text|mathrm|mathbf|mathbb|operatorname|begin|end)\{[^}]*\}|\\[A-Za-z]+'
SYMBOL = r'[A-Za-z]{2,}(?:\\_)?|[A-Za-z]\\_'
TOKENS = re.compile(f'({KEPT})|({SYMBOL})')
UNDERSCORE = 'QQ'
"""Stands for the ``_`` of ``C_`` on the way through the converter, which would split it off."""

WORDS = {'sum', 'max', 'min', 'exp', 'log'}
"""Names of three letters that are functions, not symbols."""


def join_letters(tex: str) -> str:
    r"""Return TeX in which letters side by side are one symbol, as in the code: ``dX``, ``hp``."""

    def replace(match: re.Match[str]) -> str:
        command, symbol = match.groups()
        return command or rf'\mathrm{{{symbol}}}'.replace(r'\_', UNDERSCORE)

    return TOKENS.sub(replace, tex)


def slant(match: re.Match[str]) -> str:
    """Return a symbol of several letters in italics, as those of one letter are."""
    name = match[2].replace(UNDERSCORE, '_')
    if len(name) > 3 or name in WORDS:
        return f'<mi{match[1]}>{name}</mi>'
    return f'<mi class="symbol">{name}</mi>'


def convert(tex: str, block: bool) -> str:
    """Return MathML. Raises MathError where the TeX has a command that is not known."""
    tex = join_letters(tex.strip())
    if block and r'\begin' not in tex and (r'\\' in tex or '&' in tex):
        tex = rf'\begin{{aligned}}{tex}\end{{aligned}}'
    math = re.sub(r'\n *', '', str(tex2mathml(tex, as_block=block)))
    return re.sub(r'<mi([^>]*)>(\w{2,})</mi>', slant, math)


def render(translator: nodes.NodeVisitor, node: nodes.Element, block: bool) -> None:
    """Write an equation into a page."""
    try:
        math = convert(node.astext(), block)
    except MathError as error:
        LOG.warning('%s in: %s', error, node.astext(), location=node)
        math = '<code>?</code>'
    if block:
        math = f'<div class="equation" tabindex="0">{math}</div>'
    translator.body.append(math)  # type: ignore[attr-defined]
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer."""
    app.add_html_math_renderer('mathml', (render_inline, None), (render_block, None))
    return {'parallel_read_safe': True, 'parallel_write_safe': True}


def render_inline(translator: nodes.NodeVisitor, node: nodes.Element) -> None:
    """Write an equation into a line."""
    render(translator, node, block=False)


def render_block(translator: nodes.NodeVisitor, node: nodes.Element) -> None:
    """Write an equation between lines."""
    render(translator, node, block=True)
