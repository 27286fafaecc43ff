"""Same seed, same run as EpyNN 1.2: training written a second time, from the contract alone.

The oracle below takes nothing from epynn. It has the forward passes as the contract writes them,
the draws, the split, the shuffles and the update, and no backward pass at all: its gradients come
by complex steps, ``Im L(p + ih) / h``, exact to rounding. A model of epynn with the same seed has
to report the same loss and accuracy after every epoch, and end with the same parameters.
"""

import numpy as np
import pytest

from epynn.commons import maths
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.gru.models import GRU
from epynn.lstm.models import LSTM
from epynn.network.models import EpyNN
from epynn.pooling.models import Pooling
from epynn.rnn.models import RNN

STEP = 1e-200
EPOCHS = 10
DEFAULTS = {
    'learning_rate': 0.1, 'schedule': 'steady', 'decay_k': 0, 'cycle_epochs': 0,
    'cycle_descent': 0, 'ELU_alpha': 1, 'LRELU_alpha': 0.3, 'softmax_temperature': 1,
}  # fmt: skip

# FUNCTIONS OF REAL AND OF COMPLEX NUMBERS


def softmax(x):
    e = np.exp(x - x.real.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


FUNCTIONS = {
    'identity': lambda x: x,
    'relu': lambda x: np.where(x.real > 0, x, 0),
    'lrelu': lambda x: np.where(x.real > 0, x, 0.3 * x),
    'elu': lambda x: np.where(x.real > 0, x, np.exp(x) - 1),
    'sigmoid': lambda x: 1 / (1 + np.exp(-x)),
    'tanh': np.tanh,
    'softmax': softmax,
}
LOSSES = {
    'MSE': lambda Y, A: ((Y - A) ** 2).sum(axis=1) / Y.shape[1],
    'MAE': lambda Y, A: np.where((Y - A).real > 0, Y - A, A - Y).sum(axis=1) / Y.shape[1],
    'MSLE': lambda Y, A: ((np.log(1 + Y) - np.log(1 + A)) ** 2).sum(axis=1) / Y.shape[1],
    'BCE': lambda Y, A: -(Y * np.log(A) + (1 - Y) * np.log(1 - A)).sum(axis=1) / Y.shape[1],
    'CCE': lambda Y, A: -(Y * np.log(A)).sum(axis=1),
}


def xavier(shape, rng):
    return rng.standard_normal(shape) * np.sqrt(2 / sum(shape))


def orthogonal(shape, rng):
    W = rng.standard_normal(shape)
    Q, R = np.linalg.qr(W if shape[0] >= shape[1] else W.T)
    Q = Q * np.sign(np.diag(R))
    return Q if shape[0] >= shape[1] else Q.T


# LAYERS: draw parameters for one sample's shape, pass forward


class DenseOracle:
    def __init__(self, u, f, draw=xavier):
        self.u, self.f, self.initial = u, FUNCTIONS[f], draw

    def draw(self, shape, rng):
        return {'W': self.initial((shape[0], self.u), rng), 'b': np.zeros((1, self.u))}

    def forward(self, p, A):
        return self.f(A @ p['W'] + p['b'])


class FlattenOracle:
    def draw(self, shape, rng):
        return {}

    def forward(self, p, A):
        return A.reshape(len(A), -1)


class ConvolutionOracle:
    def __init__(self, u, f, size, strides, padding=0):
        self.u, self.f, self.size, self.strides, self.padding = (
            u, FUNCTIONS[f], size, strides, padding,
        )  # fmt: skip

    def draw(self, shape, rng):
        return {'W': xavier((*self.size, shape[2], self.u), rng), 'b': np.zeros(self.u)}

    def forward(self, p, A):
        (fh, fw), (sh, sw), n = self.size, self.strides, self.padding
        X = np.pad(A, ((0, 0), (n, n), (n, n), (0, 0)))
        m, h, w, _ = X.shape
        Z = np.zeros((m, (h - fh) // sh + 1, (w - fw) // sw + 1, self.u), dtype=complex)
        for i, j in np.ndindex(Z.shape[1:3]):
            Z[:, i, j] = p['b']
            for a, c in np.ndindex(fh, fw):  # the sum over d is a product of matrices
                Z[:, i, j] += X[:, i * sh + a, j * sw + c] @ p['W'][a, c]
        return self.f(Z)


class PoolingOracle:
    def __init__(self, size):
        self.size = size

    def draw(self, shape, rng):
        return {}

    def forward(self, p, A):
        (ph, pw), (m, h, w, d) = self.size, A.shape
        pooled = np.zeros((m, h // ph, w // pw, d), dtype=complex)
        for i, j in np.ndindex(pooled.shape[1:3]):
            window = A[:, i * ph : (i + 1) * ph, j * pw : (j + 1) * pw].reshape(m, ph * pw, d)
            largest = window.real.argmax(axis=1)[:, np.newaxis]
            pooled[:, i, j] = np.take_along_axis(window, largest, axis=1)[:, 0]
        return pooled


class RecurrentOracle:
    gates = ('',)
    initial = staticmethod(orthogonal)

    def __init__(self, u, sequences=False, clip=False):
        self.u, self.sequences, self.clip = u, sequences, clip

    def draw(self, shape, rng):
        p = {}
        for gate in self.gates:
            p['U' + gate] = self.initial((shape[1], self.u), rng)
            p['V' + gate] = self.initial((self.u, self.u), rng)
            p['b' + gate] = np.zeros((1, self.u))
        return p

    def forward(self, p, A):
        h = C = np.zeros((len(A), self.u))
        states = []
        for t in range(A.shape[1]):
            h, C = self.step(p, A[:, t], h, C)
            states.append(h)
        return np.stack(states, axis=1) if self.sequences else h

    def product(self, p, gate, X, hp):
        return X @ p['U' + gate] + hp @ p['V' + gate] + p['b' + gate]


class RNNOracle(RecurrentOracle):
    initial = staticmethod(xavier)

    def step(self, p, X, hp, C):
        return np.tanh(self.product(p, '', X, hp)), C


class LSTMOracle(RecurrentOracle):
    gates = ('f', 'i', 'g', 'o')

    def step(self, p, X, hp, Cp):
        sigmoid = FUNCTIONS['sigmoid']
        f, i, o = (sigmoid(self.product(p, gate, X, hp)) for gate in 'fio')
        C_ = Cp * f + i * np.tanh(self.product(p, 'g', X, hp))
        return o * np.tanh(C_), C_


class GRUOracle(RecurrentOracle):
    gates = ('z', 'r', 'hh')

    def step(self, p, X, hp, C):
        z, r = (FUNCTIONS['sigmoid'](self.product(p, gate, X, hp)) for gate in 'zr')
        hh = np.tanh(X @ p['Uhh'] + (r * hp) @ p['Vhh'] + p['bhh'])
        return z * hp + (1 - z) * hh, C


# TRAINING


def pass_forward(layers, parameters, X):
    A = X
    for layer, p in zip(layers, parameters, strict=True):
        A = layer.forward(p, A)
    return A


def gradients(layers, parameters, X, Y, loss):
    """Return the gradients of the sum of the losses, by complex steps."""
    found = []
    for p in parameters:
        g = {name: np.zeros(array.shape) for name, array in p.items()}
        for name, array in list(p.items()):
            for index in np.ndindex(array.shape):
                moved = array.astype(complex)
                moved[index] += 1j * STEP
                p[name] = moved
                total = loss(Y, pass_forward(layers, parameters, X)).sum()
                g[name][index] = total.imag / STEP
            p[name] = array
        found.append(g)
    return found


def rate(se_hPars, epoch):
    lr, k = se_hPars['learning_rate'], se_hPars['decay_k']
    cycle, d = se_hPars['cycle_epochs'] or EPOCHS, se_hPars['cycle_descent']
    k = k or 5 / cycle
    return {
        'steady': lr,
        'exp_decay': lr * (1 - d) ** (epoch // cycle) * np.exp(-(epoch % cycle) * k),
        'lin_decay': lr / (1 + 100 * k * epoch),
    }[se_hPars['schedule']]


def train_oracle(layers, X, Y, loss, seed, shares, batch_size, settings):
    """Return {metric: [train, val, test]} over the epochs, and the parameters."""
    se_hPars, loss = {**DEFAULTS, **settings}, LOSSES[loss]
    pairs = list(zip(X, Y, strict=True))
    ends = [round(share / sum(shares) * len(pairs)) for share in shares[:2]]
    sets = [pairs[: ends[0]], pairs[ends[0] : sum(ends)], pairs[sum(ends) :]]

    parameters, A = [], X[:1]
    for i, layer in enumerate(layers):  # the Embedding is layer 0
        parameters.append(layer.draw(A.shape[1:], np.random.default_rng(seed + 2 + i)))
        A = layer.forward(parameters[-1], A)

    rng = np.random.default_rng(seed + 1)
    training = list(sets[0])
    rng.shuffle(training)  # the shuffle of initialize
    history = {'accuracy': [[], [], []], 'loss': [[], [], []]}
    for epoch in range(EPOCHS):
        rng.shuffle(training)
        size = batch_size or len(training)
        for start in range(0, len(training), size):
            batch = training[start : start + size]
            X_batch, Y_batch = (np.array(part) for part in zip(*batch, strict=True))
            found = gradients(layers, parameters, X_batch, Y_batch, loss)
            for layer, p, g in zip(layers, parameters, found, strict=True):
                norm = np.sqrt(sum((array**2).sum() for array in g.values()))
                scale = 0.25 / norm if getattr(layer, 'clip', False) and norm > 0.25 else 1
                for name in p:
                    p[name] = p[name] - rate(se_hPars, epoch) * scale * g[name]
        for number, part in enumerate(sets):
            if part:
                X_set, Y_set = (np.array(arrays) for arrays in zip(*part, strict=True))
                A = pass_forward(layers, parameters, X_set).real
                if A.shape[1] > 1:
                    right = A.argmax(axis=1) == Y_set.argmax(axis=1)
                else:
                    right = np.round(A) == Y_set
                history['accuracy'][number].append(right.mean())
                history['loss'][number].append(loss(Y_set, A).mean())
    return history, parameters


def features(m=30, n=4, classes=2, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(m) % classes
    return rng.standard_normal((m, n)) + y[:, np.newaxis], y


def steps(m=24, seed=1):
    X, y = features(m, 15, 2, seed)
    return X.reshape(m, 5, 3), y


def images(m=18, depth=2, seed=2):
    X, y = features(m, 36 * depth, 2, seed)
    return X.reshape(m, 6, 6, depth), y


def dense(u, f, initialization='xavier'):
    ours = {'xavier': maths.xavier, 'orthogonal': maths.orthogonal}[initialization]
    theirs = {'xavier': xavier, 'orthogonal': orthogonal}[initialization]
    return Dense(u, getattr(maths, f), ours), DenseOracle(u, f, theirs)


def flatten():
    return Flatten(), FlattenOracle()


def convolution(u, f, size=(3, 3), strides=(1, 1), padding=0):
    ours = Convolution(u, size, strides, padding, getattr(maths, f))
    return ours, ConvolutionOracle(u, f, size, strides, padding)


def rnn(u, sequences=False):
    return RNN(u, sequences=sequences), RNNOracle(u, sequences, clip=True)


def lstm(u, sequences=False):
    return LSTM(u, sequences=sequences), LSTMOracle(u, sequences)


def gru(u, sequences=False, clip=False):
    return GRU(u, clip_gradients=clip, sequences=sequences), GRUOracle(u, sequences, clip)


SMALL = {'learning_rate': 0.01}
CASES = {
    'perceptron': (features(), lambda: [dense(1, 'sigmoid')], 'MSE', {}),
    'perceptron BCE': (features(), lambda: [dense(1, 'sigmoid')], 'BCE', {}),
    'perceptron MAE': (features(), lambda: [dense(1, 'sigmoid')], 'MAE', {}),
    'perceptron MSLE': (features(), lambda: [dense(1, 'sigmoid')], 'MSLE', {}),
    'MLP': (
        features(classes=3), lambda: [dense(5, 'relu'), dense(3, 'softmax')], 'CCE', SMALL,
    ),
    'MLP decaying': (
        features(classes=3),
        lambda: [dense(4, 'elu'), dense(5, 'lrelu', 'orthogonal'), dense(3, 'softmax')], 'CCE',
        {**SMALL, 'schedule': 'exp_decay', 'cycle_epochs': 4, 'cycle_descent': 0.3},
    ),
    'MLP softmax MSE': (
        features(classes=3), lambda: [dense(6, 'tanh', 'orthogonal'), dense(3, 'softmax')], 'MSE',
        {'schedule': 'lin_decay', 'decay_k': 0.02},
    ),
    'RNN': (steps(), lambda: [rnn(4), dense(2, 'softmax')], 'BCE', {}),
    'RNN of sequences': (
        steps(), lambda: [rnn(3, True), flatten(), dense(2, 'softmax')], 'CCE', SMALL,
    ),
    'LSTM': (steps(), lambda: [lstm(4), dense(2, 'softmax')], 'BCE', {}),
    'LSTM of LSTM': (steps(), lambda: [lstm(2, True), lstm(2), dense(1, 'sigmoid')], 'BCE', {}),
    'GRU': (steps(), lambda: [gru(4), dense(2, 'softmax')], 'BCE', {}),
    'GRU clipped': (steps(), lambda: [gru(2, clip=True), dense(2, 'softmax')], 'CCE', {}),
    'ConvNet': (
        images(),
        lambda: [
            convolution(2, 'relu'),
            (Pooling((2, 2)), PoolingOracle((2, 2))),
            flatten(),
            dense(2, 'softmax'),
        ],
        'CCE', SMALL,
    ),
    'ConvNet strides and padding': (
        images(depth=1),
        lambda: [
            convolution(2, 'tanh', (2, 3), (2, 2), 1),
            convolution(2, 'lrelu', (2, 2), (2, 1)),
            flatten(),
            dense(1, 'sigmoid'),
        ],
        'BCE', SMALL,
    ),
}  # fmt: skip
BATCHES = [(name, None) for name in CASES] + [
    ('perceptron BCE', 7), ('MLP', 7), ('MLP decaying', 5), ('RNN', 5), ('LSTM', 5), ('GRU', 5),
    ('ConvNet', 4),
]  # fmt: skip


@pytest.mark.parametrize(('name', 'batch_size'), BATCHES)
def test_the_run_of_a_seed_is_the_one_of_the_contract(name, batch_size):
    (X, y), make, loss, settings = CASES[name]
    pairs = make()
    ours, theirs = (list(layers) for layers in zip(*pairs, strict=True))
    one_column = theirs[-1].u == 1
    runs = [(0, (2, 1, 0)), (17, (2, 1, 1))]
    for seed, shares in runs[:1] if batch_size else runs:
        Y = y[:, np.newaxis] if one_column else np.eye(theirs[-1].u)[y]
        expected, parameters = train_oracle(theirs, X, Y, loss, seed, shares, batch_size, settings)
        embedding = Embedding(X.tolist(), y.tolist(), shares, batch_size, Y_encode=not one_column)
        model = EpyNN([embedding, *ours])
        model.initialize(loss=loss, seed=seed, se_hPars={**DEFAULTS, **settings}, verbose=False)
        model.train(EPOCHS, verbose=0)
        for number in range(3):
            np.testing.assert_array_equal(
                model.metrics['accuracy'][number], expected['accuracy'][number]
            )
            np.testing.assert_allclose(
                model.metrics[loss][number], expected['loss'][number], rtol=1e-10, atol=0
            )
        for layer, p in zip(ours, parameters, strict=True):
            assert layer.p.keys() == p.keys()
            for key in p:
                np.testing.assert_allclose(layer.p[key], p[key], rtol=1e-10, atol=1e-12)
        assert expected['loss'][0][-1] != expected['loss'][0][0]


def test_the_draws_of_the_model_and_of_its_layers():
    """The stream of the model is the seed's own; layer i, the Embedding being 0, has s + 1 + i."""
    X, y = features()
    model = EpyNN([Embedding(X, y), Dense(3), Dense()])
    model.initialize(seed=5, verbose=False)
    assert model.np_rng.random() == np.random.default_rng(5).random()
    for i, layer in enumerate(model.layers[1:], start=1):
        rng = np.random.default_rng(5 + 1 + i)
        np.testing.assert_array_equal(layer.p['W'], xavier(layer.p['W'].shape, rng))
        assert layer.np_rng.random() == rng.random()


def test_initialize_starts_again_from_the_original_order():
    X, y = features()
    model = EpyNN([Embedding(X, y, batch_size=4), Dense()])
    runs = []
    for _ in range(2):
        model.initialize(seed=3, verbose=False)
        model.train(3, verbose=0)
        runs.append((model.metrics['MSE'], model.embedding.batch_dtrain[0].ids.tolist()))
    assert runs[0] == runs[1]


@pytest.mark.parametrize('m', [3, 7, 10, 25, 100])
@pytest.mark.parametrize('shares', [(2, 1, 0), (2, 1, 1), (1, 0, 0), (8, 1, 1), (1, 0, 1)])
def test_the_split(m, shares):
    embedding = Embedding(np.arange(m)[:, np.newaxis], np.zeros(m), shares)
    sets = [dset.ids.tolist() for dset in (embedding.dtrain, embedding.dval, embedding.dtest)]
    n = [round(share / sum(shares) * m) for share in shares]
    assert sets[0] == list(range(n[0]))
    assert [*sets[0], *sets[1], *sets[2]] == list(range(m))
    if shares[2]:
        assert sets[1] == list(range(n[0], n[0] + n[1]))
