"""Ranks end with the parameters of one process, and all with the same bits.

They are threads here, as they compute the same by MPI: `test_mpiexec.py` starts processes. By
default a few epochs show that; EPYNN_EPOCHS=20 EPYNN_RANKS=2,3,4 take longer.
"""

import os
import zlib

import numpy as np
import pytest
from layer_table import ROWS
from networks import make_data, quiet
from rank_threads import Aborted, run_ranks

from epynn import (
    CCE,
    GRU,
    L1,
    L2,
    LSTM,
    RNN,
    Adam,
    AdamW,
    Attention,
    BatchNorm,
    Dense,
    Dropout,
    EarlyStopping,
    Embedding,
    EpyNN,
    Flatten,
    GlobalPooling,
    LabelSmoothing,
    Momentum,
    ReduceOnPlateau,
    TimeDistributed,
    relu,
    softmax,
    tanh,
)
from epynn.commons.models import walk_layers

EPOCHS = int(os.environ.get('EPYNN_EPOCHS', 2))
SIZES = [int(size) for size in os.environ.get('EPYNN_RANKS', '3').split(',')]
OPTIMIZERS = 'SGD', 'Momentum', 'Nesterov', 'RMSprop', 'Adagrad', 'Adam', 'AdamW'
TOLERANCE = 1e-12


def numbers(model):
    """Return all that a network learned or remembers, in one list of arrays."""
    layers = list(walk_layers(model.layers))
    kept = [holder for layer in layers for holder in (layer.p, layer.s, layer.carried)]
    kept += [moments for layer in layers for moments in layer.moments.values()]
    return [np.asarray(holder[name]) for holder in kept for name in sorted(holder)]


def streams(model):
    return [layer.np_rng.bit_generator.state for layer in walk_layers(model.layers)]


def assert_close(model, alone):
    for ours, theirs in zip(numbers(model), numbers(alone), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=TOLERANCE)
    assert streams(model) == streams(alone)
    histories = model.history, alone.history
    for name in histories[0].keys() - {'seconds'}:
        columns = [history[name] for history in histories]
        np.testing.assert_allclose(*columns, rtol=0, atol=TOLERANCE, err_msg=name)
    for ours, theirs in zip(model.embedding.dsets, alone.embedding.dsets, strict=True):
        np.testing.assert_allclose(ours.A, theirs.A, rtol=0, atol=TOLERANCE)


def assert_same_bits(models):
    first, *others = models
    for other in others:
        for ours, theirs in zip(numbers(first), numbers(other), strict=True):
            np.testing.assert_array_equal(ours, theirs)
        assert first.batch_loss == other.batch_loss
        assert first.metrics == other.metrics


def train(make, communicator=None, **settings):
    model = make()
    model.train(EPOCHS, verbose=0, parallel=communicator, **settings)
    return model


def compare(make, **settings):
    """Train a network alone, and on ranks, and fail unless they learn the same."""
    alone = train(make, **settings)
    for size in SIZES:
        models = run_ranks(size, lambda rank: train(make, rank, **settings))
        assert_same_bits(models)
        assert_close(models[0], alone)


