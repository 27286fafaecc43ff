"""Networks to write and read, with layers and functions of all kinds, and of one's own."""

from dataclasses import dataclass

import numpy as np
from layer_table import ROWS
from networks import make_regression, quiet

from epynn.batchnorm.models import BatchNorm
from epynn.commons.composite import Composite
from epynn.commons.loss import CCE, LabelSmoothing
from epynn.commons.maths import elu, lrelu, softmax, tanh
from epynn.commons.maths.initializers import Normal
from epynn.commons.metrics import TopK
from epynn.commons.models import walk_layers
from epynn.commons.optimize import AdamW, Optimizer
from epynn.commons.penalties import L1, L2, Penalty
from epynn.commons.schedule import Cosine
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.gru.models import GRU
from epynn.network.models import EpyNN
from epynn.pooling.models import Pooling
from epynn.residual.models import Residual
from epynn.template.models import Template

TABLE = {row.name: row for row in ROWS if not row.name.startswith('embedding')}


def make_from_row(row, dtype=np.float64):
    """Return a trained network around the layer of a row of the table."""
    X = row.draw_input()
    Y = np.arange(len(X)) % 2
    end = [Dense(2, softmax)] if len(row.output_shape) == 2 else [Flatten(), Dense(2, softmax)]
    model = EpyNN([Embedding(X, Y, (1, 0, 0), Y_encode=True), row.make(), *end], row.name)
    settings = {'learning_rate': 0.01}
    quiet(model, metrics=['accuracy'], se_hPars=settings, dtype=dtype, seed=7).train(2, 0)
    return model


def make_tokens():
    X = ['ACGT', 'GGTA', 'TTAC', 'CATG', 'ACCA', 'GTGT'] * 2
    Y = ['yes', 'no', 'yes', 'maybe', 'no', 'maybe'] * 2
    embedding = Embedding(X, Y, (2, 1, 1), 4, X_encode=True, Y_encode=True, drop_last=True)
    model = EpyNN([embedding, GRU(4), BatchNorm(), Dense(3, softmax)], 'own-tokens')
    quiet(model, metrics=['accuracy', 'recall', 'CCE']).train(3, 0)
    return model


def make_images(dtype=np.float32):
    rng = np.random.default_rng(0)
    X, Y = rng.integers(0, 256, (12, 6, 6, 1)), np.arange(12) % 3
    X[..., 0, 0, 0] = 7  # the same in every sample: the scale makes it 0
    block = Residual([Convolution(2, 3, 1, 1, tanh), BatchNorm()])
    model = EpyNN([
        Embedding(X, Y, (2, 1, 0), 5, X_scale=True, Y_encode=True),
        Convolution(2, 3, 1, activate=lrelu, se_hPars={'LRELU_alpha': 0.05}, penalty=L2(1e-3)),
        block, Pooling(2, 1, np.amax), Dropout(0.3), Flatten(), Dense(4, elu, penalty=L1(1e-4)),
        Dense(3, softmax, Normal(std=0.1), {'softmax_temperature': 2, 'schedule': Cosine(0.1)}),
    ], 'own-images')  # fmt: skip
    block.layers[0].trainable = False
    model.layers[6].trainable = False
    quiet(
        model, loss=LabelSmoothing(CCE, 0.05), metrics=['accuracy', TopK(2), 'NPV', 'MSE'],
        se_hPars={'learning_rate': 0.02, 'schedule': 'exp_decay', 'ELU_alpha': 0.5},
        optimizer=AdamW(weight_decay=0.02, clip_norm=3), dtype=dtype, reduction='mean',
        positive_label=0, class_weight={0: 2, 2: 0.5},
    ).train(3, 0)  # fmt: skip
    model.train(2, 0)
    return model


RAW = {
    'own-tokens': (['TTTT', 'ACGT', 'GATA'], {'X_encode': True}),
    'own-images': (np.random.default_rng(5).integers(0, 300, (3, 6, 6, 1)), {'X_scale': True}),
}


def new_input(model):
    """Return the arguments of a prediction for samples that were not trained on."""
    if model.name in RAW:
        return RAW[model.name]
    return TABLE[model.name].draw_input(seed=9), {}


