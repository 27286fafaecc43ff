"""The Convolution1D layer."""

from epynn.commons.arguments import as_flag, as_initializer, as_int
from epynn.commons.maths import ActivationFunction, Initializer, relu, xavier
from epynn.commons.models import HyperParameters
from epynn.commons.penalties import Penalty
from epynn.commons.windows import MODES, Sliding, as_step_padding, check_groups_of_units
from epynn.convolution1d.backward import convolution1d_backward
from epynn.convolution1d.forward import convolution1d_forward
from epynn.convolution1d.parameters import (
    convolution1d_compute_gradients,
    convolution1d_compute_shapes,
    convolution1d_initialize_parameters,
)


class Convolution1D(Sliding):
    r"""Slide filters along signals; each filter answers at each step with one number.

    .. math::

        Z_{m,i,u} = \sum_{a,e} X_{m,\; i\,s_s + a\,r_s,\; e}\; W_{a,e,u} + b_u,
        \qquad A = activate(Z)

    Parameters
    ----------
    unit_filters : int, optional
        Number of filters ``u``.
    filter_size : int, optional
        Steps that a filter covers, ``f``.
    strides : int, optional
        Steps between neighbouring windows ``ss``; None for as many as the filter covers.
    padding : int, 'same', 'same_lower', 'valid' or 'causal', optional
        Steps of zeros added at each end ``ps``. 'same': as many as give an output of
        ``os = ceil(s / ss)``, an odd one after the signal, with 'same_lower' before it;
        'valid': none; 'causal': all before the signal, so that an output sees its own step and
        earlier ones only.
    activate, initialization, use_bias : optional
        As in :class:`~epynn.convolution.models.Convolution`.
    dilation : int, optional
        Distance of neighbouring points of a filter ``rs``.
    groups : int, optional
        Number ``g`` of groups of neighbours into which elements and filters fall.
    se_hPars, penalty : optional
        As in :class:`~epynn.convolution.models.Convolution`.

    Notes
    -----
    Shapes: ``X (m, s, e)`` -> ``A (m, os, u)``, where
    ``os = floor((s + 2 ps - (f - 1) rs - 1) / ss) + 1``; parameters ``W (f, e / g, u)`` and
    ``b (u,)``, the latter 0 at first. Signals are images of height 1. The blocks under the windows,
    ``Xb (m, os, f, e, 1)``, are a view that costs no memory.

    Backward, as in Convolution: ``dZ = dA * activate'(Z)``, ``dW = sum(Xb * dZ)`` over samples and
    steps, ``db = sum(dZ)``, and ``dX`` adds the blocks ``dXb = W dZ`` where they were cut.

    References
    ----------
    Waibel et al., "Phoneme recognition using time-delay neural networks", IEEE Transactions on
    Acoustics, Speech, and Signal Processing 37 (1989); van den Oord et al., "WaveNet: a generative
    model for raw audio", arXiv:1609.03499 (2016), for 'causal' and dilation.

    Examples
    --------
    >>> layer = Convolution1D(6, filter_size=5, strides=2, padding='causal')
    >>> layer.forward(np.ones((32, 100, 3))).shape
    (32, 50, 6)
    """

    input_axes = ('m', 's', 'e')
    compute_shapes = convolution1d_compute_shapes
    initialize_parameters = convolution1d_initialize_parameters
    forward = convolution1d_forward
    backward = convolution1d_backward
    compute_gradients = convolution1d_compute_gradients

    activation_is_last = True
    honours_mask = True
    weight_names = ('W',)

    def __init__(
        self,
        unit_filters: int = 1,
        filter_size: int = 3,
        strides: int | None = None,
        padding: int | str = 0,
        activate: ActivationFunction = relu,
        initialization: Initializer = xavier,
        use_bias: bool = True,
        dilation: int = 1,
        groups: int = 1,
        se_hPars: HyperParameters | None = None,
        penalty: Penalty | None = None,
    ) -> None:
        super().__init__(se_hPars, penalty)
        d = self.d
        d['u'] = as_int(unit_filters, 'Convolution1D.unit_filters')
        d['f'] = as_int(filter_size, 'Convolution1D.filter_size')
        d['ss'] = as_int(d['f'] if strides is None else strides, 'Convolution1D.strides')
        d['rs'] = as_int(dilation, 'Convolution1D.dilation')
        d['g'] = as_int(groups, 'Convolution1D.groups')
        check_groups_of_units(self)
        self.padding = as_step_padding(padding, 'Convolution1D.padding', (*MODES, 'causal'))
        self.use_bias = as_flag(use_bias, 'Convolution1D.use_bias')
        self.initialization = as_initializer(initialization, 'Convolution1D.initialization')
        self.set_activations(activate=activate)
