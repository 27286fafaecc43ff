"""Trainings of all kinds that are killed, and go on in another process from the file they wrote."""

import hashlib
import os
import signal

import numpy as np

import epynn
from epynn import Callback, Checkpoint, CSVLogger, EarlyStopping, Embedding, EpyNN
from epynn.commons.maths import relu, sigmoid, softmax, tanh
from epynn.commons.optimize import SGD, Adam, AdamW, Momentum
from epynn.commons.penalties import L2
from epynn.commons.schedule import Cosine, OneCycle, ReduceOnPlateau, WarmUp
from epynn.layers import (
    GRU,
    LSTM,
    RNN,
    BatchNorm,
    Bidirectional,
    Convolution,
    Convolution1D,
    Dense,
    Dropout,
    Flatten,
    GlobalPooling,
    GroupNorm,
    LayerNorm,
    Pooling,
    Residual,
    Tokens,
)

EPOCHS = 6
SAMPLES = 30
SIZE = 5


def dense():
    return (12,), [Dense(8, relu), Dropout(0.3), Dense(6, tanh)]


def normalized():
    return (12,), [Dense(8), BatchNorm(), Dropout(0.2), Dense(6, tanh), LayerNorm()]


def residual():
    return (8,), [Residual([Dense(8, tanh), Dropout(0.4), Dense(8)]), Dropout(0.1)]


def images():
    inside = [Convolution(4, (3, 3), 1, padding='same'), BatchNorm()]
    return (6, 6, 2), [Convolution(4, (2, 2), 1), Pooling((2, 2)), Residual(inside), Flatten()]


def groups():
    return (6, 6, 2), [Convolution(4, (3, 3), 1), GroupNorm(2), Dropout(0.2), GlobalPooling()]


def signals():
    return (10, 3), [Convolution1D(4, 3, 1), Dropout(0.3), LSTM(5)]


def words():
    return 'tokens', [Tokens(9, 4), Bidirectional(GRU(3, sequences=True)), Dropout(0.2), RNN(4)]


def frozen():
    first = Dense(8, sigmoid, penalty=L2(1e-3))
    last = Dense(6, se_hPars={'learning_rate': 0.02, 'schedule': 'exp_decay', 'decay_k': 0.3})
    first.trainable = False
    return (12,), [Dense(10, relu), first, Dropout(0.5), last]


NETWORKS = (dense, normalized, residual, images, groups, signals, words, frozen)
OPTIMIZERS = (
    'SGD', 'Momentum', 'Nesterov', 'RMSprop', 'Adagrad', 'Adam', 'AdamW', SGD(clip_value=0.1),
    Adam(amsgrad=True, clip_norm=1.0), AdamW(weight_decay=0.1), Momentum(weight_decay=0.01),
)  # fmt: skip
SCHEDULES = (
    'steady', 'exp_decay', 'lin_decay', Cosine(), OneCycle(), WarmUp(2, 'cosine'),
    ReduceOnPlateau(patience=0, threshold=0.2), 'reduce_on_plateau',
)  # fmt: skip


def noise(X, rng):
    return X + rng.normal(0, 0.1, X.shape).astype(X.dtype)


class Count(Callback):
    """Keeps what it hears, numbers and arrays."""

    remembers = ('heard', 'sums')

    def __init__(self):
        self.heard = {'batches': 0, 'epochs': 0, 'begun': 0}
        self.sums = np.zeros(2)

    def on_batch_begin(self, model):
        self.heard['begun'] += 1

    def on_batch_end(self, model):
        self.heard['batches'] += 1
        self.sums = self.sums + np.array([model.tally.mean(), 1])

    def on_epoch_end(self, model):
        self.heard['epochs'] += 1


class Write(Callback):
    """Writes the training at every `every`-th of the points that it hears of; dies at the last."""

    def __init__(self, path=None, points=(), every=1, last=None):
        self.path, self.points, self.every, self.last = path, points, every, last
        self.count = 0

    def hear(self, name, model):
        if self.last is None or name not in self.points:
            return
        if self.count % self.every == 0:
            model.write(self.path, resume=True)
        if self.count >= self.last:
            os.kill(os.getpid(), signal.SIGKILL)
        self.count += 1

    def on_epoch_begin(self, model):
        self.hear('on_epoch_begin', model)

    def on_batch_begin(self, model):
        self.hear('on_batch_begin', model)

    def on_batch_end(self, model):
        self.hear('on_batch_end', model)

    def on_epoch_end(self, model):
        self.hear('on_epoch_end', model)


