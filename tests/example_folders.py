"""The folders of the bundled examples, and their data."""

import importlib.util
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent.parent / 'examples'


def load(name):
    """Import the ``prepare_dataset.py`` of an example under a name of its own."""
    path = EXAMPLES / name / 'prepare_dataset.py'
    spec = importlib.util.spec_from_file_location(f'{name}_prepare_dataset', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
