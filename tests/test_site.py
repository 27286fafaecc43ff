"""The built site in a real browser: pages open, fit the window, are found, and can be read by all.

``make docs-check`` builds the site and runs these; they need a Chromium and the extra ``browser``.
"""

import functools
import http.server
import shutil
import threading
from pathlib import Path

import pytest

import epynn

playwright = pytest.importorskip('playwright.sync_api', reason='needs the extra "browser"')
axe = pytest.importorskip('axe_playwright_python.sync_playwright', reason='needs "browser"')

SITE = Path(__file__).parent.parent / 'docs' / '_build' / 'html'
PAGES = sorted(page.relative_to(SITE).as_posix() for page in SITE.rglob('*.html'))
PAGES = [page for page in PAGES if not page.startswith('_static/')]
NAMES = ('chromium', 'chromium-browser', 'google-chrome')
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
LAYERS = [
    name for name in epynn.__all__
    if isinstance(thing := getattr(epynn, name), type)
    and issubclass(thing, epynn.Layer) and thing is not epynn.Layer
]  # fmt: skip
pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason='no Chromium is installed here'),
    pytest.mark.skipif(not PAGES, reason='the site is not built: make docs'),
]

MEASURE = """async (pages) => {
  const wrong = {}
  const frame = document.body.appendChild(document.createElement('iframe'))
  frame.style.height = '900px'
  for (const page of pages) {
    frame.style.width = '1400px'
    await new Promise((loaded) => { frame.onload = loaded; frame.src = page })
    const root = frame.contentDocument.documentElement
    const place = root.querySelector('article') || root.querySelector('main')
    const widest = (element) => {
      const edge = place.getBoundingClientRect().right + 1
      for (const child of element.children)
        if (child.getBoundingClientRect().right > edge) return child.outerHTML.slice(0, 200)
        else if (frame.contentWindow.getComputedStyle(child).overflowX === 'visible') {
          const found = widest(child)
          if (found) return found
        }
    }
    for (const colours of ['light', 'dark']) {
      root.dataset.theme = colours
      for (const width of [400, 1400]) {
        frame.style.width = `${width}px`
        if (root.scrollWidth > root.clientWidth || place.scrollWidth > place.clientWidth)
          wrong[`${page}, ${width} pixels, ${colours}`] = widest(place) || 'the page'
      }
    }
  }
  return wrong
}"""
"""Opens pages in turn, and says what is wider than its place and not in a box that scrolls."""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture(scope='module')
def address():
    """Serve the site on a free port."""
    handler = functools.partial(Quiet, directory=str(SITE))
    with http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f'http://127.0.0.1:{server.server_port}/'
        server.shutdown()
        thread.join()


@pytest.fixture(scope='module')
def browser():
    """Start a Chromium that reaches nothing but this machine."""
    offline = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=[offline, '--no-sandbox'])
        yield browser
        browser.close()


@pytest.fixture
def tab(browser):
    """Open a tab that keeps in `tab.wrong` what fails in it."""
    tab = browser.new_page(viewport={'width': 1400, 'height': 900}, color_scheme='light')
    tab.wrong = wrong = []

    def note(request):
        if request.failure != 'net::ERR_ABORTED':  # of a page that the tab shows no longer
            wrong.append(f'{request.url}: {request.failure}')

    def read(line):
        if line.type in ('error', 'warning'):
            wrong.append(f'{line.location["url"]}: {line.text}')

    tab.on('requestfailed', note)
    tab.on('console', read)
    tab.on('pageerror', lambda error: wrong.append(str(error)))
    yield tab
    tab.close()


def test_pages_open_without_an_error_and_fit_the_window(tab, address):
    tab.goto(address)
    assert tab.evaluate(MEASURE, [address + page for page in PAGES]) == {}
    assert not tab.wrong


@pytest.mark.parametrize('page', ['index.html', 'layers/convolution.html'])
def test_pages_open_from_a_folder(page, tab):
    tab.goto(f'{SITE.as_uri()}/{page}', wait_until='networkidle')
    assert tab.inner_text('h1')
    assert not tab.wrong


def test_search_works_from_a_folder(tab):
    tab.goto(f'{SITE.as_uri()}/search.html?q=Dense')
    tab.wait_for_selector('#search-results a[href^="layers/dense.html"]')
    tab.wait_for_selector('#search-results p.context')
    assert not tab.wrong


def test_the_site_is_small():
    assert sum(path.stat().st_size for path in SITE.rglob('*') if path.is_file()) < 25e6


def test_search_finds_each_layer(tab, address):
    for name in LAYERS:
        tab.goto(f'{address}search.html?q={name}')
        pages = [f'layers/{name.lower()}.html', f'layers/auto_{name.lower()}.html']
        tab.wait_for_selector(', '.join(f'#search-results a[href^="{page}"]' for page in pages))
    assert LAYERS
    assert not tab.wrong


@pytest.mark.parametrize('colours', ['light', 'dark'])
@pytest.mark.parametrize(
    'page',
    ['index.html', 'layers/convolution.html', 'networks.html', 'networks/digits_cnn.html',
     'ten_minutes.html', 'public.html', 'reference/Dense.html', 'search.html',
     'source/epynn/dense/forward.py.html'],
)  # fmt: skip
def test_axe_finds_nothing_serious(page, colours, tab, address):
    tab.emulate_media(color_scheme=colours)
    assert tab.goto(address + page).ok
    results = axe.Axe().run(tab).response['violations']
    serious = [found for found in results if found['impact'] in ('serious', 'critical')]
    assert [(found['id'], [node['html'] for node in found['nodes']]) for found in serious] == []
