"""The convolutional and the max-pooling layer: the kernels, in the course's layout."""

from epynn.commons.arguments import as_flag, as_int
from epynn.commons.errors import ShapeError
from epynn.commons.maths.floating import floating
from epynn.coursework.layouts import (
    channels_first,
    channels_last,
    check_shape,
    filters_first,
    filters_last,
)
from epynn.coursework.mlp.base import Layer, LayerWithParameters
from epynn.coursework.mlp.initialisers import ConstantInit, Initialiser, UniformInit
from epynn.coursework.mlp.penalties import Penalty
from epynn.kernels.arrays import ndarray
from epynn.kernels.convolution import convolve, convolve_input_gradient, convolve_weight_gradient
from epynn.kernels.pooling import pool, pool_gradient


class ConvolutionalLayer(LayerWithParameters):
    r"""Convolution of images with kernels, at strides of 1, where the kernel lies inside.

    .. math:: outputs[n,o,i,j] = \sum_{c,a,e} inputs[n, c, i + k_1 - 1 - a, j + k_2 - 1 - e]
        \, kernels[o,c,a,e] + biases[o]

    That is a true convolution: kernels are mirrored in both directions. Cross-correlation, which
    deep learning usually calls convolution, reads ``inputs[n, c, i + a, j + e]`` instead.

    Parameters
    ----------
    num_input_channels, num_output_channels : int
        Channels of the inputs and of the outputs.
    input_dim_1, input_dim_2 : int
        Size of an image.
    kernel_dim_1, kernel_dim_2 : int
        Size of a kernel, at most that of an image.
    kernels_init, biases_init : callable, optional
        Initialisers; by default ``UniformInit(-0.01, 0.01)``, a new one for each layer, and
        ``ConstantInit(0.0)``.
    kernels_penalty, biases_penalty : callable, optional
        Penalties, such as ``L2Penalty(1e-4)``.
    cross_correlation : bool, optional
        True not to mirror the kernels.

    Notes
    -----
    Shapes: inputs ``(batch, num_input_channels, input_dim_1, input_dim_2)``, outputs
    ``(batch, num_output_channels, output_dim_1, output_dim_2)`` with
    ``output_dim_1 = input_dim_1 - kernel_dim_1 + 1``; kernels
    ``(num_output_channels, num_input_channels, kernel_dim_1, kernel_dim_2)``, biases
    ``(num_output_channels,)``.
    """

    param_names = ('kernels', 'biases')

    def __init__(
        self,
        num_input_channels: int,
        num_output_channels: int,
        input_dim_1: int,
        input_dim_2: int,
        kernel_dim_1: int,
        kernel_dim_2: int,
        kernels_init: Initialiser | None = None,
        biases_init: Initialiser | None = None,
        kernels_penalty: Penalty | None = None,
        biases_penalty: Penalty | None = None,
        *,
        cross_correlation: bool = False,
    ) -> None:
        self.num_input_channels = as_int(num_input_channels, 'num_input_channels')
        self.num_output_channels = as_int(num_output_channels, 'num_output_channels')
        self.input_dim_1 = as_int(input_dim_1, 'input_dim_1')
        self.input_dim_2 = as_int(input_dim_2, 'input_dim_2')
        self.kernel_dim_1 = as_int(kernel_dim_1, 'kernel_dim_1')
        self.kernel_dim_2 = as_int(kernel_dim_2, 'kernel_dim_2')
        self.kernels_init = kernels_init or UniformInit(-0.01, 0.01)
        self.biases_init = biases_init or ConstantInit(0.0)
        self.kernels = self.kernels_init(self.kernels_shape)
        self.biases = self.biases_init(self.num_output_channels)
        self.kernels_penalty = kernels_penalty
        self.biases_penalty = biases_penalty
        self.cross_correlation = as_flag(cross_correlation, 'cross_correlation')

    @property
    def kernels_shape(self) -> tuple[int, int, int, int]:
        """Shape of the kernels: output channels, input channels, size."""
        size = self.kernel_dim_1, self.kernel_dim_2
        return self.num_output_channels, self.num_input_channels, *size

    @property
    def inputs_shape(self) -> tuple[None, int, int, int]:
        """Shape of the inputs: any batch, input channels, size."""
        return None, self.num_input_channels, self.input_dim_1, self.input_dim_2

    def fprop(self, inputs: ndarray) -> ndarray:
        """Return the outputs."""
        Z = convolve(self._images(inputs), self._filters())
        return channels_first(Z + self.biases)

    def bprop(self, inputs: ndarray, outputs: ndarray, grads_wrt_outputs: ndarray) -> ndarray:
        """Return the gradients of the inputs."""
        shape = self._images(inputs).shape
        dZ = self._output_gradients(grads_wrt_outputs)
        return channels_first(convolve_input_gradient(dZ, self._filters(), shape))

    def grads_wrt_params(self, inputs: ndarray, grads_wrt_outputs: ndarray) -> list[ndarray]:
        """Return the gradients of loss and penalties: ``[kernels, biases]``."""
        dZ = self._output_gradients(grads_wrt_outputs)
        window = self.kernel_dim_1, self.kernel_dim_2
        dW = convolve_weight_gradient(self._images(inputs), dZ, window)
        return self.add_penalty_grads([self._mirrored(filters_first(dW)), dZ.sum(axis=(0, 1, 2))])

    def _images(self, inputs: ndarray) -> ndarray:
        """Check the inputs and view them channels last."""
        check_shape(inputs, 'inputs', 'batch, channels, dim_1, dim_2', *self.inputs_shape)
        return channels_last(floating(inputs))

    def _output_gradients(self, grads_wrt_outputs: ndarray) -> ndarray:
        """Check the gradients of the outputs and view them channels last."""
        axes = 'batch, channels, dim_1, dim_2'
        check_shape(grads_wrt_outputs, 'grads_wrt_outputs', axes, None, self.num_output_channels)
        return channels_last(floating(grads_wrt_outputs))

    def _filters(self) -> ndarray:
        """View the kernels as filters of the library, which cross-correlates."""
        return filters_last(self._mirrored(self.kernels))

    def _mirrored(self, kernels: ndarray) -> ndarray:
        """Mirror kernels in both directions, unless this layer cross-correlates."""
        return kernels if self.cross_correlation else kernels[:, :, ::-1, ::-1]

    def __repr__(self) -> str:
        return (
            'ConvolutionalLayer(\n'
            f'    num_input_channels={self.num_input_channels}, '
            f'num_output_channels={self.num_output_channels},\n'
            f'    input_dim_1={self.input_dim_1}, input_dim_2={self.input_dim_2},\n'
            f'    kernel_dim_1={self.kernel_dim_1}, kernel_dim_2={self.kernel_dim_2}\n'
            ')'
        )


