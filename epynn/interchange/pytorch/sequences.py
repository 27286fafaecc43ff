"""Layers of sequences as modules of PyTorch; see :mod:`epynn.interchange.pytorch.layers`."""

from typing import Any

import numpy as np
import torch
from torch import nn

from epynn.commons.maths import relu, sigmoid, tanh
from epynn.interchange.pytorch import sequence_modules as modules
from epynn.interchange.pytorch.layers import Links, activation_of, dtype_of

LSTM_GATES = 'i', 'f', 'g', 'o'
"""The order in which PyTorch has the gates."""


def make_rnn(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``RNN`` of PyTorch with tanh or relu, else one written out."""
    function = layer.activate.function
    if function not in (tanh, relu):
        return written_out(modules.RNN, layer, links, place, ('',), [layer.activate])
    cells = nn.RNN(
        layer.d['e'], layer.d['u'], nonlinearity=function.__name__, batch_first=True,
        dtype=dtype_of(layer),
    )  # fmt: skip
    return states_of(cells, layer, links, ('',))


def make_lstm(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``LSTM`` of PyTorch with its activations, else one written out."""
    gates = [layer.activate_input, layer.activate_forget, layer.activate_output]
    usual = all(gate.function is sigmoid for gate in gates)
    candidate = layer.activate_candidate
    if not (usual and layer.activate.function is tanh and candidate.function is tanh):
        functions = [layer.activate, *gates[:2], candidate, gates[2]]
        return written_out(modules.LSTM, layer, links, place, LSTM_GATES, functions)
    cells = nn.LSTM(layer.d['e'], layer.d['u'], batch_first=True, dtype=dtype_of(layer))
    return states_of(cells, layer, links, LSTM_GATES)


def make_gru(layer: Any, links: Links, place: str) -> nn.Module:
    """Return a GRU written out: that of PyTorch learns two biases of each gate, which add up."""
    functions = [layer.activate, layer.activate_update, layer.activate_reset]
    make = modules.GRUAfter if layer.reset_after else modules.GRU
    module = written_out(make, layer, links, place, ('z', 'r'), functions, 3)
    U, V, b, *of_state = module.candidate.parameters()
    join_gates(links, layer, (U, V, b), ('hh',))
    if layer.reset_after:
        links.join(layer, 'bV', of_state[0])
    return module


def states_of(cells: Any, layer: Any, links: Links, gates: tuple[str, ...]) -> nn.Module:
    """Return cells of PyTorch, of whose two biases one is 0 and does not learn."""
    join_gates(links, layer, (cells.weight_ih_l0, cells.weight_hh_l0, cells.bias_ih_l0), gates)
    nn.init.zeros_(cells.bias_hh_l0)
    cells.bias_hh_l0.requires_grad_(False)
    return modules.States(cells, layer.sequences)


def written_out(
    make: Any, layer: Any, links: Links, place: str, gates: tuple[str, ...], functions: list[Any],
    count: int = 0,
) -> Any:  # fmt: skip
    """Return a recurrent module whose equations are those of the layer."""
    activations = [activation_of(function, place) for function in functions]
    d = layer.d
    module = make(d['e'], d['u'], count or len(gates), activations, layer.sequences)
    module.to(dtype_of(layer))
    join_gates(links, layer, module.gates.parameters(), gates)
    return module


def join_gates(links: Links, layer: Any, tensors: Any, gates: tuple[str, ...]) -> None:
    """Note the parameters of gates, which lie below each other there: those of ``U V b``."""
    u, (U, V, b) = layer.d['u'], tensors
    for number, gate in enumerate(gates):
        rows = slice(number * u, (number + 1) * u)
        links.join(layer, f'U{gate}', U, (1, 0), rows)
        links.join(layer, f'V{gate}', V, (1, 0), rows)
        links.join(layer, f'b{gate}', b, (0,), rows)


def make_tokens(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``Embedding`` of PyTorch, which looks tokens up."""
    table = modules.Tokens(*layer.p['W'].shape, dtype=dtype_of(layer))
    links.join(layer, 'W', table.weight, (0, 1))
    return table


def make_positional_encoding(layer: Any, links: Links, place: str) -> nn.Module:
    """Return rows that are added, as many as there are positions, or as a sample has steps."""
    learned = layer.kind == 'learned'
    rows = layer.p['W'] if learned else np.asarray(layer.fc['E'], layer.dtype)
    module = modules.PositionalEncoding(torch.tensor(rows), learned)
    if learned:
        links.join(layer, 'W', module.weight, (0, 1))
    return module


def make_attention(layer: Any, links: Links, place: str) -> nn.Module:
    """Return attention by ``scaled_dot_product_attention``."""
    d = layer.d
    module = modules.Attention(
        d['e'], d['u'], d['heads'], d['kv_heads'], layer.causal, layer.drop_prob, layer.rotary,
        layer.use_bias,
    ).to(dtype_of(layer))  # fmt: skip
    for name, linear in zip('qkvo', module.children(), strict=True):
        links.join(layer, f'W{name}', linear.weight, (1, 0))
        if layer.use_bias:
            links.join(layer, f'b{name}', linear.bias)
    return module
