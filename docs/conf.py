"""How Sphinx builds the site: ``make docs``, which has Python find the folder ``pages``."""

from pathlib import Path

import ziamath
from fontTools.ttLib import TTFont
from pages.source_pages import linkcode_resolve as linkcode_resolve

import epynn

project = 'epynn'
author = 'the authors of epynn'
release = epynn.__version__
extensions = [
    'sphinx.ext.autodoc', 'sphinx.ext.linkcode', 'numpydoc', 'myst_nb',
    'pages.mathml', 'pages.layer_list', 'pages.layer_pages', 'pages.family_pages', 'pages.networks',
    'pages.recorded', 'pages.source_pages', 'pages.reference', 'pages.search_texts', 'pages.links',
]  # fmt: skip
exclude_patterns = ['_build', '**.ipynb_checkpoints']
source_suffix = {'.rst': 'restructuredtext', '.md': 'myst-nb', '.ipynb': 'myst-nb'}
root_doc = 'index'
language = 'en'

# Names
default_role = 'literal'
nitpicky = True
nitpick_ignore_regex = [('py:.*', r'(?!epynn\.).*')]  # types of Python and NumPy have no page here
autodoc_typehints_format = 'short'
autodoc_preserve_defaults = True
autodoc_member_order = 'bysource'
autodoc_type_aliases = {'ndarray': 'ndarray'}
python_maximum_signature_line_length = 90
numpydoc_show_class_members = False

# Pages
html_math_renderer = 'mathml'
myst_enable_extensions = ['dollarmath', 'deflist']
myst_heading_anchors = 3
myst_url_schemes = ['http', 'https', 'mailto', 'source']
nb_execution_mode = 'force'
nb_execution_excludepatterns = ['notebooks/*']
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True

# Looks
html_theme = 'pydata_sphinx_theme'
html_title = 'epynn'
FONT = Path(ziamath.__file__).parent / 'fonts' / 'STIXTwoMath-Regular.ttf'
templates_path = ['_templates']
html_static_path = ['_static']
html_favicon = '_static/epynn.svg'
html_context = {'default_mode': 'auto'}
html_css_files = ['epynn.css']
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    'logo': {'text': 'epynn'},
    'navbar_align': 'left',
    'show_prev_next': True,
    'show_toc_level': 2,
    'navigation_depth': 1,  # buttons that unfold the next level have no name for screen readers
    'secondary_sidebar_items': ['page-toc'],
    'footer_start': [],
    'footer_end': [],
    'back_to_top_button': False,
}
html_sidebars = {'source/**': [], 'layers/*': []}


def setup(app):
    """Add the font of equations, packed; leave out what only those need who change the theme."""

    def remove_maps(app, error):
        for path in Path(app.outdir, '_static').rglob('*.map'):
            path.unlink()

    def pack_font(app, error):
        font = TTFont(FONT)
        font.flavor = 'woff'
        font.save(Path(app.outdir, '_static', FONT.with_suffix('.woff').name))

    app.connect('build-finished', remove_maps)
    app.connect('build-finished', pack_font)
