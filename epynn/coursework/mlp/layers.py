"""The layers of the course, by its names. Convolution and pooling are in a module of their own."""

from typing import Any, ClassVar

from epynn.commons.arguments import as_flag, as_float, as_int
from epynn.commons.bound_activation import BoundActivation
from epynn.commons.errors import StateError
from epynn.commons.maths import ActivationFunction, relu, sigmoid, softmax, tanh
from epynn.coursework.layouts import check_shape
from epynn.coursework.mlp.base import Layer, LayerWithParameters
from epynn.coursework.mlp.convolution import ConvolutionalLayer, MaxPoolingLayer
from epynn.coursework.mlp.initialisers import ConstantInit, Initialiser, UniformInit, default_rng
from epynn.coursework.mlp.penalties import Penalty
from epynn.kernels.arrays import ndarray

__all__ = [
    'AffineLayer', 'ConvolutionalLayer', 'DropoutLayer', 'Layer', 'LayerWithParameters',
    'MaxPoolingLayer', 'ReluLayer', 'ReshapeLayer', 'SigmoidLayer', 'SoftmaxLayer', 'TanhLayer',
]  # fmt: skip


class AffineLayer(LayerWithParameters):
    """Affine layer: ``outputs = inputs weights^T + biases``.

    Parameters
    ----------
    input_dim, output_dim : int
        Numbers a sample has before and after.
    weights_initialiser, biases_initialiser : callable, optional
        By default ``UniformInit(-0.1, 0.1)``, a new one for each layer, and ``ConstantInit(0.0)``.
    weights_penalty, biases_penalty : callable, optional
        Penalties, such as ``L2Penalty(1e-4)``.

    Notes
    -----
    Shapes: inputs ``(batch, input_dim)``, outputs ``(batch, output_dim)``; weights
    ``(output_dim, input_dim)``, which is ``W^T`` of the Dense layer, and biases ``(output_dim,)``.
    """

    param_names = ('weights', 'biases')

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        weights_initialiser: Initialiser | None = None,
        biases_initialiser: Initialiser | None = None,
        weights_penalty: Penalty | None = None,
        biases_penalty: Penalty | None = None,
    ) -> None:
        self.input_dim = as_int(input_dim, 'input_dim')
        self.output_dim = as_int(output_dim, 'output_dim')
        draw_weights = weights_initialiser or UniformInit(-0.1, 0.1)
        draw_biases = biases_initialiser or ConstantInit(0.0)
        self.weights = draw_weights((self.output_dim, self.input_dim))
        self.biases = draw_biases(self.output_dim)
        self.weights_penalty = weights_penalty
        self.biases_penalty = biases_penalty

    def fprop(self, inputs: ndarray) -> ndarray:
        """Return ``inputs weights^T + biases``: (batch, input_dim) -> (batch, output_dim)."""
        check_shape(inputs, 'inputs', 'batch, input_dim', None, self.input_dim)
        outputs: ndarray = inputs @ self.weights.T + self.biases
        return outputs

    def bprop(self, inputs: ndarray, outputs: ndarray, grads_wrt_outputs: ndarray) -> ndarray:
        """Return ``grads weights``: (batch, output_dim) -> (batch, input_dim)."""
        check_shape(grads_wrt_outputs, 'grads_wrt_outputs', 'batch, output_dim', *outputs.shape)
        grads: ndarray = grads_wrt_outputs @ self.weights
        return grads

    def grads_wrt_params(self, inputs: ndarray, grads_wrt_outputs: ndarray) -> list[ndarray]:
        """Return ``[grads^T inputs, sum(grads)]`` plus the gradients of the penalties."""
        return self.add_penalty_grads([grads_wrt_outputs.T @ inputs, grads_wrt_outputs.sum(axis=0)])

    def __repr__(self) -> str:
        return f'AffineLayer(input_dim={self.input_dim}, output_dim={self.output_dim})'


