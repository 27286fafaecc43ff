"""What the recurrent layers share: arguments, sequences in and states out, gates side by side."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from epynn.commons.activation import BoundActivation
from epynn.commons.arguments import as_flag, as_function, as_int
from epynn.commons.errors import ShapeError
from epynn.commons.models import Layer
from epynn.commons.penalties import Penalty
from epynn.kernels.arrays import Array
from epynn.kernels.normalization import sum_points
from epynn.kernels.recurrence import (
    beside_states,
    by_samples,
    by_steps,
    make_states,
    multiply_steps_weight_gradient,
    weight_gradient_beside_states,
)


class Recurrent(Layer):
    """Base class of the layers that pass a state from step to step.

    A *gate* is one linear product of the step's input and the state before: its parameters are
    ``U (e, u)``, ``V (u, u)`` and ``b (1, u)``, followed by the letter of the gate. The gates of
    a layer are computed together, from their parameters side by side: ``U (e, 4 u)`` for four.

    In the caches, arrays over all steps are ``(m, s, u)``. They are views of arrays ``(s, m, u)``,
    in which a step is contiguous; :func:`take_steps` gives these back. Those of an LSTM lie in
    memory as :func:`epynn.kernels.recurrence.beside_states` says.

    Parameters
    ----------
    unit_cells : int
        Number of units ``u``.
    initialization : function
        Draws each ``U`` and ``V``: ``f(shape, rng)``.
    clip_gradients : bool
        Whether to limit the norm of the gradients.
    sequences : bool
        Whether to give the states of all steps, or only the last.
    se_hPars : dict, optional
        Hyper-parameters of this layer alone.
    penalty : Penalty, optional
        Penalty on each ``U`` and ``V``.
    """

    input_axes = ('m', 's', 'e')

    def __init__(
        self,
        unit_cells: int,
        initialization: Callable[..., Array],
        clip_gradients: bool,
        sequences: bool,
        se_hPars: Mapping[str, Any] | None,
        penalty: Penalty | None = None,
    ) -> None:
        super().__init__(se_hPars, penalty)
        self.d['u'] = as_int(unit_cells, f'{self.name}.unit_cells')
        self.initialization = as_function(
            initialization, f'{self.name}.initialization', 'orthogonal'
        )
        self.clip_gradients = as_flag(clip_gradients, f'{self.name}.clip_gradients')
        self.sequences = as_flag(sequences, f'{self.name}.sequences')

    def receive_steps(self, A: Array) -> Array:
        """Open a forward pass, as `receive_input`: ``(m, s, e) -> (s, m, e)``.

        Raises
        ------
        ShapeError
            If the sequences have no step.
        """
        X = np.ascontiguousarray(by_steps(self.receive_input(A)))
        self._require_steps(A)
        self.fc['X'] = by_samples(X)
        return X

    def receive_steps_beside_states(self, A: Array) -> tuple[Array, Array, Array]:
        """Open a forward pass, as `receive_steps`, for one product of all that a step reads.

        Returns
        -------
        Xhp1, hp, h : ndarray
            Steps, states before them and a 1, ``(s, m, e + u + 1)``; states before and after each
            step, ``(s, m, u)``: :func:`epynn.kernels.recurrence.beside_states`.
        """
        steps = by_steps(self.receive_input(A))
        self._require_steps(A)
        Xhp1, X, hp, h = beside_states(steps, self.d['u'], np.result_type(A, *self.p.values()))
        self.fc['X'] = by_samples(X)
        return Xhp1, hp, h

    def _require_steps(self, A: Array) -> None:
        """Refuse sequences without a step."""
        if A.shape[1] == 0:
            raise ShapeError(
                self.name, 'sequences of at least one step', f'an array of shape {A.shape}',
                'Leave out sequences that are empty, or pad them.',
            )  # fmt: skip

    def give_states(self, h: Array) -> Array:
        """Close a forward pass: all states ``(s, m, u) -> (m, s, u)``, or the last ``(m, u)``."""
        A = self.fc['A'] = by_samples(h) if self.sequences else h[-1]
        return A

    def receive_states_gradient(self, dX: Array) -> tuple[Array, Array]:
        """Open a backward pass, as `receive_gradient`: put ``dA`` where its states came from.

        Returns
        -------
        dhp, dh : ndarray
            Gradients ``(s, m, u)`` with respect to the states before and after each step, as
            :func:`epynn.kernels.recurrence.make_states` makes them. ``dh`` is ``dA`` at the
            steps that were given out, 0 at others.
        """
        dA = self.receive_gradient(dX)
        dhp, dh = make_states(by_steps(self.fc['h']), self.d['u'])
        if self.sequences:
            dh[:] = by_steps(dA)
        else:
            dh[-1] = dA
        return dhp, dh


def keep_steps(cache: dict[str, Any], **arrays: Array) -> None:
    """Store arrays ``(s, m, u)`` in a cache by their symbols, as ``(m, s, u)``."""
    for symbol, array in arrays.items():
        cache[symbol] = by_samples(array)


def take_steps(cache: dict[str, Any], symbols: str) -> list[Array]:
    """Return the arrays that :func:`keep_steps` stored, ``(s, m, u)``: ``'h_ h'`` for two."""
    return [by_steps(cache[symbol]) for symbol in symbols.split()]


def compute_gate_shapes(layer: Recurrent, A: Array, gates: tuple[str, ...]) -> None:
    """Read ``m s e`` off the sequences and derive the shapes of the parameters of each gate."""
    d = layer.d
    d['m'], d['s'], d['e'] = A.shape

    for gate in gates:
        layer.fs[f'U{gate}'] = (d['e'], d['u'])
        layer.fs[f'V{gate}'] = (d['u'], d['u'])
        layer.fs[f'b{gate}'] = (1, d['u'])


def initialize_gates(layer: Recurrent, gates: tuple[str, ...]) -> None:
    """Draw the weights, ``U`` then ``V`` of each gate in turn; the biases start at 0."""
    for gate in gates:
        layer.p[f'U{gate}'] = layer.initialization(layer.fs[f'U{gate}'], rng=layer.np_rng)
        layer.p[f'V{gate}'] = layer.initialization(layer.fs[f'V{gate}'], rng=layer.np_rng)
        layer.p[f'b{gate}'] = np.zeros(layer.fs[f'b{gate}'])


def gates_side_by_side(layer: Recurrent, symbol: str, gates: tuple[str, ...]) -> Array:
    """Return a parameter of several gates as one array: ``Uf Ui`` of ``(e, u)`` -> ``(e, 2 u)``."""
    return np.concatenate([layer.p[f'{symbol}{gate}'] for gate in gates], axis=1)


def stack_gates(layer: Recurrent, gates: tuple[str, ...]) -> Array:
    """Return ``U V b`` of several gates as one array, ``(e + u + 1, k u)``: one below the other."""
    return np.concatenate([gates_side_by_side(layer, symbol, gates) for symbol in 'UVb'])


def split_gates(Z: Array, k: int) -> list[Array]:
    """View gates side by side as arrays of their own: ``(..., k u) -> k`` times ``(..., u)``."""
    u = Z.shape[-1] // k
    return [Z[..., j * u : (j + 1) * u] for j in range(k)]


@dataclass(frozen=True)
class GateActivations:
    """The activation functions of gates side by side.

    Neighbours that share an elementwise function are computed by one call: at the size of one step,
    calls cost more than numbers.
    """

    runs: list[tuple[slice, BoundActivation]]
    """Columns, and the function they share."""

    without_slopes: list[tuple[slice, BoundActivation]]
    """Those of softmax, where an output depends on more than one input."""

    @classmethod
    def of(cls, u: int, *functions: BoundActivation) -> 'GateActivations':
        """Join the functions of gates of `u` columns each, in order."""
        runs: list[tuple[slice, BoundActivation]] = []
        for j, activate in enumerate(functions):
            start = j * u
            if runs and activate.is_same_elementwise(runs[-1][1]):
                start = runs.pop()[0].start
            runs.append((slice(start, (j + 1) * u), activate))
        return cls(runs, [run for run in runs if not run[1].is_elementwise])

    def compute(self, Z: Array, A: Array) -> None:
        """Compute ``A = activate(Z)`` for one step, ``(m, k u)``, into `A`."""
        for columns, activate in self.runs:
            activate.compute(Z[:, columns], A[:, columns])

    def slopes(self, Z: Array, A: Array, out: Array) -> None:
        """Compute ``activate'(Z)`` for steps, ``(s, m, k u)``, into `out`; 1 for softmax."""
        for columns, activate in self.runs:
            if activate.is_elementwise:
                activate.slope(Z[..., columns], A[..., columns], out[..., columns])
            else:
                out[..., columns] = 1

    def complete_gradient(self, Z: Array, A: Array, dZ: Array) -> None:
        """Complete `dZ` of one step, which is ``dA`` times the slopes: softmax has none."""
        for columns, activate in self.without_slopes:
            dZ[:, columns] = activate.gradient(dZ[:, columns], Z[:, columns], A[:, columns])


