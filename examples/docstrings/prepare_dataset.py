"""Docstrings of the standard library, and the module that each is from."""

import importlib
import inspect
import re
from collections import Counter

import numpy as np

from epynn.commons.errors import DataError

MODULES = {
    'ast': ['ast'],
    'asyncio': ['asyncio'],
    'decimal': ['decimal'],
    'email': ['email.message', 'email.headerregistry', 'email.utils', 'email.header'],
    'inspect': ['inspect'],
    'ipaddress': ['ipaddress'],
    'logging': ['logging', 'logging.handlers'],
    'mailbox': ['mailbox'],
    'tarfile': ['tarfile'],
    'unittest': ['unittest', 'unittest.mock'],
}
"""Label -> where its docstrings are. Every Python from 3.10 on has these modules."""
SHORTEST, LONGEST, MOST = 20, 160, 150
"""Characters of a text, and texts of a label."""


def read_docstrings(name):
    """Yield the docstrings of what a module defines: functions, classes and their methods."""
    module = importlib.import_module(name)
    for thing in vars(module).values():
        if str(getattr(thing, '__module__', '')).startswith(name):  # not what it imports
            for x in [thing, *vars(thing).values()] if inspect.isclass(thing) else [thing]:
                if inspect.isroutine(x) or inspect.isclass(x) or isinstance(x, property):
                    yield x.__doc__ if isinstance(x.__doc__, str) else ''


def prepare_dataset(seed=0):
    """Return docstrings of ten modules, in a random order that is the same every time.

    Spaces and line ends become a single space, and texts are cut after 160 characters. Of texts
    that begin alike - the same 30 characters, whatever the digits - the first is kept, and none if
    several modules have it: what is held out was not learned from under another name.

    Returns
    -------
    X : list of ndarray (s_i,)
        The texts, 20 to 160 characters: the numbers of ``characters``.
    Y : list of str
        The module each is from.
    characters : list of str
        Number 3 stands for ``characters[3]``.
    """
    found = {}  # beginning -> (text, label)
    labels = {}  # beginning -> the labels that have it
    for label, names in MODULES.items():
        for docstring in (text for name in names for text in read_docstrings(name)):
            text = ' '.join(docstring.split())[:LONGEST]
            beginning = re.sub(r'\d', '0', text.lower())[:30]
            if len(text) >= SHORTEST:
                found.setdefault(beginning, (text, label))
                labels.setdefault(beginning, set()).add(label)
    if not found:
        raise DataError(
            'docstrings', 'docstrings in the standard library', 'none', 'Run Python without -OO.'
        )

    texts = [found[beginning] for beginning in labels if len(labels[beginning]) == 1]
    rng = np.random.default_rng(seed)
    chosen, taken = [], Counter()
    for i in rng.permutation(len(texts)):
        taken[texts[i][1]] += 1
        if taken[texts[i][1]] <= MOST:  # so that no module outweighs the others
            chosen.append(texts[i])
    rng.shuffle(chosen)  # a module that had its most early is missing at the end otherwise

    characters = sorted(set().union(*(text for text, _ in chosen)))
    X = [np.array([characters.index(character) for character in text]) for text, _ in chosen]
    return X, [label for _, label in chosen], characters
