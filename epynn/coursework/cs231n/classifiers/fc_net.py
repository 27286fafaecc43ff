"""A fully connected network of any depth."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from epynn.commons.arguments import as_choice, as_float
from epynn.coursework.cs231n.affine import (
    affine_backward,
    affine_forward,
    dropout_backward,
    dropout_forward,
    relu_backward,
    relu_forward,
    softmax_loss,
)
from epynn.coursework.cs231n.classifiers.weights import add_weight_penalty, draw_weights
from epynn.coursework.cs231n.normalization import (
    batchnorm_backward,
    batchnorm_forward,
    layernorm_backward,
    layernorm_forward,
)
from epynn.coursework.cs231n.params import Cache
from epynn.kernels.arrays import Array


class FullyConnectedNet:
    """Affine layers: ``{affine - [batch or layer norm] - relu - [dropout]} x (L - 1) - affine``.

    Parameters
    ----------
    hidden_dims : sequence of int
        Units of each hidden layer.
    input_dim : int, optional
        Numbers a sample.
    num_classes : int, optional
        Number of classes.
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
        Settings of each normalization; running statistics of batch normalization.
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
        params: dict[str, Array] = {}
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
        settings = {'mode': 'train'} if normalization == 'batchnorm' else {}
        self.bn_params: list[dict[str, Any]] = [dict(settings) for _ in hidden_dims]

    def loss(self, X: Array, y: Array | None = None) -> Array | tuple[float, dict[str, Array]]:
        """Compute the scores, or with labels the loss and its gradients.

        Parameters
        ----------
        X : array of shape (N, d_1, ..., d_k)
            Samples.
        y : array of shape (N,), optional
            Labels; without them the network is in test mode: no dropout, running statistics.

        Returns
        -------
        array of shape (N, num_classes), or tuple of a float and a dict
            Scores; or the loss, and its gradients by the names of `params`.
        """
        self._set_mode('test' if y is None else 'train')
        out, caches = X.astype(self.dtype), []
        for layer in range(1, self.num_layers):
            out, cache = self._hidden_forward(layer, out)
            caches.append(cache)
        L = self.num_layers
        scores, cache = affine_forward(out, self.params[f'W{L}'], self.params[f'b{L}'])
        if y is None:
            return scores

        loss, dout = softmax_loss(scores, y)
        grads: dict[str, Array] = {}
        dout, grads[f'W{L}'], grads[f'b{L}'] = affine_backward(dout, cache)
        for layer in range(L - 1, 0, -1):
            dout = self._hidden_backward(layer, dout, caches.pop(), grads)
        return add_weight_penalty(loss, grads, self.params, self.reg), grads

    def _set_mode(self, mode: str) -> None:
        """Switch dropout and batch normalization to ``'train'`` or ``'test'``."""
        self.dropout_param['mode'] = mode
        if self.normalization == 'batchnorm':
            for bn_param in self.bn_params:
                bn_param['mode'] = mode

    def _hidden_forward(self, layer: int, out: Array) -> tuple[Array, Cache]:
        """Affine, normalization, ReLU, dropout: (N, units before) -> (N, units)."""
        p, norm_cache, dropout_cache = self.params, None, None
        out, affine_cache = affine_forward(out, p[f'W{layer}'], p[f'b{layer}'])
        if self.normalization:
            forward = batchnorm_forward if self.normalization == 'batchnorm' else layernorm_forward
            gamma, beta = p[f'gamma{layer}'], p[f'beta{layer}']
            out, norm_cache = forward(out, gamma, beta, self.bn_params[layer - 1])
        out, relu_cache = relu_forward(out)
        if self.use_dropout:
            out, dropout_cache = dropout_forward(out, self.dropout_param)
        return out, (affine_cache, norm_cache, relu_cache, dropout_cache)

    def _hidden_backward(
        self, layer: int, dout: Array, cache: Cache, grads: dict[str, Array]
    ) -> Array:
        """Reverse :meth:`_hidden_forward`; the gradients of the parameters go into `grads`."""
        affine_cache, norm_cache, relu_cache, dropout_cache = cache
        if self.use_dropout:
            dout = dropout_backward(dout, dropout_cache)
        dout = relu_backward(dout, relu_cache)
        if self.normalization:
            batch = self.normalization == 'batchnorm'
            backward = batchnorm_backward if batch else layernorm_backward
            dout, grads[f'gamma{layer}'], grads[f'beta{layer}'] = backward(dout, norm_cache)
        dout, grads[f'W{layer}'], grads[f'b{layer}'] = affine_backward(dout, affine_cache)
        return dout
