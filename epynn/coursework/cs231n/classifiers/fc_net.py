"""A fully connected network of any depth."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from epynn.commons.arguments import as_choice, as_float
from epynn.coursework.cs231n.classifiers.weights import add_weight_penalty, draw_weights
from epynn.coursework.cs231n.layer_utils import generic_backward, generic_forward
from epynn.coursework.cs231n.layers import softmax_loss
from epynn.coursework.cs231n.params import Cache
from epynn.kernels.arrays import ndarray

__all__ = ['FullyConnectedNet']

NAMES = ('W', 'b', 'gamma', 'beta')


class FullyConnectedNet:
    """Affine layers: ``{affine - [batch or layer norm] - relu - [dropout]} x (L - 1) - affine``.

    Parameters
    ----------
    hidden_dims : sequence of int
        Units of each hidden layer.
    input_dim, num_classes : int, optional
        Numbers a sample, and classes.
    dropout_keep_ratio : float, optional
        Probability to keep a number after each hidden layer; 1 for no dropout.
    normalization : {None, 'batchnorm', 'layernorm'}, optional
        What comes between an affine layer and its ReLU.
    reg : float, optional
        Strength of the penalty ``reg sum(W^2) / 2``.
    weight_scale : float, optional
        Standard deviation of the weights drawn.
    dtype : dtype, optional
        Of all arrays; ``np.float64`` for gradient checks.
    seed : int, optional
        Of the dropout masks: each is drawn from it anew, so that the loss does not change between
        two calls.

    Attributes
    ----------
    params : dict of array
        ``W1 (input_dim, hidden_dims[0])``, ``b1``, with normalization ``gamma1``, ``beta1``, then
        ``W2`` and so on. Weights are drawn by ``np.random.randn``, layer after layer; biases and
        shifts start at 0, scales at 1.
    bn_params : list of dict
        Settings of each normalization, if any; running statistics of batch normalization.
    """

    def __init__(
        self,
        hidden_dims: Sequence[int],
        input_dim: int = 3 * 32 * 32,
        num_classes: int = 10,
        dropout_keep_ratio: float = 1,
        normalization: str | None = None,
        reg: float = 0.0,
        weight_scale: float = 1e-2,
        dtype: npt.DTypeLike = np.float32,
        seed: int | None = None,
    ) -> None:
        if normalization is not None:
            as_choice(normalization, 'normalization', ('batchnorm', 'layernorm'))
        self.normalization = normalization
        self.use_dropout = dropout_keep_ratio != 1
        self.reg = as_float(reg, 'reg', low=0)
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = np.dtype(dtype)

        dims = [input_dim, *hidden_dims, num_classes]
        params: dict[str, ndarray] = {}
        for layer in range(1, self.num_layers + 1):
            before, after = dims[layer - 1 : layer + 1]
            params[f'W{layer}'] = draw_weights(weight_scale, before, after)
            params[f'b{layer}'] = np.zeros(after)
            if normalization and layer < self.num_layers:
                params[f'gamma{layer}'] = np.ones(after)
                params[f'beta{layer}'] = np.zeros(after)
        self.params = {name: param.astype(self.dtype) for name, param in params.items()}

        self.dropout_param: dict[str, Any] = {'mode': 'train', 'p': dropout_keep_ratio}
        if seed is not None:
            self.dropout_param['seed'] = seed
        self.bn_params: list[dict[str, Any]] = []
        if normalization:
            settings = {'mode': 'train'} if normalization == 'batchnorm' else {}
            self.bn_params = [dict(settings) for _ in hidden_dims]

    def loss(
        self, X: ndarray, y: ndarray | None = None
    ) -> ndarray | tuple[float, dict[str, ndarray]]:
        """Return the scores ``(N, num_classes)`` of samples ``(N, d_1, ..., d_k)``.

        With labels ``y (N,)``: the loss and its gradients, by the names of `params`. Without them
        the network is in test mode: no dropout, running statistics.
        """
        self._set_mode('test' if y is None else 'train')
        out, caches = X.astype(self.dtype), []
        for layer in range(1, self.num_layers + 1):
            out, cache = self._forward(layer, out)
            caches.append(cache)
        if y is None:
            return out

        loss, dout = softmax_loss(out, y)
        grads: dict[str, ndarray] = {}
        for layer in range(self.num_layers, 0, -1):
            dout, *gradients = generic_backward(dout, caches.pop())
            for name, gradient in zip(NAMES, gradients, strict=True):
                if gradient is not None:
                    grads[f'{name}{layer}'] = gradient
        return add_weight_penalty(loss, grads, self.params, self.reg), grads

    def _forward(self, layer: int, x: ndarray) -> tuple[ndarray, Cache]:
        """Run one block, (N, units before) -> (N, units); the last one is affine alone."""
        w, b, gamma, beta = (self.params.get(f'{name}{layer}') for name in NAMES)
        assert w is not None
        assert b is not None
        last = layer == self.num_layers
        bn_param = self.bn_params[layer - 1] if self.bn_params and not last else None
        dropout_param = self.dropout_param if self.use_dropout else None
        return generic_forward(x, w, b, gamma, beta, bn_param, dropout_param, last)

    def _set_mode(self, mode: str) -> None:
        """Switch dropout and batch normalization to ``'train'`` or ``'test'``."""
        self.dropout_param['mode'] = mode
        if self.normalization == 'batchnorm':
            for bn_param in self.bn_params:
                bn_param['mode'] = mode
