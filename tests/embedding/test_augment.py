"""Samples of training batches that the user's function changes."""

import numpy as np
import pytest
from networks import assert_same_parameters, make_classifier, make_data, quiet

from epynn.commons.errors import ArgumentError, ArgumentTypeError, DataError
from epynn.embedding.models import Embedding


def noise(X, rng):
    """Add noise."""
    return X + 0.1 * rng.standard_normal(X.shape)


def train(epochs, augment=noise, seed=1):
    """Return a network that was trained on batches of five."""
    model = quiet(make_classifier(batch_size=5, augment=augment), seed=seed)
    for count in epochs:
        model.train(count, verbose=0)
    return model


def test_only_training_batches_are_augmented():
    seen = []

    def watch(X, rng):
        seen.append(X.copy())
        return noise(X, rng)

    model = train([1], watch)
    assert {len(X) for X in seen} <= {5, 1}
    dtrain, order = model.embedding.dtrain, model.embedding.order
    np.testing.assert_array_equal(np.concatenate(seen[-4:]), dtrain.X[order])
    np.testing.assert_array_equal(dtrain.X, make_data()[0][:16])  # as it was
    count = len(seen)
    model.evaluate()
    model.predict(dtrain.X)
    assert len(seen) == count


def test_what_is_changed_in_place_changes_no_data():
    def zero(X, rng):
        X[:] = 0
        return X

    model = train([1], zero)
    assert not model.embedding.batch_dtrain[0].X.any()
    np.testing.assert_array_equal(model.embedding.dtrain.X, make_data()[0][:16])


def test_the_seed_says_what_is_drawn_and_calls_add_up():
    assert_same_parameters(train([2, 1]), train([3]))
    batches = [train([1], seed=seed).embedding.batch_dtrain[0].X for seed in (1, 1, 2)]
    np.testing.assert_array_equal(batches[0], batches[1])
    assert not np.array_equal(batches[0], batches[2])


def test_every_batch_and_epoch_has_numbers_of_its_own():
    drawn = []

    def watch(X, rng):
        drawn.append(tuple(rng.random(2)))
        return X

    embedding = quiet(make_classifier(batch_size=4, augment=watch)).embedding
    drawn.clear()
    for _ in range(3):
        embedding.training_batches()
        for batch in embedding.batch_dtrain:
            assert len(batch.X) == 4
    assert len(set(drawn)) == len(drawn) == 12
    assert embedding.batch_dtrain[2].ids.tolist() == embedding.batch_dtrain[2:][0].ids.tolist()
    assert drawn[-2] == drawn[-1]  # a batch asked for again, and as one of a part


def test_looking_at_a_batch_changes_no_training():
    model = quiet(make_classifier(batch_size=5, augment=noise))
    for batch in model.embedding.batch_dtrain:
        assert len(batch.X)
    model.train(2, verbose=0)
    assert_same_parameters(model, train([2]))


def test_a_batch_that_was_interrupted_is_drawn_again():
    calls = []

    def interrupt(X, rng):
        calls.append(len(X))
        if len(calls) == 7:
            raise KeyboardInterrupt
        return noise(X, rng)

    model = quiet(make_classifier(batch_size=5, augment=interrupt))
    with pytest.raises(KeyboardInterrupt):
        model.train(3, verbose=0)
    model.train(3 - model.epochs, verbose=0)
    assert_same_parameters(model, train([3]))


def test_without_it_nothing_is_drawn():
    X, y = make_data()
    embedding = Embedding(X, y)
    embedding.np_rng = np.random.default_rng(3)
    embedding.training_batches(init=True)
    rng = np.random.default_rng(3)
    rng.shuffle(np.arange(16))
    assert embedding.np_rng.random() == rng.random()


@pytest.mark.parametrize(
    ('augment', 'error', 'words'),
    [
        (lambda X, rng: X[1:], ArgumentError, 'got one of shape'),
        (lambda X, rng: X.astype('float32'), ArgumentTypeError, r'got one of float32.*astype'),
        (lambda X, rng: X.tolist(), ArgumentTypeError, r'expected from f\(X, rng\) an array'),
        (lambda X, rng: None, ArgumentTypeError, r'expected from f\(X, rng\) an array'),
        (lambda X, rng: X * np.nan, DataError, 'expected finite numbers, got nan'),
    ],
)
def test_what_it_returns_is_checked(augment, error, words):
    with pytest.raises(error, match=f'^Embedding.augment: .*{words}'):
        quiet(make_classifier(augment=augment))


def test_it_is_a_function_of_samples_and_a_generator():
    X, y = make_data()
    for wrong in ('noise', lambda X: X, 3):
        with pytest.raises(ArgumentTypeError, match=r'^Embedding.augment: expected a function'):
            Embedding(X, y, augment=wrong)
