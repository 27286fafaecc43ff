"""The TransposedConvolution layer."""

from epynn.commons.arguments import as_flag, as_initializer, as_int, as_pair, describe
from epynn.commons.errors import ArgumentError
from epynn.commons.maths import ActivationFunction, Initializer, relu, xavier
from epynn.commons.models import HyperParameters
from epynn.commons.penalties import Penalty
from epynn.commons.windows import SAME, Sliding, as_padding, check_groups_of_units
from epynn.transposedconvolution.backward import transposedconvolution_backward
from epynn.transposedconvolution.forward import transposedconvolution_forward
from epynn.transposedconvolution.parameters import (
    transposedconvolution_compute_gradients,
    transposedconvolution_compute_shapes,
    transposedconvolution_initialize_parameters,
)


class TransposedConvolution(Sliding):
    r"""Make images larger: each point of the input leaves a weighted filter on the output.

    .. math::

        Z_{m,\; i\,s_h + a\,r_h - p_h,\; j\,s_w + c\,r_w - p_w,\; u} =
        \sum_{i,j,a,c,d} X_{m,i,j,d}\; W_{a,c,u,d} + b_u, \qquad A = activate(Z)

    where the sum is over all terms that fall on the same point of ``Z``.

    Parameters
    ----------
    unit_filters : int, optional
        Number of filters ``u``, the depth of the output.
    filter_size : int or (int, int), optional
        Height and width of the filters ``(fh, fw)``.
    strides : int or (int, int), optional
        Steps on the output between neighbouring points of the input ``(sh, sw)``; None for steps as
        long as the filter.
    padding : int, (int, int), 'same', 'same_lower' or 'valid', optional
        Rows and columns left out on each side of the output ``(ph, pw)``, as the convolution that
        this layer transposes would have added them. 'same': as many as give an output of
        ``oh = h sh``, an odd one at the bottom or the right; 'same_lower': an odd one at the top or
        the left; 'valid': none.
    activate, initialization, use_bias, se_hPars : optional
        As in :class:`~epynn.convolution.models.Convolution`.
    output_padding : int or (int, int), optional
        Rows at the bottom and columns at the right that the output has in addition ``(qh, qw)``,
        fewer than the strides: a convolution with strides takes several sizes to the same one, and
        this chooses among them. Not with 'same', which has chosen.
    penalty : Penalty, optional
        As in :class:`~epynn.convolution.models.Convolution`.
    dilation : int or (int, int), optional
        Distances on the output of neighbouring points of a filter ``(rh, rw)``.
    groups : int, optional
        Number ``g`` of groups of neighbours into which depth and filters fall: a filter sees the
        depth of its own group only.

    Notes
    -----
    Shapes: ``X (m, h, w, d)`` -> ``A (m, oh, ow, u)``, where
    ``oh = (h - 1) sh + (fh - 1) rh + 1 - 2 ph + qh`` and ``ow`` likewise; parameters
    ``W (fh, fw, u / g, d)`` and ``b (u,)``, the latter 0 at first.

    The layer is the adjoint of a :class:`~epynn.convolution.models.Convolution` with the same
    options and the same ``W`` that takes ``(m, oh, ow, u)`` to ``(m, h, w, d)``: input and output
    have changed places, and so have the last two axes of ``W``. Forward is backward there, and
    backward is forward: with ``dZ = dA * activate'(Z)``, ``dX = convolve(dZ, W)``; every weight
    meets the pairs of points that it joined, ``dW = sum(dZb * X)`` over samples and places, with
    the blocks ``dZb`` of ``dZ``; ``db = sum(dZ)``.

    References
    ----------
    Zeiler, Krishnan, Taylor and Fergus, "Deconvolutional networks", CVPR (2010); Dumoulin and
    Visin, "A guide to convolution arithmetic for deep learning", arXiv:1603.07285 (2016), for the
    sizes.

    Examples
    --------
    >>> layer = TransposedConvolution(6, filter_size=3, strides=2, padding='same')
    >>> layer.forward(np.ones((32, 7, 7, 4))).shape
    (32, 14, 14, 6)
    """

    input_axes = ('m', 'h', 'w', 'd')
    compute_shapes = transposedconvolution_compute_shapes
    initialize_parameters = transposedconvolution_initialize_parameters
    forward = transposedconvolution_forward
    backward = transposedconvolution_backward
    compute_gradients = transposedconvolution_compute_gradients

    activation_is_last = True
    weight_names = ('W',)
    filter_axes = ('fh', 'fw', 'u', 'd')

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
        output_padding: int | tuple[int, int] = 0,
        penalty: Penalty | None = None,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
    ) -> None:
        super().__init__(se_hPars, penalty)
        name, d = self.name, self.d
        d['u'] = as_int(unit_filters, f'{name}.unit_filters')
        d['fh'], d['fw'] = as_pair(filter_size, f'{name}.filter_size')
        d['sh'], d['sw'] = as_pair(
            (d['fh'], d['fw']) if strides is None else strides, f'{name}.strides'
        )
        d['qh'], d['qw'] = as_pair(output_padding, f'{name}.output_padding', minimum=0)
        d['rh'], d['rw'] = as_pair(dilation, f'{name}.dilation')
        d['g'] = as_int(groups, f'{name}.groups')
        check_groups_of_units(self)
        self.padding = as_padding(padding, f'{name}.padding')
        if d['qh'] >= d['sh'] or d['qw'] >= d['sw']:
            raise ArgumentError(
                f'{name}.output_padding', f'less than the strides {(d["sh"], d["sw"])}',
                describe(output_padding), 'Larger outputs come from another number of inputs.',
            )  # fmt: skip
        if self.padding in SAME and (d['qh'] or d['qw']):
            raise ArgumentError(
                f'{name}.output_padding', f'0 with padding {padding!r}, whose output is h * sh',
                describe(output_padding), 'Give the padding in numbers.',
            )  # fmt: skip
        self.use_bias = as_flag(use_bias, f'{name}.use_bias')
        self.initialization = as_initializer(initialization, f'{name}.initialization')
        self.set_activations(activate=activate)
