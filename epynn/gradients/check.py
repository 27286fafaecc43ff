"""Check gradients of layers and networks by central differences.

``dL/dx = (L(x + h) - L(x - h)) / 2h`` has an error of ``h^2`` from the curve and of ``eps / h``
from rounding. In float64 with ``h = 1e-5`` both are about 1e-10: a right gradient passes the
tolerance of 1e-7 with room to spare, and a wrong one is off by far more. Where the loss is large
beside its slope, as with targets of thousands, what rounding hides is not held against a gradient.
"""

from dataclasses import replace
from math import inf, nan
from typing import Any

import numpy as np

from epynn.commons.arguments import as_flag, as_float, as_int, describe
from epynn.commons.calls import in_words
from epynn.commons.errors import ArgumentTypeError
from epynn.commons.io.numbers import as_numbers
from epynn.commons.io.sequences import as_mask, pad_ragged
from epynn.commons.models import Layer
from epynn.gradients.hints import NUDGED, ROUNDED, hint_at_form, hint_at_numbers
from epynn.gradients.probes import LayerProbe, NetworkProbe, Probe
from epynn.gradients.result import GradientCheck, TensorCheck
from epynn.kernels.arrays import ndarray
from epynn.network.models import EpyNN

STEPS = (1e-5, 1e-5 / 16, 1e-5 / 256)
"""Distances to the two points. The smaller ones are for elements that seem wrong: is it a kink?"""
ROUNDINGS = 3
"""How many roundings of each loss the difference of two may be off by."""
HIDDEN = 1e-2
"""Share of a gradient above which rounding hides so much that nothing can be said."""
FLOOR = 1e-2
"""Errors are relative to the largest number in the gradient, or to this where all are smaller."""


