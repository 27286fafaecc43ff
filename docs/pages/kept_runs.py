"""What bundled networks print when the site runs them, kept for the tests of the same code."""

import hashlib
import json
import shutil
import sys
from importlib import metadata
from pathlib import Path

import epynn

NETWORKS = Path(__file__).parents[1] / 'networks'
"""A folder for each network, in which the site finds what it printed and drew."""

SHORTER = {
    'docstrings': ('epynn run docstrings --epochs 5', 'for five epochs; it comes with twenty'),
    'large_file': ('python train.py 100', 'with a file of 100 MB; it comes with one of 2,000 MB'),
    'topics_lm': ('epynn run topics_lm --epochs 7', 'for seven epochs; it comes with twenty'),
}
"""Networks that take long -> a command that takes less, and what that means, in words."""

USED = ('numpy', 'scikit-learn', 'statsmodels')
"""What the numbers of networks depend on, beside epynn and Python."""


def command_of(name: str) -> str:
    """Return the command by which the site runs a network."""
    return SHORTER[name][0] if name in SHORTER else f'epynn run {name}'


def describe_sources(example: Path) -> str:
    """Return a hash of all that a run depends on: code, data, versions."""
    found = hashlib.sha256(sys.version.encode())
    versions = {dist.name: dist.version for dist in metadata.distributions()}
    found.update(str([versions.get(name) for name in USED]).encode())
    folders = Path(epynn.__file__).parent, example
    for path in sorted(path for folder in folders for path in folder.rglob('*')):
        if path.is_file() and path.suffix != '.pyc':
            found.update(str(path).encode() + path.read_bytes())
    return found.hexdigest()


def keep(example: Path, folder: Path, place: Path, errors: str) -> None:
    """Keep at `place` the files that a network wrote to a folder, and from what code they came."""
    files = [path.name for path in folder.iterdir() if path.is_file()]
    for file in files:
        shutil.copy(folder / file, place)
    about = {'files': files, 'errors': errors, 'sources': describe_sources(example)}
    (place / 'run.json').write_text(json.dumps(about), encoding='utf-8')


def find_kept(example: Path, command: str, folder: Path) -> tuple[str, str] | None:
    """Return what a command prints, and its errors, where the site ran the same; otherwise None.

    Files that it wrote are copied to `folder`.
    """
    place = NETWORKS / example.name
    if command != command_of(example.name) or not (place / 'run.json').exists():
        return None
    about = json.loads((place / 'run.json').read_text(encoding='utf-8'))
    if about['sources'] != describe_sources(example):
        return None
    for file in about['files']:
        shutil.copy(place / file, folder)
    return (place / 'printed.txt').read_text(encoding='utf-8') + '\n', about['errors']
