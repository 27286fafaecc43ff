"""The Pooling1D layer."""

from collections.abc import Callable
from typing import Any

import numpy as np

from epynn.commons.arguments import as_flag, as_int
from epynn.commons.windows import (
    Sliding,
    as_count_padding,
    as_step_padding,
    check_pool_padding,
    name_of_pool,
)
from epynn.pooling1d.backward import pooling1d_backward
from epynn.pooling1d.forward import pooling1d_forward
from epynn.pooling1d.parameters import pooling1d_compute_shapes


class Pooling1D(Sliding):
    r"""Slide a window along signals and keep one number of each element under it.

    .. math:: A_{m,i,e} = pool_{a}\; X_{m,\; i\,s_s + a\,r_s,\; e}

    Parameters
    ----------
    pool_size : int, optional
        Steps that the window covers, ``f``.
    strides : int, optional
        Steps between neighbouring windows ``ss``; None for as many as the window covers.
    pool : function, optional
        ``np.max``, ``np.min``, ``np.mean`` or ``np.average``.
    padding : int, 'same', 'same_lower' or 'valid', optional
        Steps added at each end ``ps``; they count as in Pooling. 'same': as many as give an output
        of ``os = ceil(s / ss)``, where an odd one comes after the signal, with
        'same_lower' before it; 'valid': none.
    dilation : int, optional
        Distance of neighbouring steps of the window ``rs``.
    ceil_mode, count_padding : bool, optional
        As in Pooling.

    Raises
    ------
    ArgumentError
        As in Pooling.

    Notes
    -----
    Shapes: ``X (m, s, e)`` -> ``A (m, os, e)``, where
    ``os = floor((s + 2 ps - (f - 1) rs - 1) / ss) + 1``, rounded up in ceil mode; no parameters.
    Signals are images of height 1: all else, backward and source, is as in
    :class:`~epynn.pooling.models.Pooling`.
    """

    input_axes = ('m', 's', 'e')
    compute_shapes = pooling1d_compute_shapes
    forward = pooling1d_forward
    backward = pooling1d_backward

    def __init__(
        self,
        pool_size: int = 2,
        strides: int | None = None,
        pool: Callable[..., Any] = np.max,
        padding: int | str = 0,
        dilation: int = 1,
        ceil_mode: bool = False,
        count_padding: bool = True,
    ) -> None:
        super().__init__()
        d = self.d
        d['f'] = as_int(pool_size, 'Pooling1D.pool_size')
        d['ss'] = as_int(d['f'] if strides is None else strides, 'Pooling1D.strides')
        self.padding = as_step_padding(padding, 'Pooling1D.padding')
        d['rs'] = as_int(dilation, 'Pooling1D.dilation')
        check_pool_padding(padding, d['f'], d['rs'], 'Pooling1D.padding')
        self.pool = pool
        self.how = name_of_pool(pool, 'Pooling1D.pool')
        self.ceil_mode = as_flag(ceil_mode, 'Pooling1D.ceil_mode')
        self.count_padding = as_count_padding(count_padding, self.how, 'Pooling1D.count_padding')
