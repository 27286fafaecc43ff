"""Does a peptide carry a motif? Filters along a sequence."""

from argparse import ArgumentParser

import numpy as np
from prepare_dataset import prepare_dataset

from epynn import Convolution1D, Dense, Embedding, EpyNN, GlobalPooling
from epynn.commons.errors import EpynnError
from epynn.commons.logs import process_logs
from epynn.commons.maths import relu, softmax
from epynn.settings import se_hPars


def build(seed=1, positive=None, negative=None):
    X, Y = prepare_dataset(positive, negative)

    layers = [
        # Letters become columns: (m, s) -> (m, s, 21), the 20 amino acids and the '-' of padding.
        # Two thirds to learn from, none to validate, one third held out, in batches of 32.
        Embedding(X, Y, relative_size=(2, 0, 1), batch_size=32, X_encode=True, Y_encode=True),
        # Each filter looks at three neighbours at a time, everywhere in the peptide.
        Convolution1D(16, filter_size=3, strides=1, padding='same', activate=relu),
        # Its strongest answer: whether the motif is there, not where.
        GlobalPooling(np.max),
        Dense(2, softmax),
    ]
    model = EpyNN(layers, name='peptides')
    hPars = {**se_hPars, 'learning_rate': 0.01}
    model.initialize('CCE', hPars, seed=seed, optimizer='Adam', reduction='mean', verbose=False)
    return model


def describe_filter(model):
    """Return what the most convincing filter looks for: the best and worst letter at each place."""
    _, convolution, _, dense = model.layers
    W, i2e = convolution.p['W'], model.embedding.i2e  # (f, e, u)
    u = np.argmax(dense.p['W'][:, 1] - dense.p['W'][:, 0])  # speaks for label 1 the loudest
    places = []
    for weights in W[:, :, u]:
        order = np.argsort(weights)
        places.append(f'likes {i2e[order[-1]]} {i2e[order[-2]]}, dislikes {i2e[order[0]]}')
    return places


def main(epochs=30, seed=1, quiet=False, positive=None, negative=None):
    model = build(seed, positive, negative)
    if not quiet:
        model.summary()
    model.train(epochs, verbose=0 if quiet else None, init_logs=not quiet)

    if not quiet:
        process_logs('\nThe filter that speaks for the motif', 2)
        for place, words in enumerate(describe_filter(model), start=1):
            process_logs(f'  place {place}: {words}', 2)

    accuracy = model.metrics['accuracy'][2][-1]  # of train, validation, test: the third
    dtest = model.embedding.dtest
    chance = max(dtest.b.values()) / len(dtest.X)  # by always saying the more frequent label
    held_out = f'held-out {len(dtest.X)} peptides (chance: {chance:.0%})'
    process_logs(f'peptides: {accuracy:.1%} accuracy on the {held_out}', 1)


if __name__ == '__main__':
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('--positive', metavar='FILE', help='peptides with it, one a line')
    parser.add_argument('--negative', metavar='FILE', help='peptides without it')
    parser.add_argument('--epochs', type=int, default=30, metavar='N', help='epochs to train')
    try:
        main(**vars(parser.parse_args()))
    except EpynnError as error:
        raise SystemExit(f'peptides: {error}') from None
