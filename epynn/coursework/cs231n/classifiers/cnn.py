"""A convolutional network of three layers."""

import numpy as np
import numpy.typing as npt

from epynn.commons.arguments import as_float
from epynn.coursework.cs231n.classifiers.weights import add_weight_penalty, draw_weights
from epynn.coursework.cs231n.layer_utils import (
    affine_relu_backward,
    affine_relu_forward,
    conv_relu_pool_backward,
    conv_relu_pool_forward,
)
from epynn.coursework.cs231n.layers import affine_backward, affine_forward, softmax_loss
from epynn.kernels.arrays import ndarray

__all__ = ['ThreeLayerConvNet']


class ThreeLayerConvNet:
    """Three layers: ``conv - relu - 2x2 max pool - affine - relu - affine``.

    The convolution has stride 1 and a frame of ``(filter_size - 1) // 2`` zeros, which for odd
    filters keeps the size of the images.

    Parameters
    ----------
    input_dim : tuple of int, optional
        ``(C, H, W)`` of an image.
    num_filters, filter_size : int, optional
        Number of filters and their height and width.
    hidden_dim : int, optional
        Units of the hidden affine layer.
    num_classes, weight_scale, reg, dtype : optional
        As in :class:`~epynn.coursework.cs231n.classifiers.fc_net.FullyConnectedNet`.

    Attributes
    ----------
    params : dict of array
        ``W1 (num_filters, C, filter_size, filter_size)``, ``b1``; ``W2`` of the hidden affine
        layer, whose rows are the pooled images, channels first; ``b2``; ``W3``, ``b3`` of the
        scores. Weights are drawn by ``np.random.randn``, layer after layer; biases start at 0.
    """

    def __init__(
        self,
        input_dim: tuple[int, int, int] = (3, 32, 32),
        num_filters: int = 32,
        filter_size: int = 7,
        hidden_dim: int = 100,
        num_classes: int = 10,
        weight_scale: float = 1e-3,
        reg: float = 0.0,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        self.reg = as_float(reg, 'reg', low=0)
        self.dtype = np.dtype(dtype)
        self.conv_param = {'stride': 1, 'pad': (filter_size - 1) // 2}
        self.pool_param = {'pool_height': 2, 'pool_width': 2, 'stride': 2}

        C, H, W = input_dim
        grown = 2 * self.conv_param['pad'] - filter_size + 1  # 0 for odd filters
        pooled = num_filters * ((H + grown) // 2) * ((W + grown) // 2)
        params = {
            'W1': draw_weights(weight_scale, num_filters, C, filter_size, filter_size),
            'b1': np.zeros(num_filters),
            'W2': draw_weights(weight_scale, pooled, hidden_dim),
            'b2': np.zeros(hidden_dim),
            'W3': draw_weights(weight_scale, hidden_dim, num_classes),
            'b3': np.zeros(num_classes),
        }
        self.params = {name: param.astype(self.dtype) for name, param in params.items()}

    def loss(
        self, X: ndarray, y: ndarray | None = None
    ) -> ndarray | tuple[float, dict[str, ndarray]]:
        """Return the scores ``(N, num_classes)`` of images ``(N, C, H, W)``.

        With labels ``y (N,)``: the loss and its gradients, by the names of `params`.
        """
        p, X = self.params, X.astype(self.dtype)
        out, conv_cache = conv_relu_pool_forward(
            X, p['W1'], p['b1'], self.conv_param, self.pool_param
        )
        out, hidden_cache = affine_relu_forward(out, p['W2'], p['b2'])
        scores, scores_cache = affine_forward(out, p['W3'], p['b3'])
        if y is None:
            return scores

        loss, dout = softmax_loss(scores, y)
        grads: dict[str, ndarray] = {}
        dout, grads['W3'], grads['b3'] = affine_backward(dout, scores_cache)
        dout, grads['W2'], grads['b2'] = affine_relu_backward(dout, hidden_cache)
        _, grads['W1'], grads['b1'] = conv_relu_pool_backward(dout, conv_cache)
        return add_weight_penalty(loss, grads, p, self.reg), grads
