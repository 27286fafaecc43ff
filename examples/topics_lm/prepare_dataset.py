"""The topics of Python's help(), as one long text; whole topics of it held out."""

from pydoc_data.topics import topics

import numpy as np

STEPS = 128
"""Characters in a window."""
VALIDATION = ('binary', 'objects', 'raise', 'sequence-types')
TEST = ('calls', 'comparisons', 'exceptions', 'import', 'numbers', 'typesmapping')
"""Topics to validate and to test, which every Python from 3.10 on has."""


def read_topics():
    """Return the texts of the topics by part: ``{'validation': str, 'test': str, 'train': str}``.

    Many topics hold others: "compound" quotes "for", "if" and "while" word by word. Each paragraph
    therefore stays where it comes first, in the order of the parts: what is held out is nowhere in
    the text to learn from.
    """
    rest = sorted(set(topics) - set(VALIDATION) - set(TEST))
    seen, texts = set(), {}
    for part, names in (('test', TEST), ('validation', VALIDATION), ('train', rest)):
        paragraphs = []
        for paragraph in '\n\n'.join(topics[name] for name in names).split('\n\n'):
            words = ' '.join(paragraph.split())
            if words not in seen:
                seen.add(words)
                paragraphs.append(paragraph)
        texts[part] = '\n\n'.join(paragraphs)
    return texts


def prepare_dataset():
    """Return the text of each part as whole numbers, and the characters that they stand for.

    Returns
    -------
    texts : dict of ndarray (n,)
        Of the parts 'train', 'validation' and 'test': numbers of characters, one after the other.
    characters : list of str
        Each character of all parts: number 3 is ``characters[3]``.
    """
    texts = read_topics()
    characters = sorted(set().union(*texts.values()))
    numbers = {character: number for number, character in enumerate(characters)}
    return {
        part: np.array([numbers[character] for character in text]) for part, text in texts.items()
    }, characters


def cut_windows(text, starts):
    """Return windows of a text and, for each of their characters, the one that comes next.

    Parameters
    ----------
    text : ndarray (n,)
        Numbers of characters.
    starts : ndarray (m,)
        Where each window begins.

    Returns
    -------
    X, Y : ndarray (m, STEPS)
        Characters, and those one place further.
    """
    places = starts[:, np.newaxis] + np.arange(STEPS)  # (m, s)
    return text[places], text[places + 1]


def cut_all(text):
    """Return a text in windows that lie side by side, so that each character counts once."""
    return cut_windows(text, np.arange(0, len(text) - STEPS, STEPS))
