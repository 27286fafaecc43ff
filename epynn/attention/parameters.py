"""Shapes, parameters and gradients of the Attention layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.commons.errors import EpynnError, LayerError, ShapeError
from epynn.kernels.arrays import ndarray
from epynn.kernels.normalization import sum_points
from epynn.kernels.products import multiply

if TYPE_CHECKING:
    from epynn.attention.models import Attention


def attention_compute_shapes(layer: 'Attention', A: ndarray) -> None:
    """Read ``m s e`` off the sequences and derive the shapes of the parameters."""
    d, ps = layer.d, layer.ps
    d['m'], d['s'], d['e'] = A.shape
    if not d['s']:
        raise ShapeError(
            layer.name, 'sequences of at least one step', f'an array of shape {A.shape}',
            'Leave out sequences that are empty, or pad them.',
        )  # fmt: skip
    if layer.carries and not layer.causal:
        raise LayerError(
            layer.name, 'causal=True to carry steps over to the next pass',
            'causal=False, by which steps see those after them', 'Make it Attention(causal=True).',
        )  # fmt: skip
    d['ks'] = d['s'] + (layer.carried['K'].shape[2] if layer.carries and layer.carried else 0)

    d['u'] = layer.units or d['e']
    d['k'] = share_units(layer, d['u'], f'{layer.name}: elements of a step', ShapeError)

    ps['Wq'] = (d['e'], d['u'])
    ps['Wk'] = ps['Wv'] = (d['e'], d['kv_heads'] * d['k'])
    ps['Wo'] = (d['u'], d['e'])
    if layer.use_bias:
        for name in ('q', 'k', 'v', 'o'):
            ps[f'b{name}'] = ps[f'W{name}'][1:]


def attention_initialize_parameters(layer: 'Attention') -> None:
    """Draw the weights ``Wq Wk Wv Wo``; the biases start at 0."""
    for name, shape in layer.ps.items():
        if name in layer.weight_names:
            layer.p[name] = layer.initialization(shape, rng=layer.np_rng)
        else:
            layer.p[name] = np.zeros(shape)


def attention_compute_gradients(layer: 'Attention') -> None:
    """Compute the gradients of the parameters, summed over steps and samples."""
    g, bc = layer.g, layer.bc
    X, O = rows(layer.fc['X']), rows(layer.fc['O'])

    # (2) Queries, keys and values: (m, s, e)^T @ (m, s, u) -> (e, u)
    g['dWq'] = multiply(X.T, rows(bc['dQ']))
    g['dWk'] = multiply(X.T, rows(bc['dK']))
    g['dWv'] = multiply(X.T, rows(bc['dV']))

    # (11) Output: (m, s, u)^T @ (m, s, e) -> (u, e)
    g['dWo'] = multiply(O.T, rows(bc['dA']))

    # (11) Biases, added at each step: (m, s, u) -> (u,)
    if layer.use_bias:
        g['dbq'], g['dbk'] = sum_points(bc['dQ']), sum_points(bc['dK'])
        g['dbv'], g['dbo'] = sum_points(bc['dV']), sum_points(bc['dA'])


def rows(X: ndarray) -> ndarray:
    """Return all steps one below the other: ``(m, s, e) -> (m s, e)``."""
    return X.reshape(-1, X.shape[-1])


def share_units(layer: 'Attention', units: int, where: str, error: type[EpynnError]) -> int:
    """Return the units of a head; refuse those that fall into no equal parts, or no pairs."""
    heads = layer.d['heads']
    parts = 2 * heads if layer.rotary else heads
    if units % parts:
        pairs = ' of pairs, which turn' if layer.rotary else ''
        raise error(
            where, f'a multiple of {parts} for {heads} heads{pairs}', f'{units}',
            f'Give units={-(-units // parts) * parts}, or other heads.',
        )  # fmt: skip
    return units // heads