def assert_same_network(model, again, shown=()):
    """Fail unless a network that was read is all that the one that was written is."""
    for name in (
        'name', 'uname', 'ts', 'seed', 'reduction', 'positive_label', 'e', 'epochs', 'se_hPars',
        'class_weights', 'dtype', 'training_loss', 'metrics', 'network', 'initialized',
        'deterministic',
    ):  # fmt: skip
        assert getattr(again, name) == getattr(model, name), name
    assert list(again.metrics_functions) == list(model.metrics_functions)
    assert repr(again.optimizer) == repr(model.optimizer)
    for name in ('se_dataset', 'e2i', 'i2e', 'classes'):
        assert getattr(again.embedding, name) == getattr(model.embedding, name), name
    pairs = zip(walk_layers(again.layers), walk_layers(model.layers), strict=True)
    for theirs, ours in pairs:
        assert type(theirs) is type(ours)
        for name in ('name', 'trainable', 'e', 'dtype', 'activation', 'se_hPars'):
            assert getattr(theirs, name) == getattr(ours, name), (ours.name, name)
        assert theirs.lrate == ours.lrate[: max(model.epochs, 1)]
        assert repr(theirs.penalty) == repr(ours.penalty)
        for kind in 'ps':
            a, b = getattr(theirs, kind), getattr(ours, kind)
            assert list(a) == list(b)  # sums over them round by their order
            for name in b:
                np.testing.assert_array_equal(a[name], b[name], strict=True)
        for name in ours.activation:
            a, b = getattr(theirs, name), getattr(ours, name)
            assert (a.function, a.hyperparameters) == (b.function, b.hyperparameters)


def bent(x, deriv=False):
    return (1 + x * x) ** -1.5 if deriv else x / np.sqrt(1 + x * x)


def small(shape, rng):
    return rng.uniform(-0.2, 0.2, shape)


def log_cosh(Y, A, deriv=False):
    return np.tanh(A - Y) / A.shape[1] if deriv else np.log(np.cosh(A - Y)).mean(axis=1)


def accuracy(Y, A):
    return float(np.abs(Y - A).max())


def halving(hPars):
    return [hPars['learning_rate'] * 0.5**x for x in range(hPars['epochs'])]


class Scaled(Dense):
    """A layer with a parameter without axes, statistics that are ints, and odd arguments."""

    def __init__(self, *factors, units=2, **options):
        super().__init__(units, **options)
        self.factors = factors
        self.s['passes'] = np.array(3)

    def forward(self, A):
        return Dense.forward(self, A) * np.prod(self.factors)

    def backward(self, dX):
        return Dense.backward(self, dX * np.prod(self.factors))


class Chain(Composite):
    """A chain of layers, one after the other."""

    compute_shapes = Template.compute_shapes

    def forward(self, A):
        self.receive_input(A)
        for layer in self.layers:
            A = layer.forward(A)
        return A

    def backward(self, dX):
        for layer in reversed(self.layers):
            dX = layer.backward(dX)
        return dX

    def initialize_parameters(self):
        pass

    def compute_gradients(self):
        for layer in self.layers:
            layer.compute_gradients()


class Slow(Optimizer):
    def __init__(self, factor=0.5, **options):
        super().__init__(**options)
        self.factor = factor

    def step(self, p, g, lr, moments):
        return p - self.factor * lr * g


class L3(Penalty):
    def __call__(self, W):
        return self.coefficient * float((np.abs(W) ** 3).sum())

    def gradient(self, W):
        return 3 * self.coefficient * W * np.abs(W)


@dataclass(frozen=True)
class Band:
    low: float
    high: float = 0.3

    def __call__(self, shape, rng):
        return rng.uniform(self.low, self.high, shape)


OWN = [bent, small, log_cosh, accuracy, halving, Scaled, Chain, Slow, L3, Band]


def make_own():
    model = make_regression(
        Scaled(2.0, 0.5, units=3, activate=bent, initialization=small, penalty=L3(1e-3)),
        Chain([Dense(4, bent, Band(-0.1)), BatchNorm()]),
    )
    model.name = 'own'
    settings = {'learning_rate': 0.05, 'schedule': halving}
    quiet(
        model, loss=log_cosh, metrics=[accuracy], se_hPars=settings, optimizer=Slow(0.7)
    ).train(2, 0)  # fmt: skip
    return model
