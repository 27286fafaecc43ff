"""Read digits from MNIST files, or from those at hand."""

from argparse import ArgumentParser

import numpy as np
from prepare_dataset import prepare_dataset

from epynn import Convolution, Dense, Dropout, Embedding, EpyNN, Flatten, Pooling
from epynn.commons.errors import EpynnError
from epynn.commons.logs import process_logs
from epynn.commons.maths import relu, softmax
from epynn.settings import se_hPars


def build(seed=1, images=None, labels=None):
    X, Y = prepare_dataset(images, labels)

    layers = [
        # Three quarters to learn from, none to validate, one quarter held out, in batches of 32.
        Embedding(X, Y, relative_size=(3, 0, 1), batch_size=32, Y_encode=True, drop_last=True),
        # Twice the same: filters of 3 x 3 points, then of each 2 x 2 answers the largest. The
        # second filters see twice as far as the first. Any size of image will do, from 4 x 4.
        Convolution(16, (3, 3), strides=1, padding=1, activate=relu),
        Pooling((2, 2)),
        Convolution(32, (3, 3), strides=1, padding=1, activate=relu),
        Pooling((2, 2)),
        Flatten(),
        # What the places say together, and not by relying on any single one.
        Dense(64, relu),
        Dropout(0.5),
        # One unit for each label that occurs.
        Dense(len(np.unique(Y)), softmax),
    ]
    model = EpyNN(layers, name='captcha')

    # Adam, with steps that get smaller: exp(-0.1 * epoch). Half the digits of float64 are enough
    # to learn from 60,000 images, in half of the memory.
    hPars = {**se_hPars, 'learning_rate': 0.002, 'schedule': 'exp_decay', 'decay_k': 0.1}
    model.initialize(
        'CCE', hPars, seed=seed, optimizer='Adam', reduction='mean', dtype='float32', verbose=False
    )
    return model


def main(epochs=20, seed=1, quiet=False, images=None, labels=None):
    model = build(seed, images, labels)
    if not quiet:
        model.summary()
    model.train(epochs, verbose=0 if quiet else None, init_logs=not quiet)

    accuracy = model.metrics['accuracy'][2][-1]  # of train, validation, test: the third
    dtest = model.embedding.dtest
    chance = max(dtest.b.values()) / len(dtest.X)  # by always saying the most frequent label
    held_out = f'held-out {len(dtest.X):,} images (chance: {chance:.0%})'
    process_logs(f'captcha: {accuracy:.1%} accuracy on the {held_out}', 1)


if __name__ == '__main__':
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('--images', metavar='FILE', help='IDX file of images, gzip or not')
    parser.add_argument('--labels', metavar='FILE', help='IDX file of their labels')
    parser.add_argument('--epochs', type=int, default=20, metavar='N', help='epochs to train')
    try:
        main(**vars(parser.parse_args()))
    except EpynnError as error:
        raise SystemExit(f'captcha: {error}') from None
