"""Recurrent layers, forward and backward with all gradients: ours against PyTorch.

Both return the last state. PyTorch has two biases a gate; the second is 0 and its gradient, which
equals that of the first, is left out. Our GRU applies the reset gate before the product with
``Vhh``, PyTorch's after it: it is compared with the same equations written for PyTorch, with one
product for the inputs of all steps, and with ``torch.nn.GRU`` of the same size for information.
Sequences of different lengths have a mask here, and are packed in PyTorch.
"""

from functools import partial

import numpy as np
import torch
from torch.nn.utils.rnn import pack_padded_sequence

from benchmarks.suite import Suite
from benchmarks.timing import Case, Step
from epynn.commons.recurrence import Recurrent
from epynn.gru.models import GRU
from epynn.lstm.models import LSTM
from epynn.rnn.models import RNN

SHAPES = [((32, 12, 24), 8), ((32, 64, 32), 64), ((64, 100, 64), 128)]  # (m, s, e), u
MASKED = [((32, 64, 128), 128)]
GATES = {RNN: [''], LSTM: ['i', 'f', 'g', 'o'], GRU: ['z', 'r', 'hh']}
"""The gates of each layer, in the order of PyTorch where it has the layer."""


def make_case(
    cls: type[Recurrent], shape: tuple[int, int, int], units: int, masked: bool = False
) -> Case:
    rng = np.random.default_rng(0)
    layer = cls(units, clip_gradients=False)
    X = rng.standard_normal(shape, dtype=np.float32)
    layer.forward(X)
    for gate in GATES[cls]:
        layer.p[f'b{gate}'] = rng.standard_normal((1, units), dtype=np.float32)
    dA = rng.standard_normal((shape[0], units), dtype=np.float32)
    lengths = None
    if masked:
        lengths = rng.integers(shape[1] // 2, shape[1], shape[0], endpoint=True)
        lengths[0] = shape[1]
        layer.mask = np.arange(shape[1]) < lengths[:, np.newaxis]

    def ours() -> list[np.ndarray]:
        A = layer.forward(X)
        dX = layer.backward(dA)
        layer.compute_gradients()
        gradients = [
            np.concatenate([layer.g[f'd{symbol}{gate}'] for gate in GATES[cls]], axis=1)
            for symbol in 'UVb'
        ]
        return [A, dX, *gradients]

    if cls is GRU:
        theirs = {'steps first': equal_gru(layer, X, dA)}
        others = {'nn.GRU': built_in(torch.nn.GRU, None, X, dA, units, True)}
        return Case(ours, theirs, others)
    make = {RNN: torch.nn.RNN, LSTM: torch.nn.LSTM}[cls]
    layouts = {'samples first': True, 'steps first': False}
    theirs = {
        name: built_in(make, layer, X, dA, units, batch_first, lengths)
        for name, batch_first in layouts.items()
    }
    return Case(ours, theirs)


def side_by_side(layer: Recurrent, symbol: str) -> torch.Tensor:
    """Return a parameter of all gates, ``(e, k u)``."""
    parts = [layer.p[f'{symbol}{gate}'] for gate in GATES[type(layer)]]
    return torch.tensor(np.concatenate(parts, axis=1))


def built_in(
    make: type[torch.nn.RNNBase],
    layer: Recurrent | None,
    X: np.ndarray,
    dA: np.ndarray,
    units: int,
    batch_first: bool,
    lengths: np.ndarray | None = None,
) -> Step:
    """Return a step of a layer of PyTorch: with our parameters, or its own and no results.

    With lengths, of packed sequences.
    """
    net = make(X.shape[2], units, batch_first=batch_first)
    net.bias_hh_l0.requires_grad_(False)
    if layer is not None:
        with torch.no_grad():
            net.weight_ih_l0.copy_(side_by_side(layer, 'U').T)
            net.weight_hh_l0.copy_(side_by_side(layer, 'V').T)
            net.bias_ih_l0.copy_(side_by_side(layer, 'b')[0])
            net.bias_hh_l0.zero_()
    Xt = torch.tensor(X if batch_first else X.swapaxes(0, 1).copy()).requires_grad_()
    dAt = torch.tensor(dA)
    leaves = [Xt, net.weight_ih_l0, net.weight_hh_l0, net.bias_ih_l0]

    def step() -> list[np.ndarray]:
        if lengths is None:
            states, _ = net(Xt)
            At = states[:, -1] if batch_first else states[-1]
        else:
            _, last = net(pack_padded_sequence(Xt, torch.tensor(lengths), batch_first, False))
            At = (last[0] if isinstance(last, tuple) else last)[0]
        dXt, dUt, dVt, dbt = torch.autograd.grad(At, leaves, dAt)
        if layer is None:
            return []
        dX = dXt.numpy() if batch_first else dXt.numpy().swapaxes(0, 1)
        return [At.detach().numpy(), dX, dUt.numpy().T, dVt.numpy().T, dbt.numpy()[np.newaxis]]

    return step


def equal_gru(layer: GRU, X: np.ndarray, dA: np.ndarray) -> Step:
    """Return a step of our GRU's equations, written for PyTorch."""
    u = layer.d['u']
    Xt = torch.tensor(X.swapaxes(0, 1).copy()).requires_grad_()
    U, V, b = (side_by_side(layer, symbol).requires_grad_() for symbol in 'UVb')
    h0, dAt = torch.zeros(len(X), u), torch.tensor(dA)

    def step() -> list[np.ndarray]:
        # All gates and steps at once: (s, m, e) @ (e, 3 u) -> (s, m, 3 u)
        gates, candidates = (Xt @ U + b).split([2 * u, u], dim=2)
        Vzr, Vhh = V.split([2 * u, u], dim=1)
        h = h0
        for gate, candidate in zip(gates.unbind(), candidates.unbind(), strict=True):
            z, r = torch.addmm(gate, h, Vzr).sigmoid().chunk(2, dim=1)
            hh = torch.addmm(candidate, r * h, Vhh).tanh()
            h = torch.lerp(hh, h, z)  # z * h + (1 - z) * hh
        dXt, dU, dV, db = torch.autograd.grad(h, [Xt, U, V, b], dAt)
        dX = dXt.numpy().swapaxes(0, 1)
        return [h.detach().numpy(), dX, dU.numpy(), dV.numpy(), db.numpy()]

    return step


SUITE = Suite(
    'Recurrent layers, forward and backward with all gradients',
    {
        f'{cls.__name__} {shape} -> {units}': partial(make_case, cls, shape, units)
        for shape, units in SHAPES
        for cls in GATES
    }
    | {
        f'{cls.__name__} {shape} -> {units}, masked': partial(make_case, cls, shape, units, True)
        for shape, units in MASKED
        for cls in (RNN, LSTM)
    },
    limit=0.55,
    largest=1.4,
)
