"""What the tables share: their rows, data, and networks of a few layers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from networks import make_data, quiet

from epynn.commons.maths import sigmoid, softmax
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.network.models import EpyNN

X, Y = make_data()
IMAGES = np.random.default_rng(0).standard_normal((24, 8, 8, 1))
SEQUENCES = IMAGES[:, :6, :3, 0]


@dataclass(frozen=True)
class Wrong:
    """A wrong use, the type of its error, and the four parts of what the error says.

    `where` is the argument or layer, to the letter. The others are words that occur in what was
    expected, in what came, and in the remedy.
    """

    what: str
    do: Callable[[], object]
    error: type[Exception]
    where: str
    expected: str
    got: str
    remedy: str


def run(*layers, data=X, labels=Y, Y_encode=True, loss='CCE', **settings):
    """Make and initialize a network."""
    model = EpyNN([Embedding(data, labels, Y_encode=Y_encode), *layers])
    return quiet(model, loss=loss, **settings)


def images(*layers, data=IMAGES):
    return run(*layers, Dense(3, softmax), data=data)


def sequences(*layers):
    return run(*layers, Dense(3, softmax), data=SEQUENCES)


def settings(**options):
    return run(Dense(3, softmax), **options)


def run_and_train(*layers, **options):
    run(*layers, Dense(3, softmax), **options).train(1, 0)


def train(*arguments, **options):
    return settings(**options).train(*arguments)


def text(X_data, Y_data, **options):
    return Embedding(X_data, Y_data, X_encode=True, **options)


def words():
    embedding = Embedding(['cat', 'act', 'tac'], [0, 1, 1], (1, 0, 0), X_encode=True)
    return quiet(EpyNN([embedding, Flatten(), Dense(1, sigmoid)]), loss='BCE')


def make_images(initialize=True):
    model = EpyNN(
        [Embedding(IMAGES, Y, Y_encode=True), Convolution(2), Flatten(), Dense(3, softmax)]
    )
    return quiet(model) if initialize else model
