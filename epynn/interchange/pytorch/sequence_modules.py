"""Modules of PyTorch for sequences ``(m, s, e)``; see :mod:`epynn.interchange.pytorch.modules`."""

import math
from collections.abc import Callable, Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Function = Callable[[Tensor], Tensor]


class Tokens(nn.Embedding):
    """Look up a row for each token, also where numbers are floats."""

    def forward(self, X: Tensor) -> Tensor:
        """Return ``(m, s) -> (m, s, u)``."""
        return super().forward(X.long())


class Gates(nn.Module):
    """Gates of a recurrent cell side by side: ``Z = X W^T + hp R^T + b``."""

    def __init__(self, e: int, u: int, gates: int) -> None:
        super().__init__()
        self.weight_ih = nn.Parameter(torch.empty(gates * u, e))
        self.weight_hh = nn.Parameter(torch.empty(gates * u, u))
        self.bias = nn.Parameter(torch.empty(gates * u))

    def forward(self, X: Tensor, hp: Tensor) -> Tensor:
        """Return the linear products of all gates, ``(m, gates u)``."""
        return X @ self.weight_ih.T + hp @ self.weight_hh.T + self.bias


class Recurrent(nn.Module):
    """A cell, step after step; `activations` are in the order of its equation."""

    cell: ClassVar[Callable[..., tuple[Tensor, Tensor | None]]]
    """Takes a step ``(X, hp, C)``; returns the state after it, and the memory cell or None."""

    def __init__(
        self, e: int, u: int, gates: int, activations: Sequence[Function], sequences: bool
    ) -> None:
        super().__init__()
        self.u, self.sequences = u, sequences
        self.gates = Gates(e, u, gates)
        self.activations = nn.ModuleList(activations)

    def forward(self, X: Tensor) -> Tensor:
        """Return ``(m, s, e) -> (m, u)``, or ``(m, s, u)`` with `sequences`."""
        h, state = X.new_zeros(len(X), self.u), None
        states = []
        for step in X.unbind(1):
            h, state = self.cell(step, h, state)
            states.append(h)
        return torch.stack(states, 1) if self.sequences else h


