"""Shapes as pages write them, compared with those of a run."""

import re

import numpy as np

import epynn

NAMES = {'np': np, **{name: getattr(epynn, name) for name in epynn.__all__}}
"""What the code on pages may name."""


def run_layer(
    code: str, shape: tuple[int, ...], tokens: bool = False
) -> tuple[epynn.Layer, dict[str, np.ndarray]]:
    """Return the layer that the code makes, and the arrays of a pass forward and backward."""
    layer = eval(code, dict(NAMES))
    X = np.random.default_rng(0).standard_normal(shape)
    layer.training = True
    A = layer.forward(np.ones(shape, dtype=int) if tokens else X)
    layer.backward(np.ones_like(A))
    layer.compute_gradients()
    return layer, {**layer.fc, **layer.p, **layer.s, **layer.bc, **layer.g}


def show(shape: tuple[int, ...]) -> str:
    """Return a shape as it is written in the house."""
    return f'({", ".join(map(str, shape))}{"," * (len(shape) == 1)})'


def fits(symbols: str, d: dict[str, int], actual: tuple[int, ...]) -> bool:
    """Return whether axes such as ``(m, 4 u)`` are those of a shape; ``...`` stands for any."""
    inside = re.sub(r'(\d) ([a-z])', r'\1 * \2', symbols.strip('()').replace('/', '//'))
    parts = [part.strip() for part in inside.split(',') if part.strip()]
    sizes = [None if part == '...' else eval(part, {}, dict(d)) for part in parts]
    if None not in sizes:
        return tuple(sizes) == actual
    at = sizes.index(None)
    after = len(sizes) - at - 1
    end = actual[len(actual) - after :]
    return tuple(sizes[:at]) == actual[:at] and tuple(sizes[at + 1 :]) == end
