"""Which module is this docstring from? LSTM or Transformer."""

from pathlib import Path

import numpy as np
from prepare_dataset import MODULES, prepare_dataset

from epynn import (
    LSTM,
    Bidirectional,
    Dense,
    Dropout,
    Embedding,
    EpyNN,
    GlobalPooling,
    Tokens,
    Transformer,
)  # fmt: skip
from epynn.commons.logs import process_logs, show_table
from epynn.commons.maths import softmax
from epynn.settings import se_hPars

UNITS = 64
BODIES = {
    # The mean of its characters: which ones there are, not their order.
    'No order': lambda: [GlobalPooling(np.mean)],
    # Character by character; all that was read has to fit into the last state.
    'LSTM, last state': lambda: [LSTM(UNITS)],
    # Of each unit the strongest answer on the way: whatever was found is not lost again.
    'LSTM, strongest': lambda: [LSTM(UNITS, sequences=True), GlobalPooling(np.max)],
    # A second LSTM reads backwards: a state knows what comes before and after.
    'Bidirectional': lambda: [
        Bidirectional(LSTM(UNITS, sequences=True)), GlobalPooling(np.max),
    ],
    # Each character looks at all others, wherever they are; rotary: at those at some distance.
    'Transformer': lambda: [Transformer(4, 2 * UNITS, rotary=True), GlobalPooling(np.max)],
}  # fmt: skip


def build(seed=1, body='Bidirectional'):
    X, Y, characters = prepare_dataset()

    layers = [
        # Four fifths to learn from, none to validate, one fifth held out. Texts of different
        # lengths are padded, and a mask says which characters are real; a batch holds texts of
        # similar length, so that little is padded.
        Embedding(X, Y, relative_size=(4, 0, 1), batch_size=32, Y_encode=True, bucket=True),
        # A row of numbers for each character: (m, s) -> (m, s, 64)
        Tokens(len(characters), UNITS),
        *BODIES[body](),  # -> (m, u)
        Dropout(0.3),
        Dense(len(MODULES), softmax),
    ]
    model = EpyNN(layers, name=f'docstrings, {body}')
    hPars = {**se_hPars, 'learning_rate': 0.003, 'schedule': 'cosine'}
    model.initialize(
        'CCE', hPars, seed=seed, optimizer='Adam', reduction='mean', dtype='float32', verbose=False
    )
    return model


def main(epochs=20, seed=1, quiet=False):
    rows, results = [], []
    for body in BODIES:
        model = build(seed, body)
        first = not rows and not quiet
        if first:
            model.summary()
        model.train(epochs, verbose=None if first else 0, init_logs=first)
        learned, _, held_out = model.metrics['accuracy']  # of train, validation, test
        parameters = sum(layer.count_parameters() for layer in model.layers)
        seconds = sum(model.seconds)
        rows.append([
            body, f'{parameters:,}', f'{seconds:.0f}s', f'{learned[-1]:.1%}', f'{held_out[-1]:.1%}'
        ])  # fmt: skip
        results.append(f'{held_out[-1]:.1%} accuracy, {body}')

    if not quiet:
        headers = ['Network', 'Parameters', 'Time', 'Learned', 'Held out']
        show_table(headers, rows, 'Accuracy')
        process_logs('')

    dtest = model.embedding.dtest
    chance = max(dtest.b.values()) / len(dtest.X)  # by always saying the most frequent module
    process_logs(f'docstrings: on {len(dtest.X)} held-out texts (chance: {chance:.0%})', 1)
    for result in results:
        process_logs(f'docstrings: {result}', 1)
    if not quiet:  # which modules are taken for which
        path = Path('docstrings.png').resolve()
        model.plot_confusion(path=str(path))
        process_logs(f'\n{path}')


if __name__ == '__main__':
    main()
