"""Streams that are none, or whose batches differ, are refused in words."""

from itertools import islice

import numpy as np
import pytest
from embedding.streams import CLASSES, Interrupt, X, Y, in_order, network
from networks import quiet

from epynn import (
    Dense,
    Embedding,
    EpyNN,
    Tokens,
    identity,
    sigmoid,
    softmax,
)
from epynn.commons.errors import (
    ArgumentError,
    ArgumentTypeError,
    DataError,
    EpynnError,
    LabelError,
    ShapeError,
)
from epynn.flatten.models import Flatten


def yields(*items):
    """Return a function that yields these."""
    return lambda: iter(items)


GENERATOR = in_order()
WRONG = {
    'a generator': (GENERATOR, ArgumentTypeError, r'from_batches\(f\), not from_batches\(f\(\)\)'),
    'a list': ([(X, Y)], ArgumentTypeError, r'write from_batches\(lambda: batches\)'),
    'an array': (X, ArgumentTypeError, r'Whole arrays go to Embedding\(X, Y, batch_size=32\)'),
    'nothing': (None, ArgumentTypeError, r'from_batches: expected a function such as f\(\)'),
    'two arguments': (lambda a, b: 0, ArgumentTypeError, 'which takes other arguments'),
    'no return': (lambda: None, ArgumentTypeError, 'got None .* from it. A function with yield'),
    'no batch': (lambda: [], DataError, 'expected at least one batch for each epoch, got none'),
    'samples alone': (lambda: X, ArgumentTypeError, r'batch 0: .* a tuple \(X, Y\), .* yield X, Y'),
    'no labels': (yields((X, None)), LabelError, r'batch 0: Y: expected samples and their labels'),
    'fewer labels': (yields((X, Y[1:])), DataError, r'batch 0: Y: expected as many labels as'),
    'NaN': (yields((X * np.nan, Y)), DataError, r'batch 0: X: expected finite numbers, got nan'),
    'no samples': (yields((X[:0], Y[:0])), DataError, 'batch 0: X: expected at least one sample'),
    'words': (yields((X.astype(str), Y)), DataError, 'batch 0: X: expected real numbers'),
}


@pytest.mark.parametrize('name', WRONG)
def test_what_yields_no_batches_is_refused(name):
    batches, error, message = WRONG[name]
    with pytest.raises(error, match=message):
        Embedding.from_batches(batches)


LATER = {
    'other samples': ((X[:, :3], Y), ShapeError, r'batch 1: X: expected samples of shape \(4,\)'),
    'other axes': ((X[0], Y[:4]), ShapeError, r'batch 1: X: .* got \(\)'),
    'infinity': ((X + np.inf, Y), DataError, r'batch 1: X: expected finite numbers, got inf'),
    'a label': ((X, Y + 5), LabelError, r'batch 1: Y, sample 0: expected one of the classes 0, 1'),
    'weights': ((X, Y, [1]), DataError, r'batch 1: sample_weight: expected one number for each'),
    'negative': ((X, Y, -X[:, 0]), DataError, r'sample_weight: expected numbers of at least 0'),
    'a dict': ({'X': X, 'Y': Y}, ArgumentTypeError, r'batch 1: what was yielded: expected a tuple'),
}


@pytest.mark.parametrize('name', LATER)
def test_a_batch_that_is_not_like_the_first_is_refused_and_named(name):
    item, error, message = LATER[name]
    good = [next(in_order()), item]
    model = network(lambda: good)
    with pytest.raises(error, match=message):
        model.train(1, verbose=0)
    assert model.progress == (0, 1)
    good.pop()
    model.train(1, verbose=0)  # the network is whole
    assert model.epochs == 1


def test_the_same_iterator_twice_is_refused_before_a_batch_is_lost():
    iterator = in_order()
    model = network(lambda: iterator)
    with pytest.raises(DataError, match=r'new batches for each epoch, got the same iterator again'):
        model.train(1, verbose=0)
    assert model.progress == (0, 0)
    inner = in_order()
    model = network(lambda: map(tuple, inner))
    model.train(1, verbose=0)
    with pytest.raises(DataError, match=r'at least one batch .* none\. If they were drawn before'):
        model.train(1, verbose=0)


