"""Activations; Dense, Tokens, Dropout, Residual, TimeDistributed; layers that hand on."""

import math
from functools import partial
from itertools import product

from parity import torch_functions as t
from parity import torch_recurrent as r
from parity.rows import DROPOUT_SEED, FunctionRow, LayerRow

import epynn as e
from epynn.commons.maths import ACTIVATIONS

HYPERPARAMETERS = [
    ('softmax', 'softmax_temperature', 'T', 0.5),
    ('softmax', 'softmax_temperature', 'T', 3.0),
    ('lrelu', 'LRELU_alpha', 'alpha', 0.05),
    ('lrelu', 'LRELU_alpha', 'alpha', 1.7),
    ('elu', 'ELU_alpha', 'alpha', 0.4),
    ('elu', 'ELU_alpha', 'alpha', 2.0),
]
"""Activation, the name of its hyper-parameter here and in PyTorch, and the value."""

KINKED = {'relu': 2, 'lrelu': 2, 'elu': 2, 'hard_tanh': 3, 'hard_sigmoid': 5, 'relu6': 8}
"""Inputs are the whole numbers below this."""


def functions():
    """Every activation by itself, with its derivative."""
    for f, function in ACTIVATIONS.items():
        yield FunctionRow(f'{f} function', function, (4, 5), partial(t.activate, f))
    for f, _, keyword, value in HYPERPARAMETERS:
        options = {keyword: value}
        yield FunctionRow(
            f'{f} function {options}', partial(ACTIVATIONS[f], **options), (4, 5),
            partial(t.activate, f, **options),
        )  # fmt: skip


def dense():
    """Every activation, with one sample, one feature, one unit, many of each."""
    for (f, function), (m, n, u) in product(
        ACTIVATIONS.items(), ((1, 3, 2), (5, 4, 3), (3, 1, 4), (2, 6, 1), (40, 33, 17))
    ):
        if (f, u) == ('softmax', 1):
            continue  # always 1: the gradient is 0 but for rounding
        yield LayerRow(
            f'Dense {f} {m}x{n}->{u}', partial(e.Dense, u, function), (m, n), partial(t.dense, f=f)
        )
    for (f, name, keyword, value), m in product(HYPERPARAMETERS, (1, 4)):
        yield LayerRow(
            f'Dense {f} {keyword}={value} m={m}',
            partial(e.Dense, 3, ACTIVATIONS[f], se_hPars={name: value}),
            (m, 5),
            partial(t.dense, f=f, **{keyword: value}),
        )


def activations():
    """Every activation of features, sequences and images."""
    for (f, function), shape in product(
        ACTIVATIONS.items(), ((1, 7), (4, 6), (2, 3, 4), (2, 3, 2, 4))
    ):
        yield LayerRow(
            f'Activation {f} {shape}',
            partial(e.Activation, function),
            shape,
            partial(t.activation, f=f),
        )
    for (f, name, keyword, value), shape in product(HYPERPARAMETERS, ((3, 5), (2, 3, 4))):
        yield LayerRow(
            f'Activation {f} {keyword}={value} {shape}',
            partial(e.Activation, ACTIVATIONS[f], {name: value}),
            shape,
            partial(t.activation, f=f, **{keyword: value}),
        )


def kinks():
    """Whole numbers, many of them where a function has a kink: the derivative is PyTorch's."""
    for f in KINKED:
        yield LayerRow(
            f'Activation {f} at kinks',
            partial(e.Activation, ACTIVATIONS[f]),
            (4, 5),
            partial(t.activation, f=f),
            below=KINKED[f],
        )


def prelus():
    """One slope, and one a channel."""
    for shared, shape in product((True, False), ((4, 6), (2, 3, 2, 4))):
        yield LayerRow(f'PReLU {shared} {shape}', partial(e.PReLU, shared), shape, t.prelu)


def tokens():
    """More and fewer tokens than the vocabulary has."""
    for v, u, shape in ((7, 3, (4, 6)), (2, 1, (1, 9)), (50, 4, (3, 2)), (5, 2, (2, 1))):
        yield LayerRow(
            f'Tokens {v}->{u} {shape}',
            partial(e.Tokens, v, u),
            shape,
            t.tokens,
            below=v,
            tokens=True,
        )


