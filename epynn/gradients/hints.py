"""What a wrong gradient betrays of the mistake."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from epynn.commons.bound_activation import BoundActivation
from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray

NUDGED = 'right for the parameters as they are, wrong once they move: one of them is left out'
ROUNDED = 'losses so large are rounded by more than the tolerance allows'


def hint_at_form(name: str, x: ndarray, analytic: ndarray | None, layers: Iterable[Layer]) -> str:
    """Return what is wrong with a gradient before its numbers are looked at, or nothing."""
    if analytic is None:
        return 'backward returned None' if name == 'dX' else 'there is no such gradient'
    if analytic.shape != x.shape:
        words = f'its shape is {analytic.shape}, that of the parameter {x.shape}'
        words = words.replace('the parameter', 'the input') if name == 'dX' else words
        if analytic.shape == x.shape[::-1]:
            return f'{words}: transposed'
        m = next((layer.d['m'] for layer in layers if 'm' in layer.d), None)
        if name != 'dX' and analytic.shape[:1] == (m,) and x.shape[:1] != (m,):
            return f'{words}: it is not summed over the samples'
        return words
    if analytic.dtype != x.dtype:
        return f'its data type is {analytic.dtype} where all else is {x.dtype}: digits are lost'
    return ''


def hint_at_numbers(
    analytic: ndarray,
    indices: Sequence[tuple[int, ...]],
    a: ndarray,
    n: ndarray,
    layers: Iterable[Layer],
    allowed: float,
) -> str:
    """Return what the two gradients, side by side, betray, if anything.

    `a` are the elements of the analytic gradient at the indices, `n` what they should be; right
    ones may be `allowed` apart.
    """
    if not np.isfinite(a).all():
        return 'the gradient is not finite'
    if not np.any(a):
        return 'the gradient is 0 everywhere: it is not computed, or a factor is lost'
    if analytic.ndim == 2 and analytic.shape[0] == analytic.shape[1] > 1:
        swapped = np.array([analytic[index[::-1]] for index in indices])
        if np.max(np.abs(swapped - n)) <= 10 * allowed:
            return 'transposed: it is right with rows and columns exchanged'
    ratio = float(np.dot(a, n) / np.dot(n, n)) if np.any(n) else math.nan
    off = float(np.max(np.abs(a - n)))
    left = float(np.max(np.abs(a - ratio * n)))
    if left <= min(10 * allowed * max(1.0, abs(ratio)), 0.1 * off):
        for value, meaning in _factors(layers):
            if value != 1 and math.isclose(ratio, value, rel_tol=1e-5):
                return f'the ratio is {meaning} ({ratio:.6g})'
        if len(a) > 1:  # of one number alone it always is
            return f'the ratio is {ratio:.9g} everywhere: a factor is wrong'
    if len(a) > 1 and np.ptp(a - n) <= min(10 * allowed, 0.1 * off):
        return f'it is off by {np.mean(a - n):.3g} everywhere: a constant is added'
    return ''


def _factors(layers: Iterable[Layer]) -> Iterable[tuple[float, str]]:
    """Yield the factors that one easily forgets, with what they are."""
    yield -1, '-1: the sign is wrong'
    for layer in layers:
        yield from _activation_factors(vars(layer))
        if 'm' in layer.d:
            m = layer.d['m']
            yield m, 'the batch size: sum against mean'
            yield 1 / m, '1 / the batch size: mean against sum'
        keep = 1 - layer.drop_prob
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
