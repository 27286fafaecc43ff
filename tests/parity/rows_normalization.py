"""BatchNorm, in training and outside, LayerNorm and GroupNorm."""

from functools import partial
from itertools import product

from parity import torch_functions as t
from parity.rows import LayerRow

import epynn as e

SHAPES = ((6, 4), (3, 5, 4), (2, 3, 5, 4), (1, 4, 3, 4))


def batch_norms():
    """The running statistics are compared too."""
    for shape, momentum, epsilon, training in product(
        SHAPES, (0.9, 0.3), (1e-5, 0.1), (True, False)
    ):
        yield LayerRow(
            f'BatchNorm {shape} {momentum=} {epsilon=} {training=}',
            partial(e.BatchNorm, momentum, epsilon),
            shape,
            partial(t.batch_norm, momentum=momentum, epsilon=epsilon, training=training),
            training=training,
        )


def layer_norms():
    for shape, epsilon in product((*SHAPES, (1, 9)), (1e-5, 0.1)):
        yield LayerRow(
            f'LayerNorm {shape} {epsilon=}',
            partial(e.LayerNorm, epsilon),
            shape,
            partial(t.layer_norm, epsilon=epsilon),
        )


def group_norms():
    """One group is the whole sample; as many as channels is known as instance normalization."""
    for shape, groups, epsilon in product(
        ((5, 6), (3, 5, 6), (2, 3, 4, 6)), (1, 2, 3, 6), (1e-5, 0.1)
    ):
        if len(shape) == 2 and groups == 6:
            continue  # one number a group, of which nothing is left
        yield LayerRow(
            f'GroupNorm {shape} {groups=} {epsilon=}',
            partial(e.GroupNorm, groups, epsilon),
            shape,
            partial(t.group_norm, groups=groups, epsilon=epsilon),
        )


ROWS = [*batch_norms(), *layer_norms(), *group_norms()]