def shapes():
    """The same numbers, in another shape or as they came."""
    for shape in ((2, 3, 4), (2, 3, 4, 2), (1, 5, 2)):
        n = math.prod(shape[1:])
        yield LayerRow(f'Flatten {shape}', e.Flatten, shape, partial(t.reshape, shape=(n,)))
    for before, after in (
        ((2, 12), (3, 4)), ((3, 4, 6), (2, 3, 4)), ((1, 2, 3, 4), (24, 1)), ((2, 12), (3, -1)),
        ((3, 4, 6), (-1,)),
    ):  # fmt: skip
        yield LayerRow(
            f'Reshape {before} to {after}',
            partial(e.Reshape, after),
            before,
            partial(t.reshape, shape=after),
        )
    for cls, shape in product((e.Embedding, e.Template), ((3, 4), (2, 3, 4))):
        yield LayerRow(f'{cls.__name__} {shape}', cls, shape, partial(t.activation, f='identity'))


def dropouts():
    """The mask is drawn anew from the same stream."""
    for drop_prob, (axis, shape, mask) in product(
        (0.2, 0.5, 0.8),
        (((), (6, 5), (6, 5)), ((1, 2), (3, 2, 4, 5), (3, 1, 1, 5)), ((1,), (3, 4, 2), (3, 1, 2))),
    ):
        yield LayerRow(
            f'Dropout {drop_prob} {shape} axis={axis}',
            partial(e.Dropout, drop_prob, axis),
            shape,
            partial(t.dropout, drop_prob=drop_prob, mask_shape=mask, seed=DROPOUT_SEED),
        )
    yield LayerRow(
        'Dropout inference', partial(e.Dropout, 0.5), (3, 4), partial(t.activation, f='identity'),
        training=False,
    )  # fmt: skip


def residual_dense(f, name):
    """Two layers of features around which the input goes."""
    return LayerRow(
        f'Residual dense {name}',
        lambda: e.Residual([e.Dense(6, f), e.LayerNorm(), e.Dense(4, e.identity)]),
        (5, 4),
        partial(
            t.residual,
            functions=[partial(t.dense, f=name), partial(t.layer_norm, epsilon=1e-5), t.dense],
        ),
    )


def residual_images(strides, training):
    """Much as the block of He et al., with a projection on the way around.

    The activation before the first BatchNorm gives the bias before it an effect.
    """
    norm = {'momentum': 0.9, 'epsilon': 1e-5, 'training': training}
    return LayerRow(
        f'Residual images strides={strides} training={training}',
        lambda: e.Residual(
            [e.Convolution(3, 3, strides, 1, e.softsign), e.BatchNorm(), e.Activation(e.tanh),
             e.Convolution(2, 3, 1, 'same', e.identity, use_bias=False), e.BatchNorm()],
            [e.Convolution(2, 1, strides, activate=e.identity)],
        ),
        (3, 5, 6, 2),
        partial(
            t.residual,
            functions=[
                partial(t.convolution, strides=strides, padding=1, f='softsign'),
                partial(t.batch_norm, **norm),
                partial(t.activation, f='tanh'),
                partial(t.convolution, strides=1, padding='same'),
                partial(t.batch_norm, **norm),
            ],
            shortcut=[partial(t.convolution, strides=strides)],
        ),
        training=training,
    )  # fmt: skip


def residual_nested():
    return LayerRow(
        'Residual nested',
        lambda: e.Residual([e.Residual([e.LSTM(3, sequences=True)]), e.GroupNorm(3)]),
        (2, 4, 3),
        partial(
            t.residual,
            functions=[
                partial(t.residual, functions=[partial(r.lstm, sequences=True)]),
                partial(t.group_norm, groups=3, epsilon=1e-5),
            ],
        ),
    )


def residuals():
    for f in (e.relu, e.tanh, e.softmax, e.gelu):
        yield residual_dense(f, f.__name__)
    for strides, training in product((1, 2), (True, False)):
        yield residual_images(strides, training)
    yield residual_nested()


def steps():
    """Layers at each step: those of PyTorch take any number of axes."""
    for f, shape in product((e.tanh, e.softmax, e.identity), ((3, 4, 5), (1, 1, 2), (2, 3, 2, 4))):
        yield LayerRow(
            f'TimeDistributed Dense {f.__name__} {shape}',
            partial(e.TimeDistributed, e.Activation(f)) if len(shape) == 4
            else partial(make_steps, f),
            shape,
            partial(t.activation, f=f.__name__) if len(shape) == 4
            else partial(t.chain, functions=[partial(t.dense, f='tanh'),
                                             partial(t.dense, f=f.__name__)]),
        )  # fmt: skip


def make_steps(f):
    return e.TimeDistributed([e.Dense(4, e.tanh), e.Dense(3, f)])


ROWS = [
    *functions(),
    *dense(),
    *activations(),
    *prelus(),
    *kinks(),
    *tokens(),
    *shapes(),
    *dropouts(),
    *residuals(),
    *steps(),
]