def of_row(row):
    """Return a function that makes a network with a layer of the table."""
    number = zlib.crc32(row.name.encode())
    # The bias of keys acts on nothing: its gradient is of rounding errors, which optimizers that
    # divide by its size would make steps of
    idle = any(isinstance(inner, Attention) for inner in walk_layers([row.make()]))
    optimizer = OPTIMIZERS[number % (3 if idle else 7)]

    def make():
        X, y = row.draw_input(shape=(16, *row.input_shape[1:])), np.arange(16) % 3
        last = [Flatten()] * (len(row.output_shape) > 2) + [Dense(3, softmax)]
        # Batches of 5, 5 and 2 samples: a rank may have none
        model = EpyNN([Embedding(X, y, (3, 1, 0), 5, Y_encode=True), row.make(), *last])
        reduction = ('sum', 'mean')[number // 7 % 2]
        return quiet(model, optimizer=optimizer, reduction=reduction, learning_rate=0.002)

    return make


LAYERS = [row for row in ROWS if not row.name.startswith('embedding')]


@pytest.mark.parametrize('row', LAYERS, ids=[row.name for row in LAYERS])
def test_each_layer(row):
    compare(of_row(row))


def classify(*layers, batch_size=5, learning_rate=0.02, data=None, **settings):
    """Return a function that makes a network on samples of four numbers."""

    def make():
        X, y = make_data(19)
        options = {'relative_size': (3, 1, 0), **(data or {})}
        embedding = Embedding(X, y, batch_size=batch_size, Y_encode=True, **options)
        inside = [make_layer() for make_layer in layers] or [Dense(5, tanh)]
        model = EpyNN([embedding, *inside, Dense(3, softmax)])
        return quiet(model, learning_rate=learning_rate, **settings)

    return make


def jitter(X, rng):
    return X + 0.1 * rng.standard_normal(X.shape)


def weights(m):
    return np.random.default_rng(2).uniform(0, 2, m)


def frozen_batchnorm():
    layer = BatchNorm()
    layer.trainable = False
    return layer


# A bias before BatchNorm has a gradient of rounding errors, which Adam would make steps of
DEEP = BatchNorm, lambda: Dense(8, relu), lambda: Dropout(0.3)
NETWORKS = {
    'penalties-sum': classify(lambda: Dense(5, tanh, penalty=L2(0.1))),
    'penalties-mean': classify(lambda: Dense(5, tanh, penalty=L1(0.1)), reduction='mean'),
    'clip-norm': classify(*DEEP, optimizer=Adam(clip_norm=0.01)),
    'clip-value': classify(*DEEP, optimizer=Momentum(clip_value=0.01), reduction='mean'),
    'decay': classify(*DEEP, optimizer=AdamW(weight_decay=0.1)),
    'one-batch': classify(*DEEP, batch_size=None),
    'batches-of-one': classify(batch_size=1),
    'drop-last': classify(*DEEP, data={'drop_last': True}),
    'augment': classify(*DEEP, data={'augment': jitter}),
    'sample-weights': classify(*DEEP, data={'sample_weight': weights(19)}, reduction='mean'),
    'class-weights': classify(*DEEP, class_weight='balanced'),
    'smoothing': classify(loss=LabelSmoothing(CCE, 0.1)),
    'frozen': classify(lambda: Dense(4, tanh), frozen_batchnorm),
    'schedule': classify(se_hPars={'schedule': ReduceOnPlateau(patience=1)}, learning_rate=None),
    'small-validation': classify(
        data={'relative_size': (1, 0, 0), 'validation': (make_data(2)[0], [0, 1])}
    ),
    'shared-draw': classify(lambda: Dense(6, tanh), lambda: Dropout(0.5, axis=0)),
    'metrics': classify(*DEEP, metrics=['accuracy', 'fscore', 'ROC_AUC']),
}


@pytest.mark.parametrize('name', NETWORKS)
def test_each_setting(name):
    compare(NETWORKS[name])


def tagger(*layers, **settings):
    """Return a function that makes a network for a label a step, of sequences of many lengths."""

    def make():
        rng = np.random.default_rng(4)
        X = [rng.standard_normal((length, 3)) for length in (3, 1, 6, 2, 2, 5, 1, 4, 2, 7, 1)]
        Y = [rng.integers(0, 2, len(x)) for x in X]
        embedding = Embedding(X, Y, (1, 0, 0), 4, Y_encode=True)
        last = TimeDistributed([Dense(2, softmax)])
        model = EpyNN([embedding, *(layer() for layer in layers), last])
        return quiet(model, learning_rate=0.05, **settings)

    return make


SEQUENCES = {
    'lstm': tagger(lambda: LSTM(4, sequences=True, clip_gradients=True), reduction='mean'),
    'batchnorm': tagger(BatchNorm, lambda: GRU(4, sequences=True)),
    'dropout': tagger(lambda: TimeDistributed([Dense(4, tanh), Dropout(0.4)])),
    'attention': tagger(lambda: Attention(3, dropout=0.3), reduction='mean'),
    'tight-clipping': tagger(lambda: RNN(4, sequences=True), optimizer='Adam'),
}


@pytest.mark.parametrize('name', SEQUENCES)
def test_sequences_of_many_lengths(name):
    compare(SEQUENCES[name])


@pytest.mark.parametrize('bucket', [False, True])
def test_tokens(bucket):
    def make():
        words = [list('abcab')[: 1 + k % 5] for k in range(14)]
        embedding = Embedding(
            words, np.arange(14) % 2, (6, 1, 0), 5, X_encode=True, Y_encode=True, bucket=bucket
        )
        return quiet(EpyNN([embedding, LSTM(3), Dense(2, softmax)]))

    compare(make)


def stateful(*layers):
    def make():
        X = np.random.default_rng(3).standard_normal((12, 4, 2))
        embedding = Embedding(X, np.arange(12) % 2, (1, 0, 0), 4, shuffle=False, Y_encode=True)
        last = [GlobalPooling(), Dense(2, softmax)]
        return quiet(EpyNN([embedding, *(layer() for layer in layers), *last]), learning_rate=0.05)

    return make


@pytest.mark.parametrize('layer', [RNN, LSTM, GRU])
def test_states_that_are_carried(layer):
    compare(stateful(lambda: layer(3, sequences=True, stateful=True)))


def test_float32_is_the_same_on_all_ranks():
    make = classify(*DEEP, dtype='float32', optimizer='Adam')
    models = run_ranks(4, lambda rank: train(make, rank))
    assert_same_bits(models)
    assert models[0].layers[2].p['W'].dtype == np.float32


def draw(rng):
    for size in (5, 2, 7):
        X = rng.standard_normal((size, 4))
        yield X, (X[:, 0] > 0).astype(int)


@pytest.mark.parametrize('augment', [None, jitter])
def test_a_stream(augment):
    def make():
        validation = next(draw(np.random.default_rng(9)))
        embedding = Embedding.from_batches(
            draw, classes=[0, 1], validation=validation, augment=augment
        )
        return quiet(EpyNN([embedding, Dense(4, tanh), BatchNorm(), Dense(2, softmax)]))

    compare(make)


@pytest.mark.parametrize('drawn', [(5, 4), (5, 5, 5)])
def test_streams_that_differ_are_refused(drawn, capsys):
    def work(rank):
        def batches():
            for size in drawn if rank.rank == 1 else (5, 5):
                yield np.ones((size, 4)), np.arange(size) % 2

        embedding = Embedding.from_batches(batches, classes=[0, 1])
        model = quiet(EpyNN([embedding, Dense(2, softmax)]))
        model.train(1, verbose=0, parallel=rank)

    with pytest.raises(Aborted):
        run_ranks(2, work)
    assert 'the same batches on all ranks, got others as batch' in capsys.readouterr().err


def test_callbacks_come_to_the_same_on_all_ranks():
    def make():
        return EarlyStopping(patience=1)

    model = classify(*DEEP, learning_rate=0.5)
    alone = model()
    alone.train(30, verbose=0, callbacks=make())

    def work(rank):
        shared = model()
        shared.train(30, verbose=0, callbacks=make(), parallel=rank)
        return shared

    models = run_ranks(3, work)
    assert {each.epochs for each in models} == {alone.epochs}
    assert alone.epochs < 30
    assert_same_bits(models)