class GateGradients:
    """The gradients of the activation functions of gates side by side, step after step.

    The slopes ``activate'(Z)`` of all steps are computed at once: they wait for nothing, unlike the
    ``dA`` that they are multiplied by. Softmax has no slopes, it takes each step as a whole.

    Parameters
    ----------
    functions : GateActivations
        The functions.
    Z, A : ndarray
        Their inputs and outputs at all steps, ``(s, m, k u)``.
    """

    def __init__(self, functions: GateActivations, Z: Array, A: Array) -> None:
        self.functions, self.Z, self.A = functions, Z, A
        self.slopes = np.empty_like(A)
        functions.slopes(Z, A, self.slopes)

    def compute(self, t: int, dA: Array, dZ: Array) -> None:
        """Compute ``dZ = dA * activate'(Z)`` for step `t`, ``(m, k u)``, into `dZ`."""
        np.multiply(dA, self.slopes[t], out=dZ)
        if self.functions.without_slopes:
            self.functions.complete_gradient(self.Z[t], self.A[t], dZ)


def compute_gate_gradients(layer: Recurrent, gates: tuple[str, ...], dZ: Array, hp: Array) -> None:
    """Compute the gradients of the parameters of gates, summed over steps and samples.

    For ``Z = X U + hp V + b``, several gates side by side: ``dU = X^T dZ``, ``dV = hp^T dZ``,
    ``db = sum(dZ)``. Each is one matrix product over all steps, then cut into gates.

    Parameters
    ----------
    layer : Recurrent
        The layer; its `g` receives the gradients.
    gates : tuple of str
        The ``k`` gates, in the order of their columns.
    dZ : ndarray
        Gradient ``(s, m, k u)`` with respect to their linear products.
    hp : ndarray
        What was multiplied by ``V``, ``(s, m, u)``.
    """
    (X,) = take_steps(layer.fc, 'X')
    k = len(gates)

    # (s, m, e)^T @ (s, m, k u) -> (e, k u)
    dU = split_gates(multiply_steps_weight_gradient(X, dZ), k)
    # (s, m, u)^T @ (s, m, k u) -> (u, k u)
    dV = split_gates(multiply_steps_weight_gradient(hp, dZ), k)
    # (s, m, k u) -> (1, k u)
    db = split_gates(sum_points(dZ)[np.newaxis], k)

    for gate, *gradients in zip(gates, dU, dV, db, strict=True):
        layer.g[f'dU{gate}'], layer.g[f'dV{gate}'], layer.g[f'db{gate}'] = gradients


def compute_stacked_gradients(layer: Recurrent, gates: tuple[str, ...], dZ: Array) -> None:
    """Compute the gradients of ``U V b`` of gates, as :func:`stack_gates` stacks them.

    They are those of :func:`compute_gate_gradients`, which takes the same, without `hp`: here one
    matrix product over all steps gives them all.
    """
    X, hp = take_steps(layer.fc, 'X hp')
    e = layer.d['e']

    # (s, m, e + u + 1)^T @ (s, m, k u) -> (e + u + 1, k u)
    dUVb = split_gates(weight_gradient_beside_states(X, hp, dZ), len(gates))

    for gate, gradients in zip(gates, dUVb, strict=True):
        layer.g[f'dU{gate}'] = gradients[:e]
        layer.g[f'dV{gate}'] = gradients[e:-1]
        layer.g[f'db{gate}'] = gradients[-1:]