class RNN(Recurrent):
    """``h = activate(X U + hp V + b)``."""

    def cell(self, X: Tensor, hp: Tensor, C: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Take one step."""
        return self.activations[0](self.gates(X, hp)), C


class LSTM(Recurrent):
    """``C_ = Cp_ f + i g``, ``h = o activate(C_)``; gates ``i f g o``, as in torch.nn.LSTM."""

    def cell(self, X: Tensor, hp: Tensor, C: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Take one step."""
        activate, *functions = self.activations
        gates = self.gates(X, hp).chunk(4, -1)
        i, f, g, o = (function(gate) for function, gate in zip(functions, gates, strict=True))
        C = i * g if C is None else C * f + i * g
        return o * activate(C), C


class GRU(Recurrent):
    """``h = z hp + (1 - z) hh``; the reset gate acts before the product, unlike in torch.nn.GRU."""

    candidate: nn.Module

    def __init__(
        self, e: int, u: int, gates: int, activations: Sequence[Function], sequences: bool
    ) -> None:
        super().__init__(e, u, gates - 1, activations, sequences)
        self.candidate = Gates(e, u, 1)

    def cell(self, X: Tensor, hp: Tensor, C: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Take one step."""
        activate, update, reset = self.activations
        z, r = self.gates(X, hp).chunk(2, -1)
        z, r = update(z), reset(r)
        hh = activate(self.see(X, hp, r))
        return z * hp + (1 - z) * hh, C

    def see(self, X: Tensor, hp: Tensor, r: Tensor) -> Tensor:
        """Return the linear product of the candidate."""
        product: Tensor = self.candidate(X, r * hp)
        return product


class Halves(Gates):
    """A candidate whose state meets the reset gate behind the product, with a bias of its own."""

    def __init__(self, e: int, u: int, gates: int) -> None:
        super().__init__(e, u, gates)
        self.bias_hh = nn.Parameter(torch.empty(gates * u))

    def forward(self, X: Tensor, hp: Tensor, r: Tensor) -> Tensor:  # type: ignore[override]
        """Return ``X W^T + b + r (hp R^T + bV)``."""
        return X @ self.weight_ih.T + self.bias + r * (hp @ self.weight_hh.T + self.bias_hh)


class GRUAfter(GRU):
    """The same with the reset gate behind the product, as in torch.nn.GRU."""

    def __init__(
        self, e: int, u: int, gates: int, activations: Sequence[Function], sequences: bool
    ) -> None:
        super().__init__(e, u, gates, activations, sequences)
        self.candidate = Halves(e, u, 1)

    def see(self, X: Tensor, hp: Tensor, r: Tensor) -> Tensor:
        """Return the linear product of the candidate."""
        product: Tensor = self.candidate(X, hp, r)
        return product


class Bidirectional(nn.Module):
    """Read sequences forwards by one module and backwards by another."""

    def __init__(self, onward: nn.Module, back: nn.Module, merge: str, sequences: bool) -> None:
        super().__init__()
        self.onward, self.back, self.merge, self.sequences = onward, back, merge, sequences

    def forward(self, X: Tensor) -> Tensor:
        """Return the states of both side by side, or their sum."""
        A0, A1 = self.onward(X), self.back(X.flip(1))
        if self.sequences:
            A1 = A1.flip(1)
        A: Tensor = torch.cat([A0, A1], -1) if self.merge == 'concatenate' else A0 + A1
        return A


class PositionalEncoding(nn.Module):
    """Add a row for each position, learned or not."""

    def __init__(self, rows: Tensor, learned: bool) -> None:
        super().__init__()
        self.learned = learned
        if learned:
            self.weight = nn.Parameter(rows)
        else:
            self.register_buffer('weight', rows, persistent=False)

    def forward(self, X: Tensor) -> Tensor:
        """Return ``X + E``."""
        return X + self.weight[: X.shape[1]]


class Attention(nn.Module):
    """``A = softmax(Q K^T / sqrt(k)) V Wo + bo``, in heads."""

    def __init__(
        self, e: int, u: int, heads: int, kv_heads: int, causal: bool, drop: float, rotary: bool,
        bias: bool,
    ) -> None:  # fmt: skip
        super().__init__()
        self.heads, self.kv_heads, self.k = heads, kv_heads, u // heads
        self.causal, self.drop, self.rotary = causal, drop, rotary
        self.query = nn.Linear(e, u, bias)
        self.key = nn.Linear(e, kv_heads * self.k, bias)
        self.value = nn.Linear(e, kv_heads * self.k, bias)
        self.output = nn.Linear(u, e, bias)

    def forward(self, X: Tensor) -> Tensor:
        """Return ``(m, s, e) -> (m, s, e)``."""
        Q = self.split(self.query(X), self.heads)
        K, V = self.split(self.key(X), self.kv_heads), self.split(self.value(X), self.kv_heads)
        if self.rotary:
            Q, K = self.turn(Q), self.turn(K)
        O = F.scaled_dot_product_attention(
            Q, K, V, dropout_p=self.drop if self.training else 0.0, is_causal=self.causal,
            enable_gqa=self.heads != self.kv_heads,
        )  # fmt: skip
        A: Tensor = self.output(O.transpose(1, 2).flatten(2))
        return A

    def split(self, X: Tensor, heads: int) -> Tensor:
        """Return ``(m, s, u) -> (m, heads, s, k)``."""
        return X.unflatten(-1, (heads, self.k)).transpose(1, 2)

    def turn(self, X: Tensor) -> Tensor:
        """Turn pairs of neighbours by an angle that grows with the position."""
        t = torch.arange(X.shape[2], dtype=X.dtype, device=X.device)
        powers = torch.arange(self.k // 2, dtype=X.dtype, device=X.device) / (self.k // 2)
        angles = t[:, None] * torch.exp(-math.log(10000) * powers)
        x, y = X[..., ::2], X[..., 1::2]
        cos, sin = angles.cos(), angles.sin()
        return torch.stack([x * cos - y * sin, x * sin + y * cos], -1).flatten(-2)


class States(nn.RNNBase):
    """Give the states of all steps, or the last one, where PyTorch gives both in a tuple."""

    sequences = True

    def forward(self, X: Tensor) -> Tensor:
        """Return ``(m, s, e) -> (m, u)``, or ``(m, s, u)`` with `sequences`."""
        states: Tensor = super().forward(X)[0]
        return states if self.sequences else states[:, -1]


class StatesOfRNN(States, nn.RNN):
    """torch.nn.RNN."""


class StatesOfLSTM(States, nn.LSTM):
    """torch.nn.LSTM."""


class StatesOfGRU(States, nn.GRU):
    """torch.nn.GRU."""
