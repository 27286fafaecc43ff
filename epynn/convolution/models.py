"""The Convolution layer."""

from epynn.commons.arguments import as_flag, as_initializer, as_int, as_pair
from epynn.commons.maths import ActivationFunction, Initializer, relu, xavier
from epynn.commons.models import HyperParameters
from epynn.commons.penalties import Penalty
from epynn.commons.windows import Sliding, as_padding, check_groups_of_units
from epynn.convolution.backward import convolution_backward
from epynn.convolution.forward import convolution_forward
from epynn.convolution.parameters import (
    convolution_compute_gradients,
    convolution_compute_shapes,
    convolution_initialize_parameters,
)


class Convolution(Sliding):
    r"""Slide filters over images; each filter answers at each place with one number.

    .. math::

        Z_{m,i,j,u} = \sum_{a,c,d} X_{m,\; i\,s_h + a\,r_h,\; j\,s_w + c\,r_w,\; d}\;
        W_{a,c,d,u} + b_u, \qquad A = activate(Z)

    Parameters
    ----------
    unit_filters : int, optional
        Number of filters ``u``.
    filter_size : int or (int, int), optional
        Height and width of the filters ``(fh, fw)``.
    strides : int or (int, int), optional
        Steps between neighbouring windows ``(sh, sw)``; None for steps as long as the filter.
    padding : int, (int, int), 'same', 'same_lower' or 'valid', optional
        Rows and columns of zeros added on each side ``(ph, pw)``. 'same': as many as give an output
        of ``oh = ceil(h / sh)``, an odd one at the bottom or the right; 'same_lower': an odd one at
        the top or the left; 'valid': none.
    activate : function, optional
        Activation ``f(x, deriv=False)``.
    initialization : function, optional
        Draws ``W``: ``f(shape, rng)``.
    use_bias : bool, optional
        False for a layer without ``b``.
    se_hPars : dict, optional
        Hyper-parameters of this layer alone.
    dilation : int or (int, int), optional
        Distances of neighbouring points of a filter ``(rh, rw)``.
    groups : int, optional
        Number ``g`` of groups of neighbours into which depth and filters fall: a filter sees the
        depth of its own group only. ``g = d`` is called depthwise.
    penalty : Penalty, optional
        Penalty on ``W``.

    Notes
    -----
    Shapes: ``X (m, h, w, d)`` -> ``A (m, oh, ow, u)``, where
    ``oh = floor((h + 2 ph - (fh - 1) rh - 1) / sh) + 1`` and ``ow`` likewise; parameters
    ``W (fh, fw, d / g, u)`` and ``b (u,)``, the latter 0 at first. The blocks under the windows,
    ``Xb (m, oh, ow, fh, fw, d, 1)``, are a view that costs no memory.

    Backward, with ``dZ = dA * activate'(Z)``: every weight meets the pixels it was multiplied with,
    ``dW = sum(Xb * dZ)`` over samples and places, ``db = sum(dZ)``; every pixel gathers from the
    windows it was in: ``dX`` adds the blocks ``dXb = W dZ`` where they were cut.

    References
    ----------
    LeCun et al., "Gradient-based learning applied to document recognition", Proceedings of the IEEE
    86 (1998), as cross-correlation: filters are not mirrored. Dilation: Yu and Koltun, "Multi-scale
    context aggregation by dilated convolutions", ICLR (2016). Groups: Krizhevsky, Sutskever and
    Hinton, "ImageNet classification with deep convolutional neural networks", NIPS (2012). 'same'
    follows the rule of TensorFlow and Keras.

    Examples
    --------
    >>> layer = Convolution(6, filter_size=(5, 5), strides=1)
    >>> layer.forward(np.ones((32, 28, 28, 1))).shape
    (32, 24, 24, 6)
    >>> layer = Convolution(6, strides=2, padding='same', groups=3)
    >>> layer.forward(np.ones((32, 28, 28, 3))).shape
    (32, 14, 14, 6)
    """

    input_axes = ('m', 'h', 'w', 'd')
    compute_shapes = convolution_compute_shapes
    initialize_parameters = convolution_initialize_parameters
    forward = convolution_forward
    backward = convolution_backward
    compute_gradients = convolution_compute_gradients

    activation_is_last = True
    weight_names = ('W',)
    filter_axes = ('fh', 'fw', 'd', 'u')

    def __init__(
        self,
        unit_filters: int = 1,
        filter_size: int | tuple[int, int] = (3, 3),
        strides: int | tuple[int, int] | None = None,
        padding: int | tuple[int, int] | str = 0,
        activate: ActivationFunction = relu,
        initialization: Initializer = xavier,
        use_bias: bool = True,
        se_hPars: HyperParameters | None = None,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        penalty: Penalty | None = None,
    ) -> None:
        super().__init__(se_hPars, penalty)
        d = self.d
        d['u'] = as_int(unit_filters, 'Convolution.unit_filters')
        d['fh'], d['fw'] = as_pair(filter_size, 'Convolution.filter_size')
        d['sh'], d['sw'] = as_pair(
            (d['fh'], d['fw']) if strides is None else strides, 'Convolution.strides'
        )
        d['rh'], d['rw'] = as_pair(dilation, 'Convolution.dilation')
        d['g'] = as_int(groups, 'Convolution.groups')
        check_groups_of_units(self)
        self.padding = as_padding(padding, 'Convolution.padding')
        self.use_bias = as_flag(use_bias, 'Convolution.use_bias')
        self.initialization = as_initializer(initialization, 'Convolution.initialization')
        self.set_activations(activate=activate)
