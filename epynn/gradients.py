"""Check gradients of layers and networks by central differences.

``dL/dx = (L(x + h) - L(x - h)) / 2h`` has an error of ``h^2`` from the curve and of ``eps / h``
from rounding. In float64 with ``h = 1e-5`` both are about 1e-10: a right gradient passes the
tolerance of 1e-7 with room to spare, and a wrong one is off by far more.
"""

import copy
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from epynn.commons.activation import BoundActivation
from epynn.commons.arguments import as_flag, as_float, as_int, describe
from epynn.commons.errors import ArgumentError, ArgumentTypeError, StateError
from epynn.commons.io.numbers import as_numbers
from epynn.commons.logs import show_table, text_table
from epynn.commons.models import Layer, walk_layers
from epynn.kernels.arrays import Array
from epynn.network.backward import loss_gradient
from epynn.network.models import EpyNN

STEPS = (1e-5, 1e-5 / 16, 1e-5 / 256)
"""Distances to the two points. The smaller ones are for elements that seem wrong: is it a kink?"""
FLOOR = 1e-2
"""Errors are relative to the largest number in the gradient, or to this where all are smaller."""
HEADERS = ('Tensor', 'Shape', 'Checked', 'Worst\nindex', 'Analytic', 'Numeric', 'Error', 'Verdict')


@dataclass(frozen=True)
class TensorCheck:
    """The gradient of one tensor, analytic against numeric, where it is worst.

    Attributes
    ----------
    tensor : str
        ``'dX'`` or ``'dW'``; in a network with the layer in front, ``'2 Dense dW'``.
    shape : tuple of int
        Shape of the tensor.
    checked, kinks : int
        Elements compared, and elements left out because the loss has a kink there.
    index : tuple of int
        Where the error is largest.
    analytic, numeric : float
        The two gradients there.
    error : float
        Their distance, relative to the largest number in the gradient.
    passed : bool
        Whether the error is within the tolerance.
    hint : str
        What the mistake may be.
    """

    tensor: str
    shape: tuple[int, ...]
    checked: int
    kinks: int
    index: tuple[int, ...]
    analytic: float
    numeric: float
    error: float
    passed: bool
    hint: str = ''


@dataclass(frozen=True)
class GradientCheck:
    """What :func:`check_gradients` found: true if all is right, and a table when printed.

    Attributes
    ----------
    name : str
        The layer or network.
    checks : tuple of TensorCheck
        One for each tensor.
    tolerance : float
        Largest relative error accepted.
    """

    name: str
    checks: tuple[TensorCheck, ...]
    tolerance: float

    @property
    def passed(self) -> bool:
        """Whether every gradient is right."""
        return all(check.passed for check in self.checks)

    @property
    def worst(self) -> float:
        """The largest relative error."""
        return max((check.error for check in self.checks), default=0.0)

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        return '\n'.join([self._title(), text_table(HEADERS, self._rows()), *self._hints()])

    __repr__ = __str__

    def show(self) -> None:
        """Show the table; in a notebook a real one."""
        show_table(HEADERS, self._rows(), self._title(), '\n'.join(self._hints()))

    def _title(self) -> str:
        verdict = 'right' if self.passed else 'WRONG'
        return f'Gradients of {self.name}: {verdict} (tolerance {self.tolerance:.0e})'

    def _rows(self) -> list[list[Any]]:
        return [
            [
                check.tensor,
                str(check.shape).replace(' ', ''),
                f'{check.checked}' + (f' - {check.kinks} kinks' if check.kinks else ''),
                str(check.index).replace(' ', ''),
                f'{check.analytic:.6g}',
                f'{check.numeric:.6g}',
                f'{check.error:.1e}',
                'ok' if check.passed else 'WRONG',
            ]
            for check in self.checks
        ]

    def _hints(self) -> list[str]:
        return [f'{check.tensor}: {check.hint}' for check in self.checks if check.hint]


