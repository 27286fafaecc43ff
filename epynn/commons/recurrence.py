"""What the recurrent layers share: arguments, sequences in and states out, gates side by side."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from epynn.commons.arguments import as_flag, as_function, as_int, describe
from epynn.commons.bound_activation import BoundActivation
from epynn.commons.errors import ShapeError
from epynn.commons.maths import Initializer
from epynn.commons.models import HyperParameters, Layer
from epynn.commons.penalties import Penalty
from epynn.kernels.arrays import ndarray
from epynn.kernels.recurrence import (
    GateGradients,
    Gates,
    gates_input_gradient,
    gates_parameter_gradients,
    reverse_gates,
    run_gates,
)
from epynn.kernels.steps import Slopes, split_gates, swap_steps, zero_masked


class Recurrent(Layer):
    """Base class of the layers that pass a state from step to step.

    A *gate* is one linear product of the step's input and the state before: its parameters are
    ``U (e, u)``, ``V (u, u)`` and ``b (1, u)``, followed by the letter of the gate. The gates of
    a layer are computed together, from their parameters side by side: ``U (e, 4 u)`` for four.

    In the caches, arrays over all steps are ``(m, s, u)``. They are views of arrays ``(s, m, u)``,
    in which a step is contiguous; :func:`take_steps` gives these back.

    A class whose passes leave states at masked steps as they were, by :meth:`hold`, says
    ``honours_mask = True``; one that takes `stateful` calls :meth:`begin_states` before its steps
    and :meth:`carry_states` behind them.

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
    stateful : bool, optional
        Whether states go on from one pass to the next.
    """

    input_axes = ('m', 's', 'e')

    def __init__(
        self,
        unit_cells: int,
        initialization: Initializer,
        clip_gradients: bool,
        sequences: bool,
        se_hPars: HyperParameters | None,
        penalty: Penalty | None = None,
        stateful: bool = False,
    ) -> None:
        super().__init__(se_hPars, penalty)
        self.d['u'] = as_int(unit_cells, f'{self.name}.unit_cells')
        self.initialization = as_function(
            initialization, f'{self.name}.initialization', 'orthogonal'
        )
        self.clip_gradients = as_flag(clip_gradients, f'{self.name}.clip_gradients')
        self.sequences = as_flag(sequences, f'{self.name}.sequences')
        self.carries = as_flag(stateful, f'{self.name}.stateful')

    def gate_activations(self) -> tuple[BoundActivation, ...]:
        """Return the activation functions of the gates, side by side."""
        return (self.activate,)

    def receive_steps(self, A: ndarray) -> ndarray:
        """Open a forward pass, as `receive_input`: ``(m, s, e) -> (s, m, e)``, 0 where masked."""
        X = swap_steps(zero_masked(self.receive_input(A), self.mask))
        if len(X) == 0:
            raise ShapeError(
                self.name, 'sequences of at least one step', f'an array of shape {A.shape}',
                'Leave out sequences that are empty, or pad them.',
            )  # fmt: skip
        return X

    def begin_states(self, **first: ndarray) -> None:
        """Set states before the first step to those that the pass before carried, if it did.

        They are views ``(m, u)`` by their symbols, as :meth:`carry_states` is given the last ones.
        """
        for symbol, state in first.items() if self.carries and self.carried else ():
            carried = self.carried.get(symbol)
            if carried is None or carried.shape != state.shape:
                raise ShapeError(
                    f'{self.name}.carried[{symbol!r}]', f'an array of shape {state.shape}',
                    describe(carried), 'Call model.reset_states() first.',
                )  # fmt: skip
            state[...] = carried

    def carry_states(self, **last: ndarray) -> None:
        """Keep copies of the states after the last step, if the next pass goes on from them."""
        if self.carries:
            self.carried = {symbol: state.copy() for symbol, state in last.items()}

    def hold(self, t: int, new: ndarray, old: ndarray) -> ndarray:
        """Return `new` where step `t` is real, and `old` where it is masked: ``(m, u)``."""
        if self.mask is None:
            return new
        held: ndarray = np.where(self.mask[:, t, np.newaxis], new, old)
        return held

    def run_gates(self, X: ndarray, gates: tuple[str, ...], *functions: BoundActivation) -> Gates:
        """Prepare gates for steps ``(s, m, e)``, with their parameters side by side.

        Their letters are those of the parameters; one without a letter is ``''``.
        """
        U, V, b = (self.side_by_side(symbol, gates) for symbol in 'UVb')
        run = run_gates(X, U, V, b, GateActivations.of(self.d['u'], *functions))
        self.fc['X'] = swap_steps(run.X)
        return run

    def reverse_gates(
        self, Z: ndarray, A: ndarray, gates: tuple[str, ...], *functions: BoundActivation
    ) -> GateGradients:
        """Prepare the way back of gates, from their products and activations at all steps."""
        V = self.side_by_side('V', gates)
        return reverse_gates(Z, A, V, GateActivations.of(self.d['u'], *functions, mask=self.mask))

    def reverse_activation(self, Z: ndarray, A: ndarray, activate: BoundActivation) -> Slopes:
        """Prepare the way back of an activation, from its inputs and outputs at all steps."""
        return Slopes(Z, A, GateActivations.of(self.d['u'], activate, mask=self.mask))

    def side_by_side(self, symbol: str, gates: tuple[str, ...]) -> ndarray:
        """Return a parameter of gates as one array: ``Uf Ui`` of ``(e, u)`` -> ``(e, 2 u)``."""
        return np.concatenate([self.p[f'{symbol}{gate}'] for gate in gates], axis=1)

    def output_mask(self) -> ndarray | None:
        """Return the mask where all states are given out; the last one has no steps."""
        return self.mask if self.sequences else None

    def give_states(self, h: ndarray) -> ndarray:
        """Close a forward pass: all states ``(s, m, u) -> (m, s, u)``, or the last ``(m, u)``."""
        A = self.fc['A'] = swap_steps(h) if self.sequences else h[-1]
        return A

    def receive_states_gradient(self, dX: ndarray) -> ndarray:
        """Open a backward pass: the gradient ``(s, m, u)`` with respect to the states.

        It is ``dA`` at the steps that were given out, 0 at others.
        """
        dA = self.receive_gradient(dX)
        (h,) = take_steps(self.fc, 'h')
        dh = np.zeros_like(h)
        dh[slice(None) if self.sequences else -1] = swap_steps(dA) if self.sequences else dA
        return dh

    def give_input_gradient(self, gates: tuple[str, ...], dZ: ndarray) -> ndarray:
        """Return what gates give to ``dX``: linear products with the inputs of all steps.

        ``(s, m, k u) @ (e, k u)^T -> (s, m, e) -> (m, s, e)``
        """
        return swap_steps(gates_input_gradient(dZ, self.side_by_side('U', gates)))


def keep_steps(cache: dict[str, Any], **arrays: ndarray) -> None:
    """Store arrays ``(s, m, u)`` in a cache by their symbols, as ``(m, s, u)``."""
    for symbol, array in arrays.items():
        cache[symbol] = swap_steps(array)


def take_steps(cache: dict[str, Any], symbols: str) -> list[ndarray]:
    """Return the arrays that :func:`keep_steps` stored, ``(s, m, u)``: ``'h_ h'`` for two."""
    return [swap_steps(cache[symbol]) for symbol in symbols.split()]


def compute_gate_shapes(layer: Recurrent, A: ndarray, gates: tuple[str, ...]) -> None:
    """Read ``m s e`` off the sequences and derive the shapes of the parameters of each gate."""
    d = layer.d
    d['m'], d['s'], d['e'] = A.shape

    for gate in gates:
        layer.ps[f'U{gate}'] = (d['e'], d['u'])
        layer.ps[f'V{gate}'] = (d['u'], d['u'])
        layer.ps[f'b{gate}'] = (1, d['u'])


def initialize_gates(layer: Recurrent, gates: tuple[str, ...]) -> None:
    """Draw the weights, ``U`` then ``V`` of each gate in turn; the biases start at 0."""
    for gate in gates:
        layer.p[f'U{gate}'] = layer.initialization(layer.ps[f'U{gate}'], rng=layer.np_rng)
        layer.p[f'V{gate}'] = layer.initialization(layer.ps[f'V{gate}'], rng=layer.np_rng)
        layer.p[f'b{gate}'] = np.zeros(layer.ps[f'b{gate}'])


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

    mask: ndarray | None = None
    """Which steps are real ``(m, s)``: through the others no gradient goes."""

    @classmethod
    def of(
        cls, u: int, *functions: BoundActivation, mask: ndarray | None = None
    ) -> 'GateActivations':
        """Join the functions of gates of `u` columns each, in order."""
        runs: list[tuple[slice, BoundActivation]] = []
        for j, activate in enumerate(functions):
            start = j * u
            if runs and activate.is_same_elementwise(runs[-1][1]):
                start = runs.pop()[0].start
            runs.append((slice(start, (j + 1) * u), activate))
        return cls(runs, [run for run in runs if not run[1].is_elementwise], mask)

    def compute(self, Z: ndarray, A: ndarray) -> None:
        """Compute ``A = activate(Z)`` for one step, ``(m, k u)``, into `A`."""
        for columns, activate in self.runs:
            activate.compute(Z[:, columns], A[:, columns])

    def slopes(self, Z: ndarray, A: ndarray, out: ndarray) -> None:
        """Compute ``activate'(Z)`` for steps, ``(s, m, k u)``, into `out`; 1 for softmax.

        Masked steps have none, 0.
        """
        for columns, activate in self.runs:
            if activate.is_elementwise:
                activate.slope(Z[..., columns], A[..., columns], out[..., columns])
            else:
                out[..., columns] = 1
        if self.mask is not None:
            out[swap_steps(~self.mask)] = 0

    def complete_gradient(self, Z: ndarray, A: ndarray, dZ: ndarray) -> None:
        """Complete `dZ` of one step, which is ``dA`` times the slopes: softmax has none."""
        for columns, activate in self.without_slopes:
            dZ[:, columns] = activate.gradient(dZ[:, columns], Z[:, columns], A[:, columns])


def compute_gate_gradients(
    layer: Recurrent, gates: tuple[str, ...], hp: ndarray, dZ: ndarray
) -> None:
    """Compute the gradients of the parameters of gates, summed over steps and samples.

    For ``Z = X U + hp V + b``, several gates side by side: ``dU = sum(X^T dZ)``,
    ``dV = sum(hp^T dZ)``, ``db = sum(dZ)``, then cut into gates. `hp` is ``(s, m, u)`` and `dZ`, in
    whose columns the ``k`` gates lie in order, is ``(s, m, k u)``.
    """
    (X,) = take_steps(layer.fc, 'X')
    sides = (split_gates(d, layer.d['u']) for d in gates_parameter_gradients(X, hp, dZ))
    for gate, dU, dV, db in zip(gates, *sides, strict=True):
        layer.g[f'dU{gate}'], layer.g[f'dV{gate}'], layer.g[f'db{gate}'] = dU, dV, db
