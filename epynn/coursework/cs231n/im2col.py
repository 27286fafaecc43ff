"""Images to columns and back: the blocks of a convolution as the columns of a matrix."""

import numpy as np

from epynn.coursework.cs231n.columns import add_columns, cut_columns, frame
from epynn.coursework.layouts import check_shape
from epynn.kernels.arrays import ndarray
from epynn.kernels.window import output_size

__all__ = ['col2im_indices', 'im2col_indices']


def im2col_indices(
    x: ndarray, field_height: int, field_width: int, padding: int = 1, stride: int = 1
) -> ndarray:
    """Copy each block of the images ``(N, C, H, W)`` into a column.

    ``cols[c*HH*WW + a*WW + e, (i*W' + j)*N + n] = xp[n, c, i*stride + a, j*stride + e]``, where
    ``xp`` is ``x`` within a frame of zeros, and ``HH``, ``WW`` are the field's height and width:
    ``cols (C * HH * WW, H' * W' * N)``. Samples run fastest, then columns, then rows of the image.
    """
    check_shape(x, 'x', 'N, C, H, W')
    cols = cut_columns(frame(x, padding), (field_height, field_width), stride)
    # (N, taps, places) -> (taps, places, N) -> (C * HH * WW, H' * W' * N)
    return cols.transpose(1, 2, 0).reshape(cols.shape[1], -1)


def col2im_indices(
    cols: ndarray,
    x_shape: tuple[int, int, int, int],
    field_height: int = 3,
    field_width: int = 3,
    padding: int = 1,
    stride: int = 1,
) -> ndarray:
    """Add each column back onto the images, where :func:`im2col_indices` took it from.

    Returns the sum of all blocks that cover a point, of shape `x_shape` ``(N, C, H, W)``; what fell
    on the padding is dropped.
    """
    N, C, H, W = x_shape
    taps = C * field_height * field_width
    oh = output_size(H + 2 * padding, field_height, stride)
    ow = output_size(W + 2 * padding, field_width, stride)
    check_shape(cols, 'cols', 'taps, blocks', taps, oh * ow * N)
    # (C * HH * WW, H' * W' * N) -> (taps, places, N) -> (N, taps, places)
    cols = cols.reshape(taps, oh * ow, N).transpose(2, 0, 1)
    xp = np.zeros((N, C, H + 2 * padding, W + 2 * padding), dtype=cols.dtype, like=cols)
    add_columns(xp, cols, (field_height, field_width), stride)
    return xp[:, :, padding : padding + H, padding : padding + W]
