"""Attention and a block of a transformer, a step of training each: ours against PyTorch.

That is forward, backward and an update of all parameters by gradient descent, so small that both
sides compute with the same numbers in each step.
"""

from functools import partial
from typing import Any

import numpy as np
import torch

from benchmarks.suite import Suite
from benchmarks.timing import Case
from epynn import Attention, Transformer
from epynn.commons.maths import gelu, relu
from epynn.commons.models import Layer, walk_layers

SHAPE, HEADS, UNITS = (32, 64, 128), 4, 512
RATE = 1e-9


def copy_attention(net: torch.nn.MultiheadAttention, p: dict[str, np.ndarray]) -> None:
    """Give PyTorch's module our parameters."""
    net.in_proj_weight.copy_(torch.tensor(np.hstack([p['Wq'], p['Wk'], p['Wv']]).T))
    net.out_proj.weight.copy_(torch.tensor(p['Wo'].T))


def attention(causal: bool) -> tuple[Layer, torch.nn.Module, Any]:
    layer, net = Attention(HEADS, causal=causal), torch.nn.MultiheadAttention(SHAPE[2], HEADS)
    net.batch_first = True
    hidden = torch.nn.Transformer.generate_square_subsequent_mask(SHAPE[1]) if causal else None

    def call(X: torch.Tensor) -> torch.Tensor:
        return net(X, X, X, attn_mask=hidden, is_causal=causal, need_weights=False)[0]

    layer.forward(np.ones((1, *SHAPE[1:]), dtype=np.float32))
    with torch.no_grad():
        copy_attention(net, layer.p)
    return layer, net, call


def block(activate: Any, norm: str) -> tuple[Layer, torch.nn.Module, Any]:
    layer = Transformer(HEADS, UNITS, activate, norm)
    net = torch.nn.TransformerEncoderLayer(
        SHAPE[2], HEADS, UNITS, 0, activate.__name__, batch_first=True, norm_first=norm == 'pre'
    )
    layer.forward(np.random.default_rng(0).standard_normal((1, *SHAPE[1:]), dtype=np.float32))
    inside = [inner for inner in walk_layers([layer]) if inner.p and not inner.children()]
    found = {type(inner).__name__: [] for inner in inside}
    for inner in inside:
        found[type(inner).__name__].append(inner.p)
    with torch.no_grad():
        copy_attention(net.self_attn, found['Attention'][0])
        for linear, p in zip((net.linear1, net.linear2), found['Dense'], strict=True):
            linear.weight.copy_(torch.tensor(p['W'].T))
            linear.bias.zero_()
    return layer, net, net


def make_case(make: Any, *arguments: Any) -> Case:
    layer, net, call = make(*arguments)
    rng = np.random.default_rng(1)
    X, dA = (rng.standard_normal(SHAPE, dtype=np.float32) for _ in range(2))
    for inner in walk_layers([layer]):
        inner.lrate = [RATE]
    Xt, dAt = torch.tensor(X).requires_grad_(), torch.tensor(dA)
    optimizer = torch.optim.SGD(net.parameters(), lr=RATE)

    def ours() -> list[np.ndarray]:
        A = layer.forward(X)
        dX = layer.backward(dA)
        layer.compute_gradients()
        layer.update_parameters()
        return [A, dX]

    def theirs() -> list[np.ndarray]:
        optimizer.zero_grad()
        Xt.grad = None
        At = call(Xt)
        At.backward(dAt)
        optimizer.step()
        return [At.detach().numpy(), Xt.grad.numpy()]

    return Case(ours, {'samples first': theirs})


SUITE = Suite(
    f'A step of training on {SHAPE}, {HEADS} heads',
    {
        'Attention': partial(make_case, attention, False),
        'Attention, causal': partial(make_case, attention, True),
        'Transformer, relu': partial(make_case, block, relu, 'pre'),
        'Transformer, relu, post': partial(make_case, block, relu, 'post'),
        'Transformer, gelu': partial(make_case, block, gelu, 'pre'),
    },
    limit=1.0,
    exceptions={'gelu': 2.5},
)
