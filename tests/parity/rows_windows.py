"""Convolution in one and two dimensions, transposed convolution, and pooling.

Images of 7 x 6 and signals of 9 steps: most windows with strides do not tile them, and an error
that exchanges height and width shows.
"""

from functools import partial
from itertools import product

import numpy as np
from parity import torch_functions as t
from parity.rows import LayerRow

import epynn as e

IMAGES = (2, 7, 6, 4)
SIGNALS = (3, 9, 4)
POOLS = {'max': np.max, 'min': np.min, 'mean': np.mean}


def words(**options):
    """Return the options for a name."""
    return ' '.join(f'{name}={value}' for name, value in options.items())


def convolution(units, window, shape=IMAGES, f='identity', use_bias=True, **options):
    """Return the row of a convolution of images."""
    bias = '' if use_bias else ' no bias'
    return LayerRow(
        f'Convolution {units}x{window} {shape} {f} {words(**options)}{bias}',
        partial(e.Convolution, units, window, activate=getattr(e, f), use_bias=use_bias, **options),
        shape,
        partial(t.convolution, f=f, **options),
    )


def convolutions():
    for window, strides, padding in product(
        (1, 3, (3, 2), (2, 5)), (None, 1, 2, (1, 3)), (0, 1, (2, 0), 'same', 'valid')
    ):
        yield convolution(3, window, strides=strides, padding=padding)
    # Dilation and groups; as many groups as channels are a depthwise convolution
    for dilation, groups, strides, padding in product(
        (1, 2, (1, 3)), (1, 2, 4), (1, (2, 1)), (0, (1, 2), 'same')
    ):
        yield convolution(
            4, (3, 2), strides=strides, padding=padding, dilation=dilation, groups=groups
        )
    for window, strides, dilation in (((3, 2), 1, 1), (2, (1, 3), (1, 2))):
        yield convolution(3, window, strides=strides, padding='same_lower', dilation=dilation)
    for f in ('relu', 'tanh', 'softmax', 'elu', 'gelu', 'softsign'):
        yield convolution(3, 3, f=f, strides=2, padding=1)
    for window, padding, groups in product((1, 3), (0, 'same'), (1, 4)):
        yield convolution(4, window, use_bias=False, strides=1, padding=padding, groups=groups)
    # One sample, pixel, filter, depth; a window as large as the images; two units a depth
    for shape, units, window, groups in (
        ((1, 7, 6, 4), 3, 3, 1), ((3, 1, 1, 4), 2, 1, 1), ((2, 5, 4, 1), 1, 2, 1),
        ((2, 3, 4, 2), 2, (3, 4), 1), ((2, 4, 4, 3), 6, 2, 3), ((1, 1, 9, 2), 2, (1, 4), 2),
    ):  # fmt: skip
        yield convolution(units, window, shape, strides=1, padding=0, groups=groups)
    # Images that pass in several pieces or threads
    yield convolution(8, 3, (6, 20, 21, 16), strides=1, padding=1)
    yield convolution(8, 3, (6, 20, 21, 16), strides=1, padding='same', groups=4)
    yield convolution(16, 2, (6, 20, 21, 8), strides=2, padding=0)
    yield convolution(64, 1, (6, 26, 25, 96), strides=1, padding=0)
    yield convolution(160, 2, (3, 44, 45, 32), strides=2, padding=0)
    # One image that two threads share
    yield convolution(128, 1, (1, 50, 51, 64), strides=1, padding=0)
    yield convolution(32, 3, (1, 50, 51, 32), strides=1, padding=1)
    yield convolution(160, 2, (1, 64, 65, 32), strides=2, padding=0)


def convolution1d(units, window, shape=SIGNALS, f='identity', use_bias=True, **options):
    """Return the row of a convolution of signals."""
    bias = '' if use_bias else ' no bias'
    return LayerRow(
        f'Convolution1D {units}x{window} {shape} {f} {words(**options)}{bias}',
        partial(
            e.Convolution1D, units, window, activate=getattr(e, f), use_bias=use_bias, **options
        ),
        shape,
        partial(t.convolution1d, f=f, **options),
    )


def convolutions1d():
    for window, strides, padding in product(
        (1, 3, 4), (None, 1, 2), (0, 2, 'same', 'valid', 'causal')
    ):
        yield convolution1d(3, window, strides=strides, padding=padding)
    for dilation, groups, padding in product((2, 3), (1, 2, 4), (0, 3, 'same', 'causal')):
        yield convolution1d(4, 3, strides=1, padding=padding, dilation=dilation, groups=groups)
    for f, use_bias in product(('relu', 'tanh', 'softmax'), (True, False)):
        yield convolution1d(3, 4, f=f, use_bias=use_bias, strides=2, padding=1)
    yield convolution1d(2, 3, (1, 9, 4), strides=1, padding='causal', dilation=4)
    yield convolution1d(1, 1, (2, 1, 1), strides=1)


