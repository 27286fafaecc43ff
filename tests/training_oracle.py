"""Training written a second time, from the contract alone: the oracle of `test_seed_for_seed.py`.

It takes nothing from epynn. It has the forward passes as the contract writes them, the draws, the
split, the shuffles and the update, and no backward pass at all: its gradients come by complex
steps, ``Im L(p + ih) / h``, exact to rounding.
"""

import numpy as np

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