def draw(number):
    """Return case `number`: what network, how it learns, who listens, and when it is killed."""
    rng = np.random.default_rng([number, 7])
    network = NETWORKS[number % len(NETWORKS)]
    points = [('on_batch_end',), ('on_batch_begin',), ('on_batch_end', 'on_epoch_end'),
              ('on_epoch_begin', 'on_epoch_end')][rng.integers(4)]  # fmt: skip
    a_epoch = {'on_batch_end': 4, 'on_batch_begin': 4, 'on_epoch_begin': 1, 'on_epoch_end': 1}
    return {
        'number': number,
        'network': network,
        'seed': number,
        'optimizer': OPTIMIZERS[rng.integers(len(OPTIMIZERS))],
        'schedule': SCHEDULES[rng.integers(len(SCHEDULES))],
        'dtype': ('float64', 'float32')[rng.integers(2)],
        'reduction': ('mean', 'sum')[rng.integers(2)],
        'augment': network is not words and bool(rng.integers(2)),
        'drop_last': bool(rng.integers(2)),
        'weighted': bool(rng.integers(2)),
        'every': int(rng.integers(3)),
        'callbacks': int(rng.integers(4)),
        'first': bool(rng.integers(2)),
        'points': points,
        'writes': int(rng.integers(1, 4)),
        'last': int(rng.integers(EPOCHS * sum(a_epoch[point] for point in points))),
    }


def make_embedding(case):
    shape, _ = case['network']()
    rng = np.random.default_rng(case['seed'])
    if shape == 'tokens':
        X = rng.integers(9, size=(SAMPLES, 5))
    else:
        X = rng.standard_normal((SAMPLES, *shape))
    w = rng.uniform(0.5, 2, SAMPLES) if case['weighted'] else None
    return Embedding(
        X, rng.integers(3, size=SAMPLES).astype(str), (3, 1, 0), SIZE, Y_encode=True,
        sample_weight=w, drop_last=case['drop_last'], augment=noise if case['augment'] else None,
    )  # fmt: skip


def make_model(case):
    model = EpyNN([make_embedding(case), *case['network']()[1], Dense(3, softmax)])
    model.initialize(
        loss='CCE', seed=case['seed'], optimizer=case['optimizer'], dtype=case['dtype'],
        reduction=case['reduction'], verbose=False,
        se_hPars={'schedule': case['schedule'], 'learning_rate': 0.01},
    )  # fmt: skip
    return model


def listeners(case, folder, writes):
    """Return the callbacks of a case, `writes` at the beginning or the end of them."""
    others = [
        [],
        [Count()],
        [EarlyStopping(patience=2, min_delta=0.01), Count()],
        [CSVLogger(folder / 'run.csv'), Checkpoint(folder / 'best', best=True),
         EarlyStopping('accuracy', patience=3)],
    ][case['callbacks']]  # fmt: skip
    return [writes, *others] if case['first'] else [*others, writes]


def train(model, case, folder, **writes):
    (folder / 'run.csv').touch()
    told = listeners(case, folder, Write(folder / 'file', case['points'], **writes))
    model.train(until=EPOCHS, every=case['every'], verbose=0, callbacks=told)
    return [callback for callback in told if not isinstance(callback, Write)]


def digests(model, callbacks, folder):
    """Return what a training came to, by parts: sums of its parameters, moments, metrics."""

    def add(value):
        if isinstance(value, dict):
            return [(key, add(each)) for key, each in value.items()]
        if isinstance(value, (list, tuple)):
            return [add(each) for each in value]
        if isinstance(value, np.ndarray):
            return value.dtype.str, value.shape, hashlib.sha256(value.tobytes()).hexdigest()
        return repr(value)

    layers = list(epynn.commons.models.walk_layers(model.layers))
    table = [line.split(',') for line in (folder / 'run.csv').read_text().splitlines()]
    return {
        'parameters': [add([layer.p, layer.s]) for layer in layers],
        'moments': [add(layer.moments) for layer in layers],
        'streams': [add(layer.np_rng.bit_generator.state) for layer in layers],
        'metrics': add([model.metrics, model.batch_loss, model.epochs, model.stopped]),
        'rates': [add(layer.lrate[: model.epochs]) for layer in layers],
        'order': add(model.embedding.order),
        'callbacks': [add(callback.state()) for callback in callbacks],
        'table': [[cell for i, cell in enumerate(line) if i != 2] for line in table],  # no seconds
    }


def run_whole(case, folder):
    folder.mkdir(exist_ok=True)
    model = make_model(case)
    return digests(model, train(model, case, folder), folder)


def run_until_killed(case, folder):
    folder.mkdir(exist_ok=True)
    train(make_model(case), case, folder, every=case['writes'], last=case['last'])


def go_on(case, folder):
    model = epynn.read_model(folder / 'file', data=make_embedding(case))
    return digests(model, train(model, case, folder), folder)