def transposed(units, window, shape=(2, 3, 4, 3), f='identity', use_bias=True, **options):
    """Return the row of a transposed convolution."""
    bias = '' if use_bias else ' no bias'
    return LayerRow(
        f'TransposedConvolution {units}x{window} {shape} {f} {words(**options)}{bias}',
        partial(
            e.TransposedConvolution, units, window, activate=getattr(e, f), use_bias=use_bias,
            **options,
        ),
        shape,
        partial(t.transposed, f=f, **options),
    )  # fmt: skip


def transposed_convolutions():
    for window, strides, padding in product(
        (1, 3, (2, 4)), (None, 1, 2, (1, 3)), (0, 'same', 'valid')
    ):
        yield transposed(2, window, strides=strides, padding=padding)
    for padding, output_padding, window in product(
        (0, 1, (1, 0), (2, 1)), (0, 1, (0, 1)), (3, (4, 2))
    ):
        yield transposed(2, window, strides=2, padding=padding, output_padding=output_padding)
    yield transposed(2, (2, 4), strides=(1, 3), padding='same_lower')
    for dilation, groups in ((2, 1), ((1, 3), 2), (1, 4)):
        yield transposed(
            4, (3, 2), (2, 3, 2, 4), strides=2, padding=1, output_padding=1, dilation=dilation,
            groups=groups,
        )  # fmt: skip
    for f, use_bias in product(('relu', 'tanh', 'softmax'), (True, False)):
        yield transposed(3, (3, 2), f=f, use_bias=use_bias, strides=2, padding=1)
    yield transposed(1, 2, (1, 1, 1, 1))


def pooling(how, shape=IMAGES, below=0, **options):
    """Return the row of a pooling of images; `below` makes ties."""
    return LayerRow(
        f'Pooling {how} {shape} {words(**options)}{" ties" if below else ""}',
        partial(
            e.Pooling, options['window'], options['strides'], POOLS[how], options['padding']
        ),
        shape,
        partial(t.pooling, how=how, **options),
        below=below,
    )  # fmt: skip


def poolings():
    for how, window, strides, padding in product(
        POOLS, (2, 3, (4, 2)), (None, 1, 2, (1, 3)), (0, 1, 'same')
    ):
        yield pooling(how, window=window, strides=strides, padding=padding)
    for how in POOLS:
        for shape, window, strides, padding in (
            ((1, 5, 5, 1), (3, 1), (1, 2), (1, 0)), ((2, 3, 4, 3), (3, 4), None, 0),
            ((2, 6, 4, 2), 1, 2, 0), ((1, 1, 1, 2), 1, 1, 'valid'),
        ):  # fmt: skip
            yield pooling(how, shape, window=window, strides=strides, padding=padding)
        for window, strides in ((2, None), (3, 1)):
            yield pooling(how, below=3, window=window, strides=strides, padding=1)
        yield pooling(how, window=(2, 4), strides=(1, 3), padding='same_lower')
    # Images that pass in several pieces
    yield pooling('max', (5, 40, 42, 16), window=3, strides=2, padding=1)
    yield pooling('mean', (5, 40, 42, 16), window=2, strides=None, padding=0)


def poolings_by_options():
    options = [('max', {'dilation': 2}), ('min', {'dilation': (1, 3), 'ceil_mode': True}),
               ('max', {'ceil_mode': True}), ('mean', {'ceil_mode': True}),
               ('mean', {'count_padding': False}),
               ('mean', {'ceil_mode': True, 'count_padding': False})]  # fmt: skip
    for (how, chosen), window, strides, padding in product(
        options, ((2, 3), (3, 2)), (2, (1, 3)), (0, 1)
    ):
        laid = {'strides': strides, 'padding': padding, **chosen}
        yield LayerRow(
            f'Pooling {how} {words(window=window, **laid)}',
            partial(e.Pooling, window, pool=POOLS[how], **laid),
            IMAGES,
            partial(t.pooling_by_options, how=how, window=window, **laid),
        )


def poolings1d():
    for how, window, strides, padding in product(POOLS, (2, 3), (None, 1, 2), (0, 1, 'same')):
        yield LayerRow(
            f'Pooling1D {how} {words(window=window, strides=strides, padding=padding)}',
            partial(e.Pooling1D, window, strides, POOLS[how], padding),
            SIGNALS,
            partial(t.pooling1d, how=how, window=window, strides=strides, padding=padding),
        )


def global_poolings():
    for how, shape, below in product(POOLS, (IMAGES, SIGNALS, (1, 2, 3, 2)), (0, 3)):
        yield LayerRow(
            f'GlobalPooling {how} {shape}{" ties" if below else ""}',
            partial(e.GlobalPooling, POOLS[how]),
            shape,
            partial(t.global_pooling, how=how),
            below=below,
        )


ROWS = [
    *convolutions(), *convolutions1d(), *transposed_convolutions(), *poolings(),
    *poolings_by_options(), *poolings1d(), *global_poolings(),
]  # fmt: skip
