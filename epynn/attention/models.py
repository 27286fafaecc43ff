"""The Attention layer."""

import numpy as np

from epynn.attention.backward import attention_backward
from epynn.attention.forward import attention_forward
from epynn.attention.parameters import (
    attention_compute_gradients,
    attention_compute_shapes,
    attention_initialize_parameters,
    share_units,
)
from epynn.commons.arguments import as_flag, as_float, as_initializer, as_int
from epynn.commons.errors import ArgumentError
from epynn.commons.maths import Initializer, xavier
from epynn.commons.models import HyperParameters, Layer
from epynn.commons.penalties import Penalty
from epynn.commons.positions import count_positions, position_angles
from epynn.kernels.arrays import beside, ndarray


class Attention(Layer):
    r"""Self-attention of several heads: each step asks all steps, and takes from those that answer.

    .. math::

        Q = X W_q + b_q \qquad K = X W_k + b_k \qquad V = X W_v + b_v \\
        P = softmax\left(\frac{Q K^T}{\sqrt{k}}\right) \qquad A = P V W_o + b_o

    ``Q``, ``K`` and ``V`` are cut into heads, each of which has scores and weights ``P`` of its
    own; what they take stands side by side again before the last product.

    Parameters
    ----------
    heads : int, optional
        Number of heads.
    units : int, optional
        Units ``u`` of the queries, all heads together, ``k = u / heads`` each. None for as many as
        a step has elements.
    causal : bool, optional
        Whether a step sees only itself and the steps before it, as in a language model.
    dropout : float, optional
        Probability of a weight in ``P`` to be switched off in training, from 0 to below 1.
    kv_heads : int, optional
        Number of heads of keys and values; each serves ``heads / kv_heads`` neighbouring heads of
        queries. None for as many as there are heads.
    rotary : bool, optional
        Whether queries and keys turn by an angle that grows with their position: scores then
        depend on how far two steps are apart. Without, and without PositionalEncoding, the order of
        steps says nothing.
    use_bias : bool, optional
        Whether there are biases.
    initialization : function, optional
        Draws the weights: ``f(shape, rng)``.
    se_hPars : dict, optional
        Hyper-parameters of this layer alone.
    penalty : Penalty, optional
        Penalty on the weights, such as ``L2(1e-4)``.

    Notes
    -----
    Shapes: ``X (m, s, e)`` -> ``A (m, s, e)``; parameters ``Wq (e, u)``, ``Wk (e, kv_heads k)``,
    ``Wv (e, kv_heads k)``, ``Wo (u, e)`` and biases, 0 at first, ``bq (u,)``,
    ``bk (kv_heads k,)``, ``bv (kv_heads k,)``, ``bo (e,)``. Caches ``Q K V (m, heads, s, k)``,
    weights ``P (m, heads, s, s)``: how much of each step, the last axis, a step takes.

    Scores ``S = Q K^T / sqrt(k)`` become ``P`` in the same memory. Steps that a mask leaves out
    have the weight 0, as have later ones with ``causal``; a step that sees none at all takes 0.
    With rotary positions, pairs ``(x, y)`` of neighbours in ``Q`` and ``K`` turn by
    ``t / 10000^(2 i / k)``, ``t`` the position among the real steps and ``i`` the pair.

    Backward::

        dO = dA Wo^T
        dV = P^T dO           dP = dO V^T
        dS = P (dP - sum(dP P))                 the sum over the keys
        dQ = dS K / sqrt(k)   dK = dS^T Q / sqrt(k)
        dX = dQ Wq^T + dK Wk^T + dV Wv^T

    Gradients of parameters are sums over steps and samples: ``dW? = sum(X^T d?)``,
    ``db? = sum(d?)``, ``dWo = sum(O^T dA)``, ``dbo = sum(dA)``.

    References
    ----------
    Vaswani et al., "Attention is all you need", NeurIPS (2017). Grouped heads: Ainslie et al.,
    "GQA: training generalized multi-query transformer models from multi-head checkpoints", EMNLP
    (2023). Rotary positions: Su et al., "RoFormer: enhanced transformer with rotary position
    embedding", Neurocomputing 568 (2024), with neighbours as pairs.

    Examples
    --------
    >>> layer = Attention(4, causal=True)
    >>> layer.forward(np.random.default_rng(0).standard_normal((32, 10, 64))).shape
    (32, 10, 64)
    >>> layer.fc['P'].shape
    (32, 4, 10, 10)
    """

    input_axes = ('m', 's', 'e')
    weight_names = ('Wq', 'Wk', 'Wv', 'Wo')
    honours_mask = True
    attends = True
    steps_in_turn = True
    compute_shapes = attention_compute_shapes
    initialize_parameters = attention_initialize_parameters
    forward = attention_forward
    backward = attention_backward
    compute_gradients = attention_compute_gradients

    def __init__(
        self,
        heads: int = 1,
        units: int | None = None,
        causal: bool = False,
        dropout: float = 0.0,
        kv_heads: int | None = None,
        rotary: bool = False,
        use_bias: bool = True,
        initialization: Initializer = xavier,
        se_hPars: HyperParameters | None = None,
        penalty: Penalty | None = None,
    ) -> None:
        super().__init__(se_hPars, penalty)
        d = self.d
        d['heads'] = as_int(heads, 'Attention.heads')
        d['kv_heads'] = d['heads'] if kv_heads is None else as_int(kv_heads, 'Attention.kv_heads')
        if d['heads'] % d['kv_heads']:
            raise ArgumentError(
                'Attention.kv_heads', f'a number that divides the {heads} heads', f'{kv_heads}',
                'Each head of keys and values serves as many heads of queries.',
            )  # fmt: skip
        self.causal = as_flag(causal, 'Attention.causal')
        self.drop_prob = as_float(dropout, 'Attention.dropout', low=0, high=1, below=True)
        self.scale = 1 / (1 - self.drop_prob)
        self.rotary = as_flag(rotary, 'Attention.rotary')
        self.use_bias = as_flag(use_bias, 'Attention.use_bias')
        self.initialization = as_initializer(initialization, 'Attention.initialization')
        self.units = None if units is None else as_int(units, 'Attention.units')
        if self.units is not None:
            share_units(self, self.units, 'Attention.units', ArgumentError)

    def in_turn(self) -> bool:
        """Return whether a step sees none of those after it."""
        return self.causal and super().in_turn()

    def turns(self, X: ndarray) -> tuple[ndarray, ndarray]:
        """Return cosine and sine of the angles of rotary positions, ``(s, k / 2)``.

        ``(m, 1, s, k / 2)`` where positions count the real steps of each sample.
        """
        before = self.carried['real'].sum(axis=1) if self.carries and self.carried else None
        positions = count_positions(self.d['s'], self.mask, before)
        if positions.ndim == 2:
            positions = positions[:, np.newaxis]
        angles = position_angles(positions, self.d['k'])
        angles = beside(angles, X)
        return np.cos(angles).astype(X.dtype), np.sin(angles).astype(X.dtype)

    def carry_on(self, K: ndarray, V: ndarray) -> tuple[ndarray, ndarray, ndarray | None]:
        """Return keys and values, and which are of real steps; with `carries`, of all passes."""
        if not self.carries:
            return K, V, self.mask
        real = np.ones((len(K), K.shape[2]), dtype=bool) if self.mask is None else self.mask
        if self.carried:
            K = np.concatenate([self.carried['K'], K], axis=2)
            V = np.concatenate([self.carried['V'], V], axis=2)
            real = np.concatenate([self.carried['real'], real], axis=1)
        self.carried = {'K': K, 'V': V, 'real': real}
        return K, V, real