@in_words('check_gradients', 'Write check_gradients(layer, X), or (model, X, Y).', method=False)
def check_gradients(
    layer_or_model: Layer | EpyNN,
    X: Any,
    Y: Any = None,
    *,
    training: bool = True,
    points: int = 100,
    tolerance: float = 1e-7,
    seed: int = 0,
    mask: Any = None,
) -> GradientCheck:
    """Compare the gradients of a layer or a network with central differences.

    It works on a copy in float64: the layer or network itself stays as it is. All is checked at the
    parameters as they are, and again after they were moved a little, as a wrong gradient may look
    right where one is 0 or 1. Random numbers, as in Dropout, are the same in every pass; gradients
    are not clipped. Where the loss has a kink, as ReLU at 0 and a maximum at a tie, the two
    one-sided slopes differ however near one looks; such elements are left out if the gradient lies
    between the slopes.

    Parameters
    ----------
    layer_or_model : Layer or EpyNN
        A layer, also one of your own, or an initialized network.
    X : array_like
        A batch of inputs. Whole numbers, such as tokens, have no gradient. Sequences may have
        different lengths.
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
        Of the random numbers, also of parameters that a layer alone has not drawn yet.
    mask : array_like, optional
        Which steps of `X` are real, ``(m, s)`` of bool. At the others ``dX`` has to be 0.

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
    X, mask = pad_ragged(X, mask, 'check_gradients(X)')
    X = np.array(as_numbers(X, 'check_gradients(X)'))
    mask = as_mask(mask, X, 'check_gradients(mask)')
    real = X.dtype.kind == 'f'
    X = X.astype(np.float64) if real else X
    if isinstance(layer_or_model, EpyNN):
        probe: Probe = NetworkProbe(layer_or_model, X, Y, mask, training)
    elif isinstance(layer_or_model, Layer):
        probe = LayerProbe(layer_or_model, X, Y, mask, training, rng)
    else:
        raise ArgumentTypeError(
            'check_gradients(layer_or_model)', 'a layer or a network', describe(layer_or_model),
            'Pass an object such as Dense(3), not its class.',
        )  # fmt: skip
    checks = _check_tensors(probe, real, points, tolerance, rng)
    remarks = probe.remarks
    if probe.nudge(rng):
        nudged = _check_tensors(probe, real, points, tolerance, rng)
        checks = [_worse(*pair) for pair in zip(checks, nudged, strict=True)]
        remarks = list(dict.fromkeys([*remarks, *probe.remarks]))
    return GradientCheck(layer_or_model.name, tuple(checks), tolerance, tuple(remarks))


def _check_tensors(
    probe: Probe, real: bool, points: int, tolerance: float, rng: 'np.random.Generator'
) -> list[TensorCheck]:
    """Check all gradients where the parameters of the probe are."""
    dX, gradients = probe.analytic()
    tensors: list[tuple[str, ndarray, ndarray | None]] = [('dX', probe.X, dX)] if real else []
    tensors += [(name, p, gradients.get(name)) for name, p in probe.named('p', 'd').items()]
    return [_check_tensor(*tensor, probe, points, tolerance, rng) for tensor in tensors]


def _worse(check: TensorCheck, nudged: TensorCheck) -> TensorCheck:
    """Return which check tells more: of the parameters as they are, or moved a little."""
    if check.passed and not nudged.passed and not nudged.hint.startswith(ROUNDED):
        return replace(nudged, hint=f'{NUDGED}; {nudged.hint}' if nudged.hint else NUDGED)
    return nudged if nudged.passed and nudged.error > check.error else check


def _check_tensor(
    name: str,
    x: ndarray,
    analytic: ndarray | None,
    probe: Probe,
    points: int,
    tolerance: float,
    rng: 'np.random.Generator',
) -> TensorCheck:
    """Compare the gradient with respect to `x`, which the probe reads, at some of its elements."""
    hint = hint_at_form(name, x, analytic, probe.walked)
    if hint or analytic is None:
        return TensorCheck(name, x.shape, 0, 0, (), nan, nan, inf, False, hint)
    if x.size == 0:
        return TensorCheck(name, x.shape, 0, 0, (), 0.0, 0.0, 0.0, True)
    if x.size > points:
        chosen = np.sort(rng.choice(x.size, points, replace=False))
    else:
        chosen = np.arange(x.size)
    indices = [tuple(int(i) for i in np.unravel_index(k, x.shape)) for k in chosen]
    a = np.array([analytic[index] for index in indices])
    probe.rewind()
    here = np.array(probe.losses())
    slopes = [_slope(x, index, probe, STEPS[0], here) for index in indices]
    n = np.array([slope for slope, _, _ in slopes])

    # How far the two may be apart, relative to the scale: what rounding hides is allowed for
    scale = max(np.max(np.abs(a)), np.max(np.abs(n)), FLOOR)
    hidden = max(noise for _, _, noise in slopes) / scale
    allowed = max(tolerance, hidden) if hidden < HIDDEN else tolerance

    # What seems wrong gets a second look
    kinks = np.zeros(len(n), dtype=bool)
    for k in np.flatnonzero(~(np.abs(a - n) <= allowed * scale)).tolist():
        n[k], kinks[k] = _look_closer(x, indices[k], probe, here, a[k], n[k], allowed * scale)
    errors = np.where(kinks, 0.0, np.abs(a - n) / scale)

    k = int(np.argmax(np.where(np.isnan(errors), np.inf, errors)))
    passed = bool(errors[k] <= allowed)
    if errors[k] <= hidden:
        hint = f'{ROUNDED}: scale the targets to see more' if errors[k] > tolerance else ''
    elif not passed:
        hint = hint_at_numbers(analytic, indices, a, n, probe.walked, allowed * scale)
    return TensorCheck(
        name, x.shape, len(n), int(kinks.sum()), indices[k], float(a[k]), float(n[k]),
        float(errors[k]), passed, hint,
    )  # fmt: skip


def _slope(
    x: ndarray, index: tuple[int, ...], probe: Probe, step: float, here: ndarray
) -> tuple[float, float, float]:
    """Return the central difference, how far its two sides are apart, and what rounding may do.

    `here` is the loss, in parts, between the two points.
    """
    value = x[index]
    h = step * max(1.0, abs(value))
    parts = []
    above, below = value + h, value - h
    for point in (above, below):
        x[index] = point
        probe.rewind()
        parts.append(np.array(probe.losses()))
    x[index] = value
    plus, minus = parts
    slope = np.sum((plus - minus) / (above - below))
    gap = np.sum(np.abs(plus - 2 * here + minus)) / h
    noise = ROUNDINGS * np.finfo(np.float64).eps * np.sum(np.abs(here)) / h
    return float(slope), float(gap), float(noise)


def _look_closer(
    x: ndarray,
    index: tuple[int, ...],
    probe: Probe,
    here: ndarray,
    a: float,
    n: float,
    allowed: float,
) -> tuple[float, bool]:
    """Return the slope of a second look at an element that seems wrong, and whether it is a kink.

    Near a kink, smaller steps reach the slope of one side. At a kink, the slopes of the two sides
    stay as far apart as they are; along a curve, that distance shrinks with the step.
    """
    gaps = []
    for step in STEPS:
        slope, gap, _ = _slope(x, index, probe, step, here)
        gaps.append(gap)
        if abs(a - slope) <= allowed:
            return slope, False
    at_kink = gaps[-1] > 0.25 * gaps[0] and abs(a - n) <= 0.51 * gaps[0] + allowed
    return n, at_kink
