"""Pooling, forward and backward, through the layer: ours against PyTorch."""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch

from benchmarks.suite import Suite
from benchmarks.timing import Case, Step
from epynn.pooling.models import Pooling

SHAPE = 64, 32, 32, 32
POOLS = {
    'max': (np.max, torch.nn.functional.max_pool2d),
    'mean': (np.mean, torch.nn.functional.avg_pool2d),
}


def make_case(f: int, stride: int, how: str) -> Case:
    rng = np.random.default_rng(0)
    pool, torch_pool = POOLS[how]
    layer = Pooling(f, stride, pool)
    X = rng.standard_normal(SHAPE, dtype=np.float32)
    dA = rng.standard_normal(layer.forward(X).shape, dtype=np.float32)

    def ours() -> list[np.ndarray]:
        return [layer.forward(X), layer.backward(dA)]

    layouts = {'contiguous': torch.contiguous_format, 'channels-last': torch.channels_last}
    theirs = {name: _their_step(X, dA, f, stride, torch_pool, it) for name, it in layouts.items()}
    return Case(ours, theirs)


def _their_step(
    X: np.ndarray,
    dA: np.ndarray,
    f: int,
    stride: int,
    pool: Callable[..., torch.Tensor],
    layout: torch.memory_format,
) -> Step:
    Xt = torch.tensor(X.transpose(0, 3, 1, 2)).contiguous(memory_format=layout).requires_grad_()
    dAt = torch.tensor(dA.transpose(0, 3, 1, 2)).contiguous(memory_format=layout)

    def step() -> list[np.ndarray]:
        At = pool(Xt, f, stride)
        (dXt,) = torch.autograd.grad(At, Xt, dAt)
        return [
            At.detach().numpy().transpose(0, 2, 3, 1),
            dXt.numpy().transpose(0, 2, 3, 1),
        ]

    return step


SUITE = Suite(
    'Pooling, forward and backward',
    {f'{SHAPE} {how} {f}x{f}/2': partial(make_case, f, 2, how) for f in (2, 3) for how in POOLS},
    limit=1.5,
    largest=2.6,
)
