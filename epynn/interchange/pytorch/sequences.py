"""Layers of sequences as modules of PyTorch; see :mod:`epynn.interchange.pytorch.layers`."""

from typing import Any

import numpy as np
import torch
from torch import nn

from epynn.commons.maths import relu, tanh
from epynn.interchange.layouts import is_usual
from epynn.interchange.pytorch import sequence_modules as modules
from epynn.interchange.pytorch.layers import Links, activation_of, dtype_of


def make_rnn(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``RNN`` of PyTorch with tanh or relu, else one written out."""
    function = layer.activate.function
    if function not in (tanh, relu):
        return written_out(modules.RNN, layer, place, 1, [layer.activate])
    return states_of(modules.StatesOfRNN, layer, nonlinearity=function.__name__)


def make_lstm(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``LSTM`` of PyTorch with its activations, else one written out."""
    if is_usual(layer):
        return states_of(modules.StatesOfLSTM, layer)
    gates = layer.activate_input, layer.activate_forget
    functions = [layer.activate, *gates, layer.activate_candidate, layer.activate_output]
    return written_out(modules.LSTM, layer, place, 4, functions)


def make_gru(layer: Any, links: Links, place: str) -> nn.Module:
    """Return a GRU written out: that of PyTorch learns two biases of each gate, which add up."""
    functions = [layer.activate, layer.activate_update, layer.activate_reset]
    make = modules.GRUAfter if layer.reset_after else modules.GRU
    return written_out(make, layer, place, 3, functions)


def states_of(make: Any, layer: Any, **settings: Any) -> nn.Module:
    """Return cells of PyTorch, of whose two biases one is 0 and does not learn."""
    d = layer.d
    cells: Any = make(d['e'], d['u'], batch_first=True, dtype=dtype_of(layer), **settings)
    cells.sequences = layer.sequences
    nn.init.zeros_(cells.bias_hh_l0)
    cells.bias_hh_l0.requires_grad_(False)
    return cells


def written_out(make: Any, layer: Any, place: str, gates: int, functions: list[Any]) -> nn.Module:
    """Return a recurrent module whose equations are those of the layer."""
    activations = [activation_of(function, place) for function in functions]
    module: nn.Module = make(layer.d['e'], layer.d['u'], gates, activations, layer.sequences)
    return module.to(dtype_of(layer))


def make_tokens(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``Embedding`` of PyTorch, which looks tokens up."""
    return modules.Tokens(*layer.p['W'].shape, dtype=dtype_of(layer))


def make_positional_encoding(layer: Any, links: Links, place: str) -> nn.Module:
    """Return rows that are added, as many as there are positions, or as a sample has steps."""
    learned = layer.kind == 'learned'
    rows = layer.p['W'] if learned else np.asarray(layer.fc['E'], layer.dtype)
    return modules.PositionalEncoding(torch.tensor(rows), learned)


def make_attention(layer: Any, links: Links, place: str) -> nn.Module:
    """Return attention by ``scaled_dot_product_attention``."""
    d = layer.d
    module = modules.Attention(
        d['e'], d['u'], d['heads'], d['kv_heads'], layer.causal, layer.drop_prob, layer.rotary,
        layer.use_bias,
    )  # fmt: skip
    return module.to(dtype_of(layer))
