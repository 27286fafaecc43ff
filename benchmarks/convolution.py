"""Convolution, forward and backward with all gradients, through the layer: ours against PyTorch."""

from functools import partial

import numpy as np
import torch

from benchmarks.suite import Suite
from benchmarks.timing import Case, Step
from epynn.commons.maths import identity
from epynn.convolution.models import Convolution

SHAPES = [
    # (m, h, w, d), filter, stride, padding, units
    ((32, 28, 28, 1), 3, 1, 0, 32),
    ((64, 32, 32, 16), 3, 1, 0, 32),
    ((32, 14, 14, 64), 3, 1, 0, 128),
    ((16, 56, 56, 64), 3, 1, 0, 64),
    ((8, 112, 112, 3), 7, 2, 0, 64),
    ((32, 28, 28, 1), 4, 4, 0, 6),
    ((32, 28, 28, 32), 5, 1, 2, 64),
    ((32, 28, 28, 64), 1, 1, 0, 128),
]


def make_case(
    shape: tuple[int, int, int, int],
    f: int,
    stride: int,
    padding: int,
    units: int,
    dilation: int = 1,
    groups: int = 1,
    dtype: type = np.float32,
) -> Case:
    rng = np.random.default_rng(0)
    layer = Convolution(
        units, f, stride, padding, activate=identity, dilation=dilation, groups=groups
    )
    X = rng.standard_normal(shape, dtype=dtype)
    dA = rng.standard_normal(layer.forward(X).shape, dtype=dtype)
    layer.p['b'] = rng.standard_normal(units, dtype=dtype)

    def ours() -> list[np.ndarray]:
        A = layer.forward(X)
        dX = layer.backward(dA)
        layer.compute_gradients()
        return [A, dX, layer.g['dW'], layer.g['db']]

    def theirs(layout: torch.memory_format) -> Step:
        Xt = torch.tensor(X.transpose(0, 3, 1, 2)).contiguous(memory_format=layout)
        Wt = torch.tensor(layer.p['W'].transpose(3, 2, 0, 1)).contiguous(memory_format=layout)
        dAt = torch.tensor(dA.transpose(0, 3, 1, 2)).contiguous(memory_format=layout)
        leaves = [tensor.requires_grad_() for tensor in (Xt, Wt, torch.tensor(layer.p['b']))]

        def step() -> list[np.ndarray]:
            At = torch.nn.functional.conv2d(
                *leaves, stride=stride, padding=padding, dilation=dilation, groups=groups
            )
            dXt, dWt, dbt = torch.autograd.grad(At, leaves, dAt)
            return [
                At.detach().numpy().transpose(0, 2, 3, 1),
                dXt.numpy().transpose(0, 2, 3, 1),
                dWt.numpy().transpose(2, 3, 1, 0),
                dbt.numpy(),
            ]

        return step

    layouts = {'contiguous': torch.contiguous_format, 'channels-last': torch.channels_last}
    return Case(ours, {name: theirs(layout) for name, layout in layouts.items()})


def name_case(
    shape: tuple[int, int, int, int], f: int, stride: int, padding: int, units: int
) -> str:
    return f'{shape} {f}x{f}/{stride}{f" pad {padding}" * (padding > 0)} -> {units}'


SUITE = Suite(
    'Convolution, forward and backward with all gradients',
    {name_case(*case): partial(make_case, *case) for case in SHAPES},
    limit=0.70,
)
