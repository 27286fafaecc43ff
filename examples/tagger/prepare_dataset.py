"""Sentences of a small grammar, with the part of speech of each word."""

from collections import defaultdict

import numpy as np

WORDS = {
    'DET': 'the a this that',
    'ADJ': 'light cold back fast old small',
    'NOUN': 'light cold back watch fish saw can plan dog tree letter',
    'AUX': 'can will must',
    'VERB': 'light back watch fish saw can plan like see find',
    'PREP': 'like near on with',
    'ADV': 'fast back often there',
    'PRON': 'she they we that',
}
"""Part of speech -> its words, each as likely as the others. Ten words have more than one."""

GRAMMAR = {
    'sentence': {('DET', 'subject'): 0.7, ('PRON', 'predicate'): 0.3},
    'subject': {('ADJ', 'subject'): 0.4, ('NOUN', 'after subject'): 0.6},
    'after subject': {('PREP', 'phrase'): 0.2, ('AUX', 'verb'): 0.4, ('VERB', 'object'): 0.4},
    'phrase': {('DET', 'subject'): 1.0},
    'predicate': {('ADV', 'predicate'): 0.2, ('AUX', 'verb'): 0.4, ('VERB', 'object'): 0.4},
    'verb': {('ADV', 'verb'): 0.2, ('VERB', 'object'): 0.8},
    'object': {('DET', 'thing'): 0.7, ('ADV', 'end'): 0.1, (None, 'end'): 0.2},
    'thing': {('ADJ', 'thing'): 0.4, ('NOUN', 'after thing'): 0.6},
    'after thing': {('PREP', 'further'): 0.3, ('ADV', 'end'): 0.2, (None, 'end'): 0.5},
    'further': {('DET', 'thing'): 1.0},
    'end': {(None, 'end'): 1.0},
}
"""State -> how it goes on: a word of which part of speech, the next state, and how likely that is.

A sentence is a walk from 'sentence' to 'end', which writes a word at each step; None writes none.
"""


def draw_sentence(rng):
    """Return the words of a sentence and their parts of speech, two lists of str."""
    words, tags, state = [], [], 'sentence'
    while state != 'end':
        choices = GRAMMAR[state]
        tag, state = list(choices)[rng.choice(len(choices), p=list(choices.values()))]
        if tag is not None:
            words.append(str(rng.choice(WORDS[tag].split())))
            tags.append(tag)
    return words, tags


def prepare_dataset(n_samples=3000, seed=0):
    """Draw sentences, each of them once.

    Returns
    -------
    X : list of list of str
        The words, 2 to some 30 a sentence.
    Y : list of list of str
        The part of speech of each.
    """
    rng = np.random.default_rng(seed)
    sentences = {}
    while len(sentences) < n_samples:
        words, tags = draw_sentence(rng)
        sentences.setdefault(tuple(words), tags)
    return [list(words) for words in sentences], list(sentences.values())


def tag_by_grammar(words):
    """Return the likeliest part of speech of each word, for one who knows the grammar.

    Nobody can be right more often: some sentences can be read in two ways. It is the
    forward-backward algorithm: how likely is it to be in a state after the words so far, and how
    likely are the words to come from there?
    """
    chance = {tag: 1 / len(of_tag.split()) for tag, of_tag in WORDS.items()}

    def steps(state, word):
        """Yield each way to write the word from there: its tag, the next state, how likely."""
        for (tag, after), p in GRAMMAR[state].items():
            if tag is not None and word in WORDS[tag].split():
                yield tag, after, p * chance[tag]

    before = [{'sentence': 1.0}]
    for word in words:
        reached = defaultdict(float)
        for state, so_far in before[-1].items():
            for _, after, p in steps(state, word):
                reached[after] += so_far * p
        before.append(reached)

    tags = []
    to_come = {state: choices.get((None, 'end'), 0.0) for state, choices in GRAMMAR.items()}
    for t in reversed(range(len(words))):
        likely, earlier = defaultdict(float), defaultdict(float)
        for state, so_far in before[t].items():
            for tag, after, p in steps(state, words[t]):
                likely[tag] += so_far * p * to_come[after]
                earlier[state] += p * to_come[after]
        tags.append(max(likely, key=likely.get))
        to_come = earlier
    return tags[::-1]
