"""Shapes, parameters and gradients of the Tokens layer."""

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.errors import DataError
from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray
from epynn.kernels.lookup import add_rows
from epynn.kernels.steps import zero_masked


def tokens_compute_shapes(layer: Layer, A: ndarray) -> None:
    """Read the dimensions off the input ``(m, s)`` and derive the shape of the parameter."""
    layer.d['m'], layer.d['s'] = A.shape

    layer.ps['W'] = (layer.d['v'], layer.d['u'])


def tokens_check(layer: Layer, X: ndarray) -> ndarray:
    """Return the tokens as ints; refuse what is not exactly one of the vocabulary, and name it.

    At masked steps there may be any number: the first token stands for them.
    """
    v = layer.d['v']
    X = zero_masked(X, layer.mask)
    known = np.zeros(X.shape, dtype=bool)
    if X.dtype.kind in 'iuf':
        known = (X >= 0) & (v > X) & (np.floor(X) == X)
    if not known.all():
        m, s = (int(i) for i in np.argwhere(~known)[0])
        raise DataError(
            layer.name, f'tokens, whole numbers from 0 to {v - 1}',
            f'{describe(X[m].tolist()[s])} in sample {m}, step {s}',
            'Number the tokens from 0, or choose a larger vocabulary.',
        )  # fmt: skip
    return X.astype(np.intp)


def tokens_initialize_parameters(layer: Layer) -> None:
    """Draw the rows."""
    layer.p['W'] = layer.initialization(layer.ps['W'], rng=layer.np_rng)


def tokens_compute_gradients(layer: Layer) -> None:
    """Compute the gradient of the rows: each gathers those of all its uses."""
    T = layer.fc['T']
    dA = layer.bc['dA']

    # (2) Look up: (m, s, u) -> (v, u)
    layer.g['dW'] = add_rows(T, dA, layer.d['v'])
