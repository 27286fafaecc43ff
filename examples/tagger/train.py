"""Which part of speech is each word? Its neighbours tell."""

from collections import Counter
from pathlib import Path

from prepare_dataset import WORDS, prepare_dataset, tag_by_grammar

from epynn import LSTM, Bidirectional, Dense, Embedding, EpyNN, TimeDistributed, Tokens
from epynn.commons.logs import process_logs, show_table
from epynn.commons.maths import softmax
from epynn.settings import se_hPars

BODIES = {
    # Word by word: what came before is known, what comes after is not.
    'LSTM': lambda: LSTM(32, sequences=True),
    # A second LSTM reads from the end: at each word, both sides are known.
    'Bidirectional': lambda: Bidirectional(LSTM(32, sequences=True)),
}
VOCABULARY = sorted({word for words in WORDS.values() for word in words.split()})
EXAMPLE = 'that light will watch the old cold near a fish'


def as_numbers(sentences):
    """Return sentences of words as sentences of whole numbers, which Tokens takes."""
    return [[VOCABULARY.index(word) for word in sentence] for sentence in sentences]


def build(seed=1, body='Bidirectional'):
    sentences, tags = prepare_dataset()

    layers = [
        # Two thirds to learn from, none to validate, one third held out. Sentences of different
        # lengths are padded, and a mask says which words are real: the others count nowhere.
        Embedding(
            as_numbers(sentences), tags, relative_size=(2, 0, 1), batch_size=32, Y_encode=True
        ),
        # A row of numbers for each word: (m, s) -> (m, s, 16)
        Tokens(len(VOCABULARY), 16),
        # A state at each word, not only at the last one: -> (m, s, u)
        BODIES[body](),
        # The same answer to the same state, wherever it is: -> (m, s, 8)
        TimeDistributed(Dense(len(WORDS), softmax)),
    ]
    model = EpyNN(layers, name=f'tagger, {body}')
    hPars = {**se_hPars, 'learning_rate': 0.01, 'schedule': 'cosine'}
    model.initialize('CCE', hPars, seed=seed, optimizer='Adam', reduction='mean', verbose=False)
    return model


def tag_by_word(sentences, tags, new):
    """Return tags of new sentences: of each word its most frequent one, whatever stands around."""
    counts = {word: Counter() for word in VOCABULARY}
    for sentence, of_words in zip(sentences, tags, strict=True):
        for word, tag in zip(sentence, of_words, strict=True):
            counts[word][tag] += 1
    return [[counts[word].most_common(1)[0][0] for word in sentence] for sentence in new]


def share_right(decided, true):
    """Return which share of all words has the right tag."""
    pairs = [pair for x, y in zip(decided, true, strict=True) for pair in zip(x, y, strict=True)]
    return sum(tag == right for tag, right in pairs) / len(pairs)


def main(epochs=15, seed=1, quiet=False):
    sentences, tags = prepare_dataset()
    n_train = 2 * len(sentences) // 3
    new, true = [*sentences[n_train:], EXAMPLE.split()], tags[n_train:]
    decided = {'each word alone': tag_by_word(sentences[:n_train], tags[:n_train], new)}

    for body in BODIES:
        model = build(seed, body)
        first = len(decided) == 1 and not quiet
        if first:
            model.summary()
        model.train(epochs, verbose=None if first else 0, init_logs=first)
        decided[body] = model.predict(as_numbers(new)).labels
    decided['knows the grammar'] = [tag_by_grammar(sentence) for sentence in new]

    if not quiet:
        rows = zip(EXAMPLE.split(), *(of_all[-1] for of_all in decided.values()), strict=True)
        show_table(['Word', *decided], list(rows), 'One sentence, by each')
        process_logs('')

    words = sum(map(len, true))
    process_logs(f'tagger: on {words:,} words of {len(true):,} held-out sentences', 1)
    for name, of_all in decided.items():
        process_logs(f'tagger: {share_right(of_all[:-1], true):.1%} accuracy, {name}', 1)
    if not quiet:  # which tags are taken for which
        path = Path('tagger.png').resolve()
        model.plot_confusion(path=str(path))
        process_logs(f'\n{path}')


if __name__ == '__main__':
    main()
