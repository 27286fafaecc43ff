"""Batches that a function draws, and a network that learns from them."""

from networks import make_data, quiet

from epynn import (
    Callback,
    Dense,
    Embedding,
    EpyNN,
    softmax,
    tanh,
)

X, Y = make_data(60)
CLASSES = [0, 1, 2]


def in_order(size=7, X=X, Y=Y):
    """Yield the samples in their order."""
    for start in range(0, len(X), size):
        yield X[start : start + size], Y[start : start + size]


def shuffled(rng):
    """Yield the samples in an order that is drawn."""
    order = rng.permutation(len(X))
    return in_order(7, X[order], Y[order])


def network(batches=in_order, hidden=(), settings=None, **options):
    """Return a network that draws its batches."""
    data = Embedding.from_batches(batches, **{'classes': CLASSES, **options})
    model = EpyNN([data, *(hidden or (Dense(5, tanh),)), Dense(3, softmax)])
    return quiet(model, **(settings or {}))


class Interrupt(Callback):
    """Ctrl-C after so many batches."""

    def __init__(self, batches):
        self.left = batches

    def on_batch_end(self, model):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
