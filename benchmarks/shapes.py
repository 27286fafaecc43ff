"""Thirty more shapes of convolution, of the kinds that networks have: ours against PyTorch."""

from functools import partial
from typing import Any

import numpy as np

from benchmarks.convolution import make_case, name_case
from benchmarks.suite import Suite

SHAPES: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    # ((m, h, w, d), filter, stride, padding, units), further options
    (((32, 28, 28, 64), 3, 2, 1, 128), {}),
    (((32, 32, 32, 3), 3, 2, 1, 32), {}),
    (((16, 56, 56, 64), 3, 2, 1, 128), {}),
    (((64, 14, 14, 128), 3, 2, 1, 256), {}),
    (((32, 28, 28, 64), 1, 2, 0, 128), {}),
    (((16, 14, 14, 256), 1, 1, 0, 512), {}),
    (((16, 14, 14, 512), 1, 1, 0, 256), {}),
    (((32, 56, 56, 64), 1, 1, 0, 64), {}),
    (((8, 7, 7, 512), 3, 1, 1, 512), {}),
    (((256, 8, 8, 16), 3, 1, 1, 32), {}),
    (((64, 14, 14, 6), 5, 1, 0, 16), {}),
    (((32, 32, 32, 3), 3, 1, 1, 64), {}),
    (((32, 32, 32, 32), 3, 1, 1, 32), {'groups': 32}),
    (((16, 56, 56, 64), 3, 1, 1, 64), {'groups': 64}),
    (((32, 28, 28, 32), 3, 1, 1, 64), {'groups': 4}),
    (((16, 28, 28, 128), 3, 1, 1, 128), {'groups': 32}),
    (((32, 28, 28, 32), 3, 1, 2, 64), {'dilation': 2}),
    (((16, 32, 32, 16), 3, 1, 4, 32), {'dilation': 4}),
    (((8, 112, 112, 3), 7, 2, 3, 64), {}),
    (((32, 28, 28, 8), 7, 1, 3, 16), {}),
    (((16, 32, 32, 16), 9, 1, 4, 32), {}),
    (((4, 224, 224, 3), 11, 4, 2, 64), {}),
    (((32, 28, 28, 16), 3, 1, 1, 32), {'dtype': np.float64}),
    (((16, 14, 14, 128), 1, 1, 0, 256), {'dtype': np.float64}),
    (((32, 28, 28, 1), 5, 1, 2, 16), {'dtype': np.float64}),
    (((1, 224, 224, 3), 3, 1, 1, 64), {}),
    (((1, 56, 56, 64), 3, 1, 1, 64), {}),
    (((1, 14, 14, 256), 3, 1, 1, 256), {}),
    (((256, 16, 16, 8), 3, 1, 1, 16), {}),
    (((256, 28, 28, 1), 5, 1, 2, 8), {}),
]


def name_shape(case: tuple[Any, ...], options: dict[str, Any]) -> str:
    words = name_case(*case)
    groups = options.get('groups', 1)
    if groups > 1:
        words += ' depthwise' if groups == case[0][3] else f' groups {groups}'
    if 'dilation' in options:
        words += f' dilation {options["dilation"]}'
    return words + ' float64' * ('dtype' in options)


SUITE = Suite(
    'Thirty shapes of convolution, forward and backward with all gradients',
    {name_shape(*shape): partial(make_case, *shape[0], **shape[1]) for shape in SHAPES},
    limit=0.95,
    largest=1.6,
    exceptions={'depthwise': 8.0},
    rounds=11,
)
