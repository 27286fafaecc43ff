"""Parallel: an Inception block, two towers, every way to join, and branches inside branches."""

from functools import partial
from itertools import product

from parity import torch_functions as t
from parity import torch_recurrent as r
from parity.rows import LayerRow
from parity.rows_networks import LOSSES, network

import epynn as e

JOINS = {'concatenate': 'cat', 'add': 'sum', 'multiply': 'prod', 'mean': 'mean'}
"""Here, and in PyTorch."""


def inception(strides=1):
    """Return the block of Szegedy et al.: windows of three sizes behind narrow ones, a pooling."""
    window = {'padding': 'same', 'activate': e.tanh}
    return e.Parallel([
        [e.Convolution(2, 1, strides, **window)],
        [e.Convolution(3, 1, 1, **window), e.Convolution(4, 3, strides, **window)],
        [e.Convolution(1, 1, 1, **window), e.Convolution(2, 5, strides, **window)],
        [e.Pooling(3, 1, max, 'same'), e.Convolution(2, 1, strides, **window)],
    ])  # fmt: skip


def inception_in_torch(strides=1):
    window = partial(t.convolution, strides=1, padding='same', f='tanh')
    last = partial(t.convolution, strides=strides, padding='same', f='tanh')
    pool = partial(t.pooling, how='max', window=3, strides=1, padding='same')
    return partial(t.parallel, branches=[[last], [window, last], [window, last], [pool, last]])


def inceptions():
    for strides in (1, 2):
        yield LayerRow(
            f'Parallel inception {strides=}', partial(inception, strides), (2, 7, 7, 3),
            inception_in_torch(strides),
        )  # fmt: skip


def towers(join, inputs, f):
    """Return two towers over parts of the features."""
    return e.Parallel(
        [[e.Dense(5, e.gelu), e.Dense(3, f)], [e.LayerNorm(), e.Dense(3, f)]], join, inputs
    )


def towers_in_torch(join, inputs, f):
    norm = partial(t.layer_norm, epsilon=1e-5)
    head = partial(t.dense, f=f.__name__)
    branches = [[partial(t.dense, f='gelu'), head], [norm, head]]
    return partial(t.parallel, branches=branches, join=JOINS[join], inputs=inputs)


PARTS = (None, ((0, 4), (4, 10)), ((3, 10), (0, 5)))


def two_towers():
    for join, inputs, f in product(JOINS, PARTS, (e.tanh, e.softmax)):
        yield LayerRow(
            f'Parallel towers {join} {inputs} {f.__name__}', partial(towers, join, inputs, f),
            (4, 10), towers_in_torch(join, inputs, f),
        )  # fmt: skip


def recurrent():
    return e.Parallel(
        [[e.LSTM(3, sequences=True)], [], [e.Residual([e.GRU(2, sequences=True)]), e.GroupNorm(1)]],
        inputs=((0, 3), None, (2, 4)),
    )


def nested():
    """Branches of steps, one handed on, and one with a skip connection inside."""
    gru = partial(r.gru, sequences=True)
    around = [partial(t.residual, functions=[gru]), partial(t.group_norm, groups=1, epsilon=1e-5)]
    lstm = partial(r.lstm, sequences=True)
    yield LayerRow(
        'Parallel nested', recurrent, (2, 5, 4),
        partial(t.parallel, branches=[[lstm], [], around],
                inputs=((0, 3), (None, None), (2, 4))),
    )  # fmt: skip


def networks():
    """Whole networks: the loss, and its gradients."""
    block = 'inception', (6, 5, 2), lambda: [inception(), e.GlobalPooling()], [
        inception_in_torch(), partial(t.global_pooling, how='mean'),
    ]  # fmt: skip
    pair = 'towers', (10,), lambda: [towers('multiply', PARTS[1], e.tanh)], [
        towers_in_torch('multiply', PARTS[1], e.tanh),
    ]  # fmt: skip
    for body, loss, reduction in product((block, pair), LOSSES[5:7], ('sum', 'mean')):
        yield network(body, loss, reduction, e.L2(0.1))


ROWS = [*inceptions(), *two_towers(), *nested(), *networks()]