def check_gradients(
    layer_or_model: Layer | EpyNN,
    X: Any,
    Y: Any = None,
    *,
    training: bool = True,
    points: int = 100,
    tolerance: float = 1e-7,
    seed: int = 0,
) -> GradientCheck:
    """Compare the gradients of a layer or a network with central differences.

    It works on a copy in float64: the layer or network itself stays as it is. Random numbers, as in
    Dropout, are the same in every pass; gradients are not clipped. Where the loss has a kink, as
    ReLU at 0 and a maximum at a tie, the two one-sided slopes differ however near one looks; such
    elements are left out if the gradient lies between the slopes.

    Parameters
    ----------
    layer_or_model : Layer or EpyNN
        A layer, also one of your own, or an initialized network.
    X : array_like
        A batch of inputs. Whole numbers, such as tokens, have no gradient.
    Y : array_like, optional
        For a network: the labels as the loss takes them. A layer alone has none; its loss is a
        sum of its outputs, each times a random number.
    training : bool, optional
        Whether layers such as Dropout and BatchNorm do what they do in training.
    points : int, optional
        Elements to compare in each tensor; of larger ones, that many at random.
    tolerance : float, optional
        Largest relative error accepted.
    seed : int, optional
        Of the random numbers.

    Returns
    -------
    GradientCheck
        True if all is right; print it for a table.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        If the arguments are not those above.
    StateError
        If the network was not initialized.
    """
    points = as_int(points, 'check_gradients(points)')
    tolerance = as_float(tolerance, 'check_gradients(tolerance)', low=0)
    rng = np.random.default_rng(as_int(seed, 'check_gradients(seed)', minimum=0))
    training = as_flag(training, 'check_gradients(training)')
    X = np.array(as_numbers(X, 'check_gradients(X)'))
    real = X.dtype.kind == 'f'
    X = X.astype(np.float64) if real else X
    if isinstance(layer_or_model, EpyNN):
        probe: _Probe = _NetworkProbe(layer_or_model, X, Y, training)
    elif isinstance(layer_or_model, Layer):
        probe = _LayerProbe(layer_or_model, X, Y, training, rng)
    else:
        raise ArgumentTypeError(
            'check_gradients(layer_or_model)', 'a layer or a network', describe(layer_or_model),
            'Pass an object such as Dense(3), not its class.',
        )  # fmt: skip
    dX, gradients = probe.analytic()
    tensors: list[tuple[str, Array, Array | None]] = [('dX', X, dX)] if real else []
    tensors += [(name, p, gradients.get(name)) for name, p in probe.parameters().items()]
    checks = [
        _check_tensor(name, x, g, probe, points, tolerance, rng) for name, x, g in tensors
    ]  # fmt: skip
    return GradientCheck(layer_or_model.name, tuple(checks), tolerance)


class _Probe:
    """A copy of layers in float64, whose loss can be computed again and again.

    Parameters
    ----------
    layers : list of Layer
        The copies.
    X : ndarray
        The input, which is changed from outside.
    """

    def __init__(self, layers: list[Layer], X: Array) -> None:
        self.X = X
        self.layers = layers
        self.walked = list(walk_layers(layers))
        for layer in self.walked:
            layer.dtype = np.dtype(np.float64)
            if not layer.children():
                layer.p = {name: p.astype(np.float64) for name, p in layer.p.items()}
                layer.s = {name: s.astype(np.float64) for name, s in layer.s.items()}
            if hasattr(layer, 'clip_gradients'):
                layer.clip_gradients = False
        self.outputs()  # draws the parameters
        self.streams = [layer.np_rng.bit_generator.state for layer in self.walked]
        self.leaves = [(leaf, dict(leaf.s)) for leaf in self.walked if not leaf.children()]

    def outputs(self) -> Array:
        raise NotImplementedError

    def losses(self) -> Array:
        """Return the loss in parts, whose sum is meant."""
        raise NotImplementedError

    def passes(self) -> tuple[Array, dict[str, Array]]:
        raise NotImplementedError

    def rewind(self) -> None:
        """Put random streams and running means back, so that each pass is the same."""
        for layer, state in zip(self.walked, self.streams, strict=True):
            layer.np_rng.bit_generator.state = state
        for leaf, s in self.leaves:
            leaf.s = dict(s)

    def analytic(self) -> tuple[Array, dict[str, Array]]:
        """Return copies of ``dX`` and of the gradients of all parameters by name."""
        self.rewind()
        dX, gradients = self.passes()
        return np.array(dX), {name: np.array(g) for name, g in gradients.items()}

    def parameters(self) -> dict[str, Array]:
        """Return the parameters by the names of their gradients."""
        raise NotImplementedError


