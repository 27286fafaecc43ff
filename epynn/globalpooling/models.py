"""The GlobalPooling layer."""

from collections.abc import Callable
from typing import Any

import numpy as np

from epynn.commons.models import Layer
from epynn.commons.windows import name_of_pool
from epynn.globalpooling.backward import globalpooling_backward
from epynn.globalpooling.forward import globalpooling_forward
from epynn.globalpooling.parameters import globalpooling_compute_shapes


class GlobalPooling(Layer):
    r"""Keep one number of each channel: the mean, largest or smallest over all places.

    .. math:: A_{m,d} = pool_{h,w}\; X_{m,h,w,d}

    Parameters
    ----------
    pool : function, optional
        ``np.mean``, ``np.average``, ``np.max`` or ``np.min``.

    Notes
    -----
    Shapes: ``X (m, h, w, d)`` -> ``A (m, d)``, ``X (m, s, e)`` -> ``A (m, e)``: all axes between
    samples and channels are pooled, whatever their size; no parameters.

    Backward: a mean over ``n`` places sends ``dA / n`` to each; a maximum or minimum sends ``dA``
    to the place that won, in a tie the first.

    References
    ----------
    Lin, Chen and Yan, "Network in network", ICLR (2014), for the mean.

    Examples
    --------
    >>> layer = GlobalPooling()
    >>> layer.forward(np.ones((32, 7, 7, 6))).shape
    (32, 6)
    """

    compute_shapes = globalpooling_compute_shapes
    forward = globalpooling_forward
    backward = globalpooling_backward

    honours_mask = True

    def __init__(self, pool: Callable[..., Any] = np.mean) -> None:
        super().__init__()
        self.how = name_of_pool(pool, 'GlobalPooling.pool')
        self.pool = pool

    def output_mask(self) -> None:
        """Return None: the output has no steps."""
