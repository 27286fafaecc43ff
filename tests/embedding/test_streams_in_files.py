"""Networks that learn from a stream, to files and back."""

import numpy as np
import pytest
from embedding.streams import CLASSES, Interrupt, X, Y, in_order, network, shuffled
from networks import assert_same_parameters, quiet

from epynn import (
    Dense,
    EarlyStopping,
    Embedding,
    EpyNN,
    read_model,
    softmax,
    tanh,
)
from epynn.commons.errors import (
    ArgumentError,
    DataError,
)
from epynn.commons.io import feature_scale


def test_a_network_goes_on_from_a_file_with_a_stream_and_with_arrays(tmp_path):
    arrays = Embedding(X, Y, (2, 1, 0), 7, Y_encode=True, X_scale=True)
    model = quiet(EpyNN([arrays, Dense(3, softmax)]))
    model.train(2, verbose=0)
    model.write(tmp_path / 'model')
    known = read_model(tmp_path / 'model').embedding
    data = Embedding.from_batches(in_order, classes=known.classes, scale=known.scale)
    model = read_model(tmp_path / 'model', data=data)
    stop = EarlyStopping()
    model.train(2, verbose=0, callbacks=stop)
    assert np.isnan(model.history['train_loss']).tolist() == [False, False, True, True]
    assert stop.best_epoch in (2, 3)
    model.write(tmp_path / 'again')
    data = Embedding(X, Y, Y_encode=True, X_scale=True)
    model = read_model(tmp_path / 'again', data=data)
    model.train(1, verbose=0)
    assert model.epochs == 5
    for options, message in (
        ({}, r'classes\): expected the classes .*, got none\. Write classes=read_model\(path\)'),
        ({'classes': [2, 1, 0]}, r'classes\): .* got others\. Write classes='),
        ({'classes': CLASSES}, r'scale\): expected the scale .*, got none\. Write scale='),
        (
            {'classes': CLASSES, 'scale': feature_scale(X + 1)},
            r'scale\): expected the scale that the network learned, got others\. Write scale=',
        ),
    ):
        with pytest.raises(DataError, match=message):
            read_model(tmp_path / 'model', data=Embedding.from_batches(in_order, **options))


def test_a_training_goes_on_from_a_file_to_the_bit(tmp_path):
    def noise(X, rng):
        return X + 0.1 * rng.standard_normal(X.shape)

    def stream(batches=shuffled, Y=Y):
        return Embedding.from_batches(
            batches, classes=CLASSES, augment=noise, validation=(X[:9], Y[:9])
        )

    class Write(Interrupt):
        def on_batch_end(self, model):
            if self.left == 1:
                model.write(tmp_path / 'model', resume=True)
            super().on_batch_end(model)

    models = [
        quiet(EpyNN([stream(), Dense(5, tanh), Dense(3, softmax)]), optimizer='Adam')
        for _ in range(2)
    ]
    models[0].train(until=3, verbose=0)
    with pytest.raises(KeyboardInterrupt):
        models[1].train(until=3, verbose=0, callbacks=Write(13))
    again = read_model(tmp_path / 'model', data=stream())
    again.train(until=3, verbose=0)
    assert_same_parameters(again, models[0])
    assert again.batch_loss == models[0].batch_loss
    assert again.metrics == models[0].metrics
    for other, part in ((lambda: in_order(7, X + 1), 'samples'), (in_order, 'samples')):
        with pytest.raises(DataError, match=f'{part} of dtrain, checksum'):
            read_model(tmp_path / 'model', data=stream(other))
    with pytest.raises(DataError, match='interrupted with'):
        read_model(tmp_path / 'model', data=Embedding(X, Y, Y_encode=True, augment=noise))


def test_a_file_that_would_predict_other_numbers_is_refused(tmp_path):
    model = network()
    model.layers[1].forward = lambda A: 2 * Dense.forward(model.layers[1], A)
    with pytest.raises(ArgumentError, match='a network that its file describes'):
        model.write(tmp_path / 'model')