class _LayerProbe(_Probe):
    """A layer alone. Its loss is ``sum(A * R)``, with ``R`` drawn once."""

    def __init__(
        self, layer: Layer, X: Array, Y: Any, training: bool, rng: np.random.Generator
    ) -> None:
        if Y is not None:
            raise ArgumentError(
                'check_gradients(Y)',
                'no labels with a layer',
                'some',
                'Pass a network with labels.',
            )
        self.layer = copy.deepcopy(layer)
        for each in walk_layers([self.layer]):
            each.training = training
        super().__init__([self.layer], X)
        self.R = rng.standard_normal(self.layer.fs['A'])

    def outputs(self) -> Array:
        return self.layer.forward(self.X)

    def losses(self) -> Array:
        parts: Array = self.outputs() * self.R
        return parts

    def passes(self) -> tuple[Array, dict[str, Array]]:
        self.outputs()
        dX = self.layer.backward(self.R)
        self.layer.compute_gradients()
        return dX, self.layer.g

    def parameters(self) -> dict[str, Array]:
        return {f'd{name}': p for name, p in self.layer.p.items()}


class _NetworkProbe(_Probe):
    """A network with its loss and penalties."""

    def __init__(self, model: EpyNN, X: Array, Y: Any, training: bool) -> None:
        if not model.initialized:
            raise StateError(
                'check_gradients', 'an initialized network', 'one that is not', 'Call initialize().'
            )
        if Y is None:
            raise ArgumentError(
                'check_gradients(Y)',
                'the labels of the batch',
                'none',
                'Pass them as the loss takes them.',
            )
        self.training = training
        self.Y = as_numbers(Y, 'check_gradients(Y)')
        self.Y = self.Y[:, np.newaxis] if self.Y.ndim == 1 else self.Y
        # The data of the Embedding need no copy
        embedding = model.embedding
        data = [embedding.dtrain, embedding.dval, embedding.dtest, embedding.batch_dtrain]
        self.model: EpyNN = copy.deepcopy(model, {id(thing): thing for thing in data})
        # Else the backward pass would not walk below the first trainable layer
        self.model.embedding.trainable = True
        super().__init__(self.model.layers, X)

    def outputs(self) -> Array:
        return self.model.forward(self.X, training=self.training)

    def losses(self) -> Array:
        model = self.model
        assert model.training_loss is not None
        per_sample = model.training_loss(self.Y, self.outputs())
        m = len(self.X)
        penalty = sum(layer.compute_penalty() for layer in model.layers)
        parts: Array = (per_sample + penalty) / (m if model.reduction == 'mean' else 1)
        return parts

    def passes(self) -> tuple[Array, dict[str, Array]]:
        dA, dZ = loss_gradient(self.model, self.Y, self.outputs())
        dX = self.model.backward(dA, dZ)
        return dX, self._named('g')

    def parameters(self) -> dict[str, Array]:
        return self._named('p', 'd')

    def _named(self, kind: str, prefix: str = '') -> dict[str, Array]:
        return {
            f'{number} {layer.name} {prefix}{name}': array
            for number, layer in enumerate(self.layers)
            for name, array in getattr(layer, kind).items()
        }


def _check_tensor(
    name: str,
    x: Array,
    analytic: Array | None,
    probe: _Probe,
    points: int,
    tolerance: float,
    rng: np.random.Generator,
) -> TensorCheck:
    """Compare the gradient with respect to `x`, which the probe reads, at some of its elements."""
    if analytic is None or analytic.shape != x.shape:
        hint = 'there is no such gradient' if analytic is None else _shape_hint(x, analytic)
        nan = math.nan
        return TensorCheck(name, x.shape, 0, 0, (), nan, nan, math.inf, False, hint)
    if x.size > points:
        chosen = np.sort(rng.choice(x.size, points, replace=False))
    else:
        chosen = np.arange(x.size)
    indices = [tuple(int(i) for i in np.unravel_index(k, x.shape)) for k in chosen]
    a = np.array([analytic[index] for index in indices])
    n = np.array([_slope(x, index, probe, STEPS[0])[0] for index in indices])
    scale = max(np.max(np.abs(a), initial=0), np.max(np.abs(n), initial=0), FLOOR)
    kinks = np.zeros(len(n), dtype=bool)
    for k in np.flatnonzero(~(np.abs(a - n) <= tolerance * scale)).tolist():
        n[k], kinks[k] = _look_closer(x, indices[k], probe, a[k], n[k], tolerance * scale)
    errors = np.where(kinks, 0.0, np.abs(a - n) / scale)
    if not errors.size:
        return TensorCheck(name, x.shape, 0, 0, (), 0.0, 0.0, 0.0, True)
    k = int(np.argmax(np.where(np.isnan(errors), np.inf, errors)))
    passed = bool(errors[k] <= tolerance)
    hint = '' if passed else _hint(analytic, indices, a, n, probe.walked, tolerance * scale)
    return TensorCheck(
        name, x.shape, len(n), int(kinks.sum()), indices[k], float(a[k]), float(n[k]),
        float(errors[k]), passed, hint,
    )  # fmt: skip


