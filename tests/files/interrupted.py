"""A network whose training is interrupted and written down; the tests go on with it."""

import pytest
from networks import make_data, quiet

from epynn import Callback, Embedding, EpyNN
from epynn.commons.maths import softmax, tanh
from epynn.layers import BatchNorm, Dense, Dropout

X, Y = make_data(m=30)


def embed(X=X, Y=Y, sizes=(2, 1, 0), **options):
    return Embedding(X, Y, sizes, **{'batch_size': 6, 'Y_encode': True, **options})


def make(data=None, **settings):
    layers = [Dense(6, tanh), BatchNorm(), Dropout(0.3), Dense(3, softmax)]
    model = EpyNN([data or embed(), *layers], 'saved')
    return quiet(model, **{'optimizer': 'Adam', 'learning_rate': 0.01, **settings})


class Interrupt(Callback):
    """Writes the training at one point, and ends it there."""

    def __init__(self, path=None, at=None):
        self.path, self.at = path, at

    def on_batch_end(self, model):
        if model.progress == self.at:
            model.write(self.path, resume=True)
            raise KeyboardInterrupt


def interrupted(path, at=(1, 2), callbacks=(), data=None, **settings):
    """Return a network that was interrupted, and wrote the training to a file."""
    model = make(data, **settings)
    with pytest.raises(KeyboardInterrupt):
        model.train(until=5, verbose=0, callbacks=[Interrupt(path, at), *callbacks])
    return model
