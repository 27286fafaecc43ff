"""Whole networks: the loss they report, and its gradient with respect to every parameter.

Penalties, weights of classes and samples, sums and means over the batch, each kind of layer below
each kind of loss.
"""

from functools import partial
from itertools import product

import numpy as np
from parity import torch_functions as t
from parity import torch_losses
from parity import torch_recurrent as r
from parity.rows import NetworkRow

import epynn as e

M, CLASSES = 6, 3
LABELS = (0, 1, 2, 2, 1, 2)
CLASS_WEIGHTS = {'classes': {0: 0.5, 2: 3.0}, 'balanced': 'balanced'}
WEIGHTS_OF_CLASSES = {'classes': (0.5, 1, 3), 'balanced': (6 / 3, 6 / 6, 6 / 9)}
"""As given to the network, and what they mean for each class."""
SAMPLE_WEIGHTS = (1.0, 0.2, 2.0, 1.5, 0.7, 3.0)


def bodies():
    """Yield name, shape of a sample, layers, and the same as functions of tensors."""
    yield 'shallow', (4,), lambda: [], []
    yield 'deep', (4,), lambda: [e.Dense(5, e.tanh), e.Dense(4, e.gelu)], [
        partial(t.dense, f='tanh'), partial(t.dense, f='gelu'),
    ]  # fmt: skip
    yield 'images', (7, 6, 2), lambda: [
        e.Convolution(3, 3, 1, 1, e.relu), e.Pooling(2),
        e.Convolution(4, 2, 1, 'same', e.tanh, groups=1), e.GroupNorm(2), e.Flatten(),
    ], [
        partial(t.convolution, strides=1, padding=1, f='relu'),
        partial(t.pooling, how='max', window=2),
        partial(t.convolution, strides=1, padding='same', f='tanh'),
        partial(t.group_norm, groups=2, epsilon=1e-5), partial(t.reshape, shape=(36,)),
    ]  # fmt: skip
    yield 'sequences', (5, 3), lambda: [
        e.Convolution1D(4, 3, 1, 'causal', e.tanh), e.LSTM(3, sequences=True), e.GRU(4),
    ], [
        partial(t.convolution1d, strides=1, padding='causal', f='tanh'),
        partial(r.lstm, sequences=True), r.gru,
    ]  # fmt: skip
    yield 'residual', (4,), lambda: [
        e.Residual([e.LayerNorm(), e.Dense(4, e.silu)]), e.LayerNorm(0.1),
    ], [
        partial(t.residual, functions=[partial(t.layer_norm, epsilon=1e-5),
                                       partial(t.dense, f='silu')]),
        partial(t.layer_norm, epsilon=0.1),
    ]  # fmt: skip


LOSSES = (
    ('MSE', 'identity', torch_losses.of_elements, {'name': 'mse_loss'}),
    ('MAE', 'tanh', torch_losses.of_elements, {'name': 'l1_loss'}),
    ('Huber', 'identity', torch_losses.of_elements, {'name': 'huber_loss'}),
    ('MSLE', 'softplus', torch_losses.msle, {}),
    ('Hinge', 'identity', torch_losses.hinge, {}),
    ('CCE', 'softmax', torch_losses.cce, {}),
    ('ICCE', 'softmax', torch_losses.icce, {}),
    ('BCE', 'sigmoid', torch_losses.bce, {}),
    (e.LabelSmoothing(e.CCE, 0.2), 'softmax', torch_losses.cce, {'share': 0.2}),
    (e.LabelSmoothing(e.ICCE, 0.3), 'softmax', torch_losses.icce, {'share': 0.3}),
    (e.LabelSmoothing(e.BCE, 0.1), 'sigmoid', torch_losses.bce, {'share': 0.1}),
)
"""Loss and output activation, and the loss in PyTorch."""


def draw(rng, shape, integers):
    """Return samples and labels: integers or one-hot columns."""
    labels = np.array(LABELS)
    X = rng.standard_normal((M, *shape))
    return X, labels[:, np.newaxis] if integers else np.eye(CLASSES)[labels]


def make(X, Y, body, loss, f, penalty=None, T=1.0, sample_weight=None, **settings):
    """Return the network, initialized."""
    embedding = e.Embedding(X, Y, (1, 0, 0), sample_weight=sample_weight)
    output = e.Dense(CLASSES, getattr(e, f), penalty=penalty)
    model = e.EpyNN([embedding, *body(), output])
    model.initialize(
        loss=loss, seed=1, verbose=False, se_hPars={'softmax_temperature': T}, **settings
    )
    return model


def reported_loss(Y, A, p, of_samples, weights, penalty, output):
    """Return the mean over the samples of weighted losses, and the penalty of the output layer."""
    import torch

    L = (of_samples(Y, A) * torch.tensor(weights)).mean()
    W = p[f'{output}.W']
    if isinstance(penalty, e.L2):
        L = L + penalty.coefficient * (W**2).sum() / 2
    elif isinstance(penalty, e.L1):
        L = L + penalty.coefficient * W.abs().sum()
    return L


def network(body, loss, reduction, penalty=None, T=1.0, weighted=()):
    """Return the row of a network; `weighted` says what by: 'classes', 'balanced', 'samples'."""
    name, shape, layers, functions = body
    key, f, function, options = loss
    settings = {'reduction': reduction, 'penalty': penalty, 'T': T}
    weights = np.ones(M)
    for kind in CLASS_WEIGHTS.keys() & set(weighted):
        settings['class_weight'] = CLASS_WEIGHTS[kind]
        weights = weights * np.array(WEIGHTS_OF_CLASSES[kind])[list(LABELS)]
    if 'samples' in weighted:
        settings['sample_weight'] = SAMPLE_WEIGHTS
        weights = weights * np.array(SAMPLE_WEIGHTS)
    labels = key if isinstance(key, str) else key.__name__
    head = partial(t.dense, f=f, T=T)
    return NetworkRow(
        f'network {name} {labels} {f} {reduction} {penalty} {T=} weighted={"+".join(weighted)}',
        partial(draw, shape=shape, integers='ICCE' in labels),
        partial(make, body=layers, loss=key, f=f, **settings),
        # The Embedding is layer 0, and hands the input on
        partial(t.chain, functions=[partial(t.activation, f='identity'), *functions, head]),
        partial(
            reported_loss, of_samples=partial(function, **options), weights=weights,
            penalty=penalty, output=len(functions) + 1,
        ),
    )  # fmt: skip


def networks():
    shallow, deep, *others = bodies()
    for loss, reduction, penalty in product(LOSSES, ('sum', 'mean'), (None, e.L2(0.3))):
        yield network(deep, loss, reduction, penalty)
    for body, loss in product(others, (LOSSES[0], LOSSES[5], LOSSES[7])):
        yield network(body, loss, 'mean')
        yield network(body, loss, 'sum', e.L1(0.2))
    for loss, T, reduction in product((LOSSES[5], LOSSES[6], LOSSES[8]), (0.5, 3), ('sum', 'mean')):
        yield network(shallow, loss, reduction, T=T)
    for loss, weighted, reduction in product(
        (LOSSES[0], LOSSES[5], LOSSES[6], LOSSES[9]),
        (('classes',), ('samples',), ('classes', 'samples'), ('balanced',)),
        ('sum', 'mean'),
    ):
        yield network(shallow, loss, reduction, weighted=weighted)


ROWS = list(networks())