def _slope(x: Array, index: tuple[int, ...], probe: _Probe, step: float) -> tuple[float, float]:
    """Return the central difference, and how far the slopes of the two sides are apart."""
    value = x[index]
    h = step * max(1.0, abs(value))
    parts = []
    above, below = value + h, value - h
    for point in (above, value, below):
        x[index] = point
        probe.rewind()
        parts.append(np.array(probe.losses()))
    x[index] = value
    plus, here, minus = parts
    slope = np.sum((plus - minus) / (above - below))
    return float(slope), float(np.sum(np.abs(plus - 2 * here + minus)) / h)


def _look_closer(
    x: Array, index: tuple[int, ...], probe: _Probe, a: float, n: float, allowed: float
) -> tuple[float, bool]:
    """Return the slope of a second look at an element that seems wrong, and whether it is a kink.

    Near a kink, smaller steps reach the slope of one side. At a kink, the slopes of the two sides
    stay as far apart as they are; along a curve, that distance shrinks with the step.
    """
    gaps = []
    for step in STEPS:
        slope, gap = _slope(x, index, probe, step)
        gaps.append(gap)
        if abs(a - slope) <= allowed:
            return slope, False
    at_kink = gaps[-1] > 0.25 * gaps[0] and abs(a - n) <= 0.51 * gaps[0] + allowed
    return n, at_kink


def _shape_hint(x: Array, analytic: Array) -> str:
    """Return what a gradient of another shape may be."""
    words = f'its shape is {analytic.shape}, that of the parameter {x.shape}'
    return f'{words}: transposed' if analytic.shape == x.shape[::-1] else words


def _hint(
    analytic: Array,
    indices: list[tuple[int, ...]],
    a: Array,
    n: Array,
    layers: Iterable[Layer],
    allowed: float,
) -> str:
    """Return what the ratio of the two gradients betrays, if anything."""
    if not np.isfinite(a).all():
        return 'the gradient is not finite'
    if not np.any(a):
        return 'the gradient is 0 everywhere: it is not computed, or a factor is lost'
    if analytic.ndim == 2 and analytic.shape[0] == analytic.shape[1] > 1:
        swapped = np.array([analytic[index[::-1]] for index in indices])
        if np.max(np.abs(swapped - n)) <= 10 * allowed:
            return 'transposed: it is right with rows and columns exchanged'
    ratio = float(np.dot(a, n) / np.dot(n, n)) if np.any(n) else math.nan
    if not np.max(np.abs(a - ratio * n)) <= 10 * allowed * max(1.0, abs(ratio)):
        return ''
    for value, meaning in _factors(layers):
        if value != 1 and math.isclose(ratio, value, rel_tol=1e-5):
            return f'the ratio is {meaning} ({ratio:.6g})'
    return f'the ratio is {ratio:.6g} everywhere: a factor is wrong'


def _factors(layers: Iterable[Layer]) -> Iterable[tuple[float, str]]:
    """Yield the factors that one easily forgets, with what they are."""
    yield -1, '-1: the sign is wrong'
    for layer in layers:
        yield from _activation_factors(vars(layer))
        if 'm' in layer.d:
            m = layer.d['m']
            yield m, 'the batch size: sum against mean'
            yield 1 / m, '1 / the batch size: mean against sum'
        keep = 1 - float(getattr(layer, 'drop_prob', 0))
        if keep:
            yield keep, '1 - drop_prob: the scale of Dropout is lost'
            yield 1 / keep, '1 / (1 - drop_prob): the scale of Dropout is applied twice'
        for symbol, size in layer.d.items():
            yield size, f'{symbol} = {size}: a sum against a mean over it'
            yield 1 / size if size else 1, f'1 / {symbol} = 1 / {size}: a mean against a sum'
    yield 2, '2: the derivative of a square'
    yield 0.5, '1 / 2: the derivative of a square'


def _activation_factors(attributes: Mapping[str, Any]) -> Iterable[tuple[float, str]]:
    """Yield the temperature of each softmax and its inverse."""
    for activate in attributes.values():
        if isinstance(activate, BoundActivation) and 'T' in activate.hyperparameters:
            T = activate.hyperparameters['T']
            yield T, 'T: the derivative of softmax lacks its 1 / T'
            yield 1 / T, '1 / T: the derivative of softmax has its 1 / T twice'