def test_an_epoch_that_is_shorter_after_an_interrupt_is_refused():
    sizes = iter([9, 9, 2])
    model = network(lambda: islice(in_order(), next(sizes)))
    with pytest.raises(KeyboardInterrupt):
        model.train(1, verbose=0, callbacks=Interrupt(4))
    with pytest.raises(DataError, match=r'the 4 batches of this epoch that were learned, .* got 2'):
        model.train(until=1, verbose=0)


def test_labels_are_checked_in_each_batch():
    for last, loss, wrong, message in (
        (Dense(1, sigmoid), 'BCE', 7, 'labels from 0 to 1'),
        (Dense(3, softmax), 'ICCE', 3, 'a whole number from 0 to 2'),
        (Dense(1, sigmoid), 'MSE', 4, 'targets from 0 to 1'),
    ):
        y = np.arange(60) % 2
        both = [(X, y), (X, np.where(y, wrong, 0))]
        data = Embedding.from_batches(lambda both=both: both)
        model = quiet(EpyNN([data, last]), loss=loss)
        with pytest.raises(LabelError, match=f'from_batches, Y: expected .*{message}'):
            model.train(1, verbose=0)
        with pytest.raises(LabelError, match=f'from_batches, Y: expected .*{message}'):
            quiet(EpyNN([Embedding.from_batches(yields(both[1])), last]), loss=loss)


def test_what_targets_are_may_be_said_where_the_first_batch_does_not_tell():
    both = [(X, np.round(X[:, 0])), (X, X[:, 0])]
    model = quiet(EpyNN([Embedding.from_batches(lambda: both), Dense(1, identity)]), loss='MSE')
    message = r"batch 1: Y: expected labels targets.*say so: from_batches\(.*targets='amounts'\)"
    with pytest.raises(LabelError, match=message):
        model.train(1, verbose=0)
    data = Embedding.from_batches(lambda: both, targets='amounts', validation=both[1])
    model = quiet(EpyNN([data, Dense(1, identity)]), loss='MSE', learning_rate=1e-4)
    model.train(1, verbose=0)
    assert list(model.metrics) == ['RMSE', 'MSE']
    with pytest.raises(ArgumentError, match='targets: expected one of labels, one-hot'):
        Embedding.from_batches(in_order, targets='classes')
    with pytest.raises(LabelError, match='expected labels targets'):
        Embedding.from_batches(yields(both[1]), targets='labels')


def test_wrong_arguments_are_refused():
    for options, error, message in (
        ({'classes': 'abc'}, ArgumentTypeError, r'from_batches\(classes\): expected a list'),
        ({'classes': [0, 0]}, DataError, r'from_batches\(classes\): expected each once'),
        ({'scale': True}, ArgumentTypeError, r'scale\): expected what feature_scale returned'),
        ({'batch_size': 3}, ArgumentTypeError, 'from_batches: expected the arguments batches'),
        ({'validation': X}, ArgumentTypeError, 'Embedding.validation: expected a tuple'),
        ({'validation': (X[:, 1:], Y)}, ShapeError, r'Embedding.validation\[0\]: expected samples'),
    ):
        with pytest.raises(error, match=message):
            Embedding.from_batches(in_order, **{'classes': CLASSES, **options})
    assert issubclass(EpynnError, Exception)


def test_a_layer_of_tokens_reads_numbers_of_a_stream():
    numbers = np.arange(60).reshape(20, 3) % 5

    def batches():
        yield numbers[:10], numbers[:10, 0] % 3
        yield numbers[10:], numbers[10:, 0] % 3

    data = Embedding.from_batches(batches, classes=CLASSES)
    model = quiet(EpyNN([data, Tokens(5, 4), Flatten(), Dense(3, softmax)]))
    model.train(2, verbose=0)
    assert np.isfinite(model.batch_loss).all()
