"""The list of layers, ``docs/layers.md``: it leads to their pages, and each has one."""

import re
from pathlib import Path

from sphinx.application import Sphinx

BARE = """# {name}

```{{eval-rst}}
.. currentmodule:: epynn
.. autoclass:: {name}
   :no-index:
```

## Forward

```{{steps}} {folder}_forward
:bare:
```

## Backward

```{{steps}} {folder}_backward
:bare:
```
"""


def list_layers(docs: Path) -> list[tuple[str, str]]:
    """Return name and page of each layer of the list, in its order."""
    rows = (docs / 'layers.md').read_text(encoding='utf-8')
    pages = []
    for name in re.findall(r'^\| \[(\w+)\]', rows, flags=re.M):
        folder = name.lower()
        made = (docs / 'layers' / f'{folder}.md').exists()
        pages.append((name, folder if made else f'auto_{folder}'))
    return pages


def write_bare_pages(app: Sphinx) -> None:
    """Write a page for each layer of the list that has none yet (event builder-inited)."""
    folder = Path(app.srcdir) / 'layers'
    listed = dict(list_layers(Path(app.srcdir)))
    for old in folder.glob('auto_*.md'):
        if old.stem not in listed.values():
            old.unlink()
    for name, page in listed.items():
        path = folder / f'{page}.md'
        if page.startswith('auto_'):
            path.write_text(BARE.format(name=name, folder=name.lower()), encoding='utf-8')


def complete_list(app: Sphinx, docname: str, content: list[str]) -> None:
    """Have the list of layers lead to their pages, in its order (event source-read)."""
    if docname != 'layers':
        return
    pages = list_layers(Path(app.srcdir))
    for name, page in pages:
        content[0] = re.sub(rf'\[{name}\]\([^)]*\)', f'[{name}](layers/{page}.md)', content[0])
    entries = '\n'.join(f'layers/{page}' for _, page in pages)
    content[0] += f'\n```{{toctree}}\n:hidden:\n\n{entries}\n```\n'


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to the events."""
    app.connect('builder-inited', write_bare_pages)
    app.connect('source-read', complete_list)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
