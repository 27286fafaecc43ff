"""A Transformer learns to write as Python's help() does."""

from pathlib import Path
from textwrap import fill

from prepare_dataset import STEPS, cut_all, cut_windows, prepare_dataset

from epynn import Dense, Embedding, EpyNN, LayerNorm, TimeDistributed, Tokens, Transformer
from epynn.commons.logs import process_logs
from epynn.commons.maths import softmax
from epynn.settings import se_hPars

UNITS, HEADS, BLOCKS = 128, 4, 2
BATCHES, BATCH_SIZE = 50, 16
"""Batches of an epoch, and windows of 128 characters in a batch."""
PROMPTS = ('The "for" statement', 'A class definition', 'If the object')


def build(seed=1, dtype='float32', batches=BATCHES):
    texts, characters = prepare_dataset()

    def draw(rng):
        """Yield the batches of an epoch: windows that begin anywhere in the text to learn from."""
        for _ in range(batches):
            starts = rng.integers(len(texts['train']) - STEPS, size=BATCH_SIZE)
            yield cut_windows(texts['train'], starts)

    layers = [
        Embedding.from_batches(
            draw, validation=cut_all(texts['validation']), test=cut_all(texts['test']),
            per_step=True,  # a label for each character: the one behind it
        ),
        # A row of numbers for each character: (m, s) -> (m, s, 128)
        Tokens(len(characters), UNITS),
        # Each character looks at those before it and never ahead, where the answer is. Rotary:
        # what it looks for depends on how far away that is.
        *(Transformer(HEADS, 2 * UNITS, causal=True, rotary=True) for _ in range(BLOCKS)),
        LayerNorm(),
        # Behind each character: how likely is each to come next? -> (m, s, v)
        TimeDistributed(Dense(len(characters), softmax)),
    ]  # fmt: skip
    model = EpyNN(layers, name='topics_lm')
    hPars = {**se_hPars, 'learning_rate': 0.003, 'schedule': 'cosine'}
    # ICCE: the truth is a number, not a column. Its mean over characters is in nats a character.
    model.initialize(
        'ICCE', hPars, seed=seed, optimizer='Adam', reduction='mean', dtype=dtype, verbose=False
    )
    return model


def write(model, characters, seed):
    """Return what the network makes of the prompts, by likely characters at each place.

    A text is as long as a window: it never learned to look further.
    """
    prompts = [[characters.index(character) for character in prompt] for prompt in PROMPTS]
    steps = STEPS - max(map(len, PROMPTS))
    texts = model.generate(prompts, steps, temperature=0.5, top_k=20, seed=seed)
    return [
        prompt + ''.join(characters[number] for number in text)
        for prompt, text in zip(PROMPTS, texts, strict=True)
    ]


def main(epochs=20, seed=1, quiet=False):
    _, characters = prepare_dataset()
    model = build(seed)
    if not quiet:
        model.summary()
    model.train(epochs, verbose=0 if quiet else None, init_logs=not quiet)

    if not quiet:
        process_logs('\nWhat it writes\n', 2)
        for text in write(model, characters, seed):
            for line in text.split('\n'):
                process_logs(fill(line, 80, drop_whitespace=False))
            process_logs('')

    loss = model.metrics['ICCE'][2][-1]  # of train, validation, test: the third
    process_logs(f'topics_lm: {loss:.2f} nats a character on topics held out', 1)
    if not quiet:
        path = Path('topics_lm.png').resolve()
        model.plot(pyplot=False, path=str(path))
        process_logs(f'\n{path}')


if __name__ == '__main__':
    main()
