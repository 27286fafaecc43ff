"""Small networks for the tests, and a record of everything a network is."""

import numpy as np

from epynn.commons.maths import identity, softmax, tanh
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.network.models import EpyNN


def make_data(m=24, n=4, classes=3, seed=0):
    """Return samples of overlapping classes, and their labels, each class in every stretch."""
    rng = np.random.default_rng(seed)
    y = np.arange(m) % classes
    X = rng.standard_normal((m, n)) + y[:, np.newaxis]
    return X, y


def make_classifier(*hidden, batch_size=None, relative_size=(2, 1, 0), m=24, **options):
    """Return a network that is not initialized: hidden layers, then a softmax over 3 classes."""
    X, y = make_data(m)
    embedding = Embedding(
        X, y, relative_size=relative_size, batch_size=batch_size, Y_encode=True, **options
    )
    return EpyNN([embedding, *(hidden or (Dense(5, tanh),)), Dense(3, softmax)], name='test')


def make_regression(*hidden, batch_size=None, relative_size=(1, 0, 0), m=20):
    """Return a network that is not initialized, for one number a sample."""
    X, y = make_data(m)
    embedding = Embedding(X, np.sin(X[:, 0]) + y, relative_size, batch_size)
    return EpyNN([embedding, *hidden, Dense(1, identity)], name='test')


def quiet(model, **settings):
    """Initialize without a word, with a seed."""
    model.initialize(**{'loss': 'CCE', 'seed': 1, 'verbose': False, **settings})
    return model


def parameters(model):
    """Return copies of all parameters, one dictionary a layer."""
    return [{name: np.array(p) for name, p in layer.p.items()} for layer in model.layers]


def assert_same_parameters(a, b):
    """Fail unless the parameters of two networks are the same to the bit."""
    for number, (ours, theirs) in enumerate(zip(parameters(a), parameters(b), strict=True)):
        assert ours.keys() == theirs.keys()
        for name in ours:
            np.testing.assert_array_equal(ours[name], theirs[name], err_msg=f'{number} {name}')


def record(thing, seen=()):
    """Return all that an object holds as plain values that compare to the bit."""
    if isinstance(thing, np.ndarray):
        return thing.dtype.str, thing.shape, thing.tobytes()
    if isinstance(thing, np.random.Generator):
        return record(thing.bit_generator.state, seen)
    if isinstance(thing, dict):
        return [(repr(key), record(value, seen)) for key, value in thing.items()]
    if isinstance(thing, (list, tuple)):
        return [record(value, seen) for value in thing]
    if hasattr(thing, '__dict__') and type(thing).__module__.startswith('epynn'):
        if id(thing) in seen:
            return 'seen'
        return record(vars(thing), (*seen, id(thing)))
    return repr(thing)
