"""A batch that memory has no room for: a typed error with the remedy, and nothing is lost."""

from typing import ClassVar

import numpy as np
import pytest
from networks import assert_same_parameters, make_classifier, make_data, quiet

from epynn import Dense
from epynn.commons.errors import OutOfMemoryError
from epynn.commons.maths import tanh
from epynn.network import forward


class Wide(Dense):
    """A layer that has room for some samples and no more, forward or backward."""

    room: ClassVar = {'forward': 1000, 'backward': 1000}

    def forward(self, A):
        self.take('forward', len(A))
        return Dense.forward(self, A)

    def backward(self, dX):
        self.take('backward', len(dX))
        return Dense.backward(self, dX)

    def take(self, way, samples):
        if samples > self.room[way]:
            np.empty(1 << 56)  # which is refused on any machine


@pytest.fixture
def room(monkeypatch):
    """Return the samples for which there is memory, which a test may change."""
    monkeypatch.setattr(Wide, 'room', dict(Wide.room))
    return Wide.room


def make(**settings):
    return quiet(make_classifier(Wide(5, tanh), batch_size=8, **settings))


@pytest.mark.parametrize('way', ['forward', 'backward'])
def test_a_step_that_finds_no_memory_is_not_taken(way, room):
    model, twin = make(), make()
    for one in (model, twin):
        one.train(2, verbose=0)
    room[way] = 5
    with pytest.raises(OutOfMemoryError, match=r'EpyNN.train: .*Unable to allocate .*batch_size'):
        model.train(1, verbose=0)
    assert_same_parameters(model, twin)
    room[way] = 1000
    for one in (model, twin):
        one.train(3 - one.epochs, verbose=0)
    assert_same_parameters(model, twin)
    assert model.metrics == twin.metrics


def test_it_is_caught_as_the_error_of_python(room):
    room['forward'] = 0
    for act in (lambda: make(), lambda: make_classifier(Wide(5, tanh)).train(1, verbose=0)):
        with pytest.raises(MemoryError, match=r'EpyNN.initialize: .*Unable to allocate'):
            act()


def test_predictions_take_fewer_samples_at_a_time_where_memory_is_short(room, monkeypatch):
    model, X = make(), make_data(100)[0]
    whole = model.predict(X).A
    room['forward'] = 3
    np.testing.assert_allclose(model.predict(X).A, whole, rtol=1e-12)
    assert model.predict(X).A.shape == (100, 3)
    model.evaluate()
    room['forward'] = 0
    for act in (lambda: model.predict(X), model.evaluate):
        with pytest.raises(OutOfMemoryError, match=r'EpyNN.(predict|evaluate): .*float32'):
            act()
    monkeypatch.setattr(forward, 'SAMPLES_AT_A_TIME', 1)
    room['forward'] = 1
    assert len(model.predict(X)) == 100