class ActivationLayer(Layer):
    """Base of the layers that are an activation function of :mod:`epynn.commons.maths`."""

    function: ClassVar[ActivationFunction]

    def __init__(self) -> None:
        self.activate = BoundActivation(type(self).function)

    def fprop(self, inputs: ndarray) -> ndarray:
        """Return ``f(inputs)``, any shape."""
        return self.activate(inputs)

    def bprop(self, inputs: ndarray, outputs: ndarray, grads_wrt_outputs: ndarray) -> ndarray:
        """Return the gradients of the inputs: the product of those of the outputs with f'."""
        return self.activate.gradient(grads_wrt_outputs, inputs, outputs)

    def __repr__(self) -> str:
        return type(self).__name__


class SigmoidLayer(ActivationLayer):
    """Logistic sigmoid: ``1 / (1 + exp(-inputs))``, with the gradient ``grads * out (1 - out)``."""

    function = sigmoid


class ReluLayer(ActivationLayer):
    """Rectifier: ``max(0, inputs)``, with the gradient ``grads`` where ``inputs > 0``, else 0."""

    function = relu


class TanhLayer(ActivationLayer):
    """Hyperbolic tangent: ``tanh(inputs)``, with the gradient ``grads * (1 - out^2)``."""

    function = tanh


class SoftmaxLayer(ActivationLayer):
    """Softmax over the last axis: ``exp(inputs_i) / sum_j exp(inputs_j)``.

    The gradient is ``out_i (grads_i - sum_j grads_j out_j)``.
    """

    function = softmax


class ReshapeLayer(Layer):
    """Give each sample another shape.

    Parameters
    ----------
    output_shape : tuple of int, optional
        Shape of a sample; one size may be -1, to follow from the others. By default a row.
    """

    def __init__(self, output_shape: tuple[int, ...] | None = None) -> None:
        self.output_shape = (-1,) if output_shape is None else tuple(output_shape)

    def fprop(self, inputs: ndarray) -> ndarray:
        """Return ``(batch, *output_shape)``."""
        return inputs.reshape((len(inputs), *self.output_shape))

    def bprop(self, inputs: ndarray, outputs: ndarray, grads_wrt_outputs: ndarray) -> ndarray:
        """Return the gradients in the shape of the inputs."""
        return grads_wrt_outputs.reshape(inputs.shape)

    def __repr__(self) -> str:
        return f'ReshapeLayer(output_shape={self.output_shape})'


class DropoutLayer(Layer):
    """Dropout: ``inputs * mask`` while training, ``inputs * incl_prob`` outside.

    The mask is 1 where ``uniform(0, 1) < incl_prob``, else 0. The Dropout layer of epynn divides by
    that probability in training instead, and takes the one to drop, ``1 - incl_prob``.

    Parameters
    ----------
    rng : numpy.random.RandomState, optional
        Where masks are drawn from; by default a new stream from the default seed of the course.
    incl_prob : float, optional
        Probability to keep a number.
    share_across_batch : bool, optional
        True for one mask for all samples of a batch.
    """

    def __init__(
        self, rng: Any = None, incl_prob: float = 0.5, share_across_batch: bool = True
    ) -> None:
        self.rng = default_rng(rng)
        self.incl_prob = as_float(incl_prob, 'incl_prob', low=0, high=1)
        self.share_across_batch = as_flag(share_across_batch, 'share_across_batch')
        self._scale: ndarray | float | None = None

    def fprop(self, inputs: ndarray, stochastic: bool = True) -> ndarray:
        """Return the outputs, of the shape of the inputs; a new mask is drawn if `stochastic`."""
        if stochastic:
            batch = 1 if self.share_across_batch else len(inputs)
            self._scale = self.rng.uniform(size=(batch, *inputs.shape[1:])) < self.incl_prob
        else:
            self._scale = self.incl_prob
        outputs: ndarray = inputs * self._scale
        return outputs

    def bprop(self, inputs: ndarray, outputs: ndarray, grads_wrt_outputs: ndarray) -> ndarray:
        """Return the gradients, which pass where the inputs of the last `fprop` passed."""
        if self._scale is None:
            raise StateError('DropoutLayer.bprop', 'fprop before it', 'none', 'Call fprop first.')
        grads: ndarray = grads_wrt_outputs * self._scale
        return grads

    def __repr__(self) -> str:
        return f'DropoutLayer(incl_prob={self.incl_prob:g})'
