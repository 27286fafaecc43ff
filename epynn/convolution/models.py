"""The Convolution layer."""

from collections.abc import Callable, Mapping
from typing import Any

from epynn.commons.activation import Activation
from epynn.commons.arguments import as_flag, as_function, as_int, as_pair
from epynn.commons.maths import relu, xavier
from epynn.commons.models import Layer
from epynn.convolution.backward import convolution_backward
from epynn.convolution.forward import convolution_forward
from epynn.convolution.parameters import (
    convolution_compute_gradients,
    convolution_compute_shapes,
    convolution_initialize_parameters,
)
from epynn.kernels.arrays import Array


class Convolution(Layer):
    r"""Slide filters over images; each filter answers at each place with one number.

    .. math::

        Z_{m,i,j,u} = \sum_{a,c,d} X_{m,\; i\,s_h + a,\; j\,s_w + c,\; d}\; W_{a,c,d,u} + b_u,
        \qquad A = activate(Z)

    Parameters
    ----------
    unit_filters : int, optional
        Number of filters ``u``.
    filter_size : int or (int, int), optional
        Height and width of the filters ``(fh, fw)``.
    strides : int or (int, int), optional
        Steps between neighbouring windows ``(sh, sw)``; None for steps as long as the filter.
    padding : int or (int, int), optional
        Rows and columns of zeros added on each side ``(ph, pw)``.
    activate : function, optional
        Activation ``f(x, deriv=False)``.
    initialization : function, optional
        Draws ``W``: ``f(shape, rng)``.
    use_bias : bool, optional
        False for a layer without ``b``.
    se_hPars : dict, optional
        Hyper-parameters of this layer alone.

    Notes
    -----
    Shapes: ``X (m, h, w, d)`` -> ``A (m, oh, ow, u)``, where
    ``oh = floor((h + 2 ph - fh) / sh) + 1`` and ``ow`` likewise; parameters ``W (fh, fw, d, u)``
    and ``b (u,)``, the latter 0 at first. The blocks under the windows are a view
    ``Xb (m, oh, ow, fh, fw, d, 1)`` that costs no memory.

    Backward, with ``dZ = dA * activate'(Z)``: every weight meets the pixels it was multiplied with,
    ``dW = sum(Xb * dZ)`` over samples and places, ``db = sum(dZ)``; every pixel gathers from the
    windows it was in: ``dX`` adds the blocks ``dXb = W dZ`` where they were cut.

    References
    ----------
    LeCun et al., "Gradient-based learning applied to document recognition", Proceedings of the IEEE
    86 (1998). The cross-correlation of deep-learning usage: filters are not mirrored.

    Examples
    --------
    >>> layer = Convolution(6, filter_size=(5, 5), strides=1)
    >>> layer.forward(np.ones((32, 28, 28, 1))).shape
    (32, 24, 24, 6)
    """

    input_axes = ('m', 'h', 'w', 'd')
    compute_shapes = convolution_compute_shapes
    initialize_parameters = convolution_initialize_parameters
    forward = convolution_forward
    backward = convolution_backward
    compute_gradients = convolution_compute_gradients

    activate: Activation

    def __init__(
        self,
        unit_filters: int = 1,
        filter_size: int | tuple[int, int] = (3, 3),
        strides: int | tuple[int, int] | None = None,
        padding: int | tuple[int, int] = 0,
        activate: Callable[..., Array] = relu,
        initialization: Callable[..., Array] = xavier,
        use_bias: bool = True,
        se_hPars: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(se_hPars)
        d = self.d
        d['u'] = as_int(unit_filters, 'Convolution.unit_filters')
        d['fh'], d['fw'] = as_pair(filter_size, 'Convolution.filter_size')
        d['sh'], d['sw'] = as_pair(
            (d['fh'], d['fw']) if strides is None else strides, 'Convolution.strides'
        )
        d['ph'], d['pw'] = as_pair(padding, 'Convolution.padding', minimum=0)
        self.use_bias = as_flag(use_bias, 'Convolution.use_bias')
        self.initialization = as_function(initialization, 'Convolution.initialization', 'xavier')
        self.set_activations(activate=activate)
