"""What is refused before a network learns: where the error points, and what is let pass."""

import copy
import traceback

import numpy as np
import pytest
from networks import make_classifier, make_data, quiet

from epynn.commons.errors import LabelError, ShapeError, StateError
from epynn.commons.loss import CCE, LabelSmoothing
from epynn.commons.maths import sigmoid, softmax, tanh
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.network.models import EpyNN
from epynn.reshape.models import Reshape

X, Y = make_data()


def test_an_error_in_a_layer_tells_which_of_several_it_is():
    model = make_classifier(Dense(6), Reshape((2, 3)), Dense(6))
    with pytest.raises(ShapeError, match=r'^Dense, layer 3: expected an input of 2 axes') as raised:
        quiet(model)
    frames = traceback.extract_tb(raised.value.__traceback__)
    assert 'dense_forward' in [frame.name for frame in frames]  # it still leads to the layer
    assert raised.value.remedy.startswith(
        'Add a Flatten layer before it; for an answer at each step'
    )


def test_labels_of_every_batch_and_set_are_checked():
    """Those of the first batch alone were, and the others trained on in silence."""
    labels = np.where(np.arange(24) < 12, Y % 2, 7.0)
    model = EpyNN([Embedding(X, labels, (1, 0, 0), batch_size=2), Dense(1, sigmoid)])
    with pytest.raises(LabelError, match=r'labels from 0 to 1, as BCE .* from 0\.0 to 7\.0'):
        quiet(model, loss='BCE')


@pytest.mark.parametrize('loss', ['CCE', LabelSmoothing(CCE, 0.1), 'MSE'])
def test_shares_that_add_up_to_1_are_labels_of_one_class(loss):
    shares = np.full((24, 3), 1 / 3, dtype=np.float32)
    shares[::2] = 0.2, 0.5, 0.3
    model = EpyNN([Embedding(X, shares), Dense(3, softmax)])
    quiet(model, loss=loss).train(1, 0)


@pytest.mark.parametrize('loss', ['BCE', 'MSE'])
def test_several_classes_at_once_are_labels_of_other_losses(loss):
    model = EpyNN([Embedding(X, np.ones((24, 3))), Dense(3, sigmoid)])
    quiet(model, loss=loss).train(1, 0)


def test_what_a_pass_did_not_compute_is_named_in_copies_too():
    layer = Dense(3, tanh)
    layer.forward(X)
    for each in (layer, copy.deepcopy(layer)):
        with pytest.raises(StateError, match=r"^Dense\.bc\['dZ'\]: expected .* Call forward first"):
            each.compute_gradients()
    assert layer.bc.get('dZ') is None
    assert 'dZ' not in layer.bc
