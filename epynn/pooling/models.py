"""The Pooling layer."""

from collections.abc import Callable
from typing import Any

import numpy as np

from epynn.commons.arguments import as_flag, as_pair
from epynn.commons.windows import (
    Sliding,
    as_count_padding,
    as_padding,
    check_pool_padding,
    name_of_pool,
)
from epynn.pooling.backward import pooling_backward
from epynn.pooling.forward import pooling_forward
from epynn.pooling.parameters import pooling_compute_shapes


class Pooling(Sliding):
    r"""Slide a window over images and keep one number of each depth under it.

    .. math:: A_{m,i,j,d} = pool_{a,c}\; X_{m,\; i\,s_h + a\,r_h,\; j\,s_w + c\,r_w,\; d}

    Parameters
    ----------
    pool_size : int or (int, int), optional
        Height and width of the window ``(fh, fw)``.
    strides : int or (int, int), optional
        Steps between neighbouring windows ``(sh, sw)``; None for steps as long as the window.
    pool : function, optional
        ``np.max``, ``np.min``, ``np.mean`` or ``np.average``.
    padding : int, (int, int), 'same', 'same_lower' or 'valid', optional
        Rows and columns added on each side ``(ph, pw)``. They never win a maximum or minimum, and
        count as zeros in a mean. 'same': as many as give an output of ``oh = ceil(h / sh)``, where
        an odd one goes to the bottom or the right; 'same_lower': it goes to the top or the left;
        'valid': none.
    dilation : int or (int, int), optional
        Distances of neighbouring points of the window ``(rh, rw)``.
    ceil_mode : bool, optional
        True for a last window that hangs over the end, where the others leave a rest: the size of
        the output is rounded up. It has to begin inside the image or its padding at the top or the
        left; a mean divides by the points that do not hang over.
    count_padding : bool, optional
        False for a mean over the points of the image alone: torch's ``count_include_pad=False``,
        and what Keras does.

    Raises
    ------
    ArgumentError
        Padding of more than half of the window, a pool of another function, or a maximum or minimum
        with ``count_padding=False``; at the first images, a window that would see padding alone.

    Notes
    -----
    Shapes: ``X (m, h, w, d)`` -> ``A (m, oh, ow, d)``, where
    ``oh = floor((h + 2 ph - (fh - 1) rh - 1) / sh) + 1``, rounded up in ceil mode, and ``ow``
    likewise; no parameters.

    Backward: a maximum or minimum sends the gradient to the point that won, in a tie the first; a
    mean sends an equal part to each point that counts. Where windows overlap, the parts add up.

    References
    ----------
    LeCun et al. (1998), as for Convolution, for the mean; Ranzato et al., "Unsupervised learning of
    invariant feature hierarchies", CVPR (2007), for the maximum.
    """

    input_axes = ('m', 'h', 'w', 'd')
    compute_shapes = pooling_compute_shapes
    forward = pooling_forward
    backward = pooling_backward

    def __init__(
        self,
        pool_size: int | tuple[int, int] = (2, 2),
        strides: int | tuple[int, int] | None = None,
        pool: Callable[..., Any] = np.max,
        padding: int | tuple[int, int] | str = 0,
        dilation: int | tuple[int, int] = 1,
        ceil_mode: bool = False,
        count_padding: bool = True,
    ) -> None:
        super().__init__()
        d = self.d
        d['fh'], d['fw'] = as_pair(pool_size, 'Pooling.pool_size')
        d['sh'], d['sw'] = as_pair(
            (d['fh'], d['fw']) if strides is None else strides, 'Pooling.strides'
        )
        self.padding = as_padding(padding, 'Pooling.padding')
        d['rh'], d['rw'] = as_pair(dilation, 'Pooling.dilation')
        check_pool_padding(padding, (d['fh'], d['fw']), (d['rh'], d['rw']), 'Pooling.padding')
        self.pool = pool
        self.how = name_of_pool(pool, 'Pooling.pool')
        self.ceil_mode = as_flag(ceil_mode, 'Pooling.ceil_mode')
        self.count_padding = as_count_padding(count_padding, self.how, 'Pooling.count_padding')