class MaxPoolingLayer(Layer):
    """Keep the largest of every ``pool_size`` numbers in a row, along the last axis.

    ``outputs[..., i] = max_a inputs[..., i * pool_size + a]``. The gradient goes to the number that
    won; of equal ones, to the first.

    Parameters
    ----------
    pool_size : int, optional
        How many numbers make a pool; the last axis is a multiple of it.
    """

    def __init__(self, pool_size: int = 2) -> None:
        self.pool_size = as_int(pool_size, 'pool_size')

    def fprop(self, inputs: ndarray) -> ndarray:
        """Return the outputs, of shape ``(..., n / pool_size)`` for inputs ``(..., n)``."""
        X = self._pools(inputs)
        shape = *inputs.shape[:-1], inputs.shape[-1] // self.pool_size
        return pool(X, (1, self.pool_size)).reshape(shape)

    def bprop(self, inputs: ndarray, outputs: ndarray, grads_wrt_outputs: ndarray) -> ndarray:
        """Return the gradients of the inputs, of shape ``(..., n)``."""
        X = self._pools(inputs)
        shape = *X.shape[:2], 1, 1
        dZ, Z = grads_wrt_outputs.reshape(shape), outputs.reshape(shape)
        return pool_gradient(dZ, X, Z, (1, self.pool_size)).reshape(inputs.shape)

    def _pools(self, inputs: ndarray) -> ndarray:
        """View inputs as images whose rows are the pools: (..., n) -> (m, pools, pool_size, 1)."""
        n = inputs.shape[-1]
        if n % self.pool_size:
            raise ShapeError(
                'inputs', f'a last axis that is a multiple of {self.pool_size}', str(inputs.shape),
                'Choose another pool_size.',
            )  # fmt: skip
        return inputs.reshape(-1, n // self.pool_size, self.pool_size, 1)

    def __repr__(self) -> str:
        return f'MaxPoolingLayer(pool_size={self.pool_size})'
