"""Array functions of the kernels with arrays that do not fit."""

import numpy as np

from epynn.kernels.convolution import convolve, convolve_input_gradient, convolve_weight_gradient
from epynn.kernels.pooling import pool, pool_gradient
from wrong_uses.shared import Wrong

X = np.ones((2, 6, 6, 3))
W = np.ones((3, 3, 3, 4))


ROWS = [
    Wrong('convolve rows', lambda: convolve(X[0, 0], W), ValueError, 'X', '4 axes (m, h, w, d)',
          '2 axes (6, 3)', 'Give images channels-last; X['),
    Wrong('convolve a list', lambda: convolve(X.tolist(), W), TypeError, 'X', 'an array', 'a list',
          'Convert it by np.array'),
    Wrong('convolve by a flat filter', lambda: convolve(X, W[0]), ValueError, 'W',
          '4 axes (fh, fw, d, u)', '3 axes (3, 3, 4)', 'Give one filter of fh * fw * d'),
    Wrong('convolve by another depth', lambda: convolve(X, W[:, :, :2]), ValueError, 'W',
          'a depth of d / groups = 3 / 1', '2', 'Give filters of the depth that they'),
    Wrong('convolve by a large filter', lambda: convolve(X, np.ones((9, 9, 3, 4))), ValueError,
          'window', 'at most 6 (size 6, padding 0 + 0)', '9', 'Take a smaller window or more'),
    Wrong('convolve by stride 0', lambda: convolve(X, W, 0), ValueError, 'strides',
          'an int or a pair of ints of at least 1', '0', 'Take 1 or more'),
    Wrong('convolve by three strides', lambda: convolve(X, W, (1, 1, 1)), ValueError, 'strides',
          'an int or a pair of ints', '(1, 1, 1)', 'Write 2 or (2, 2)'),
    Wrong('convolve by half a stride', lambda: convolve(X, W, 0.5), TypeError, 'strides',
          'an int or a pair of ints', '0.5', 'Write 2 or (2, 2)'),
    Wrong('convolve with padding -1', lambda: convolve(X, W, padding=-1), ValueError, 'padding',
          'an int or a pair of ints of at least 0', '-1', 'Take 0 or more'),
    Wrong('convolve with unknown padding', lambda: convolve(X, W, padding='full'), ValueError,
          'padding', "'same', 'same_lower', 'valid', ints or", "'full'",
          'Write 1 for a frame of one point'),
    Wrong('convolve with three paddings', lambda: convolve(X, W, padding=((1, 1), (1, 1), (1, 1))),
          ValueError, 'padding', '((top, bottom), (left, right))', '((1, 1), (1, 1), (1, 1))',
          'Give two pairs, or one number for'),
    Wrong('convolve in groups that do not divide', lambda: convolve(X, W, groups=2), ValueError,
          'groups', 'a divisor of the depth 3 and the units 4', '2',
          'Each group needs as many of both'),
    Wrong('convolve in half a group', lambda: convolve(X, W, groups=1.5), TypeError, 'groups',
          'an int', '1.5', 'Write 1 for no groups'),
    Wrong('a gradient of another output',
          lambda: convolve_weight_gradient(X, np.ones((2, 3, 3, 4)), (3, 3)), ValueError, 'dZ',
          '(m, oh, ow, u) = (2, 4, 4, 4)', '(2, 3, 3, 4)', 'Use the shapes, strides and padding'),
    Wrong('an input gradient of another output',
          lambda: convolve_input_gradient(np.ones((2, 3, 3, 4)), W, X.shape), ValueError, 'dZ',
          '(m, oh, ow, u) = (2, 4, 4, 4)', '(2, 3, 3, 4)', 'Use the shapes, strides and padding'),
    Wrong('pool rows', lambda: pool(X[0, 0], 2), ValueError, 'X', '4 axes (m, h, w, d)',
          '2 axes (6, 3)', 'Give images channels-last; X['),
    Wrong('pool by an unknown rule', lambda: pool(X, 2, how='median'), ValueError, 'how',
          "one of ('max', 'min', 'mean')", "'median'", 'Choose one of them'),
    Wrong('pool by a large window', lambda: pool(X, 7), ValueError, 'window',
          'at most 6 (size 6, padding 0 + 0)', '7', 'Take a smaller window or more'),
    Wrong('pool by a window of 0', lambda: pool(X, 0), ValueError, 'window',
          'an int or a pair of ints of at least 1', '0', 'Take 1 or more'),
    Wrong('pool with padding alone', lambda: pool(X, 2, padding=2), ValueError, 'padding',
          'less than the window (2, 2)', '2', 'A window of max pooling has to see'),
    Wrong('a pool gradient of another output',
          lambda: pool_gradient(np.ones((2, 2, 2, 3)), X, pool(X, 2), 2), ValueError, 'dZ',
          '(m, oh, ow, d) = (2, 3, 3, 3)', '(2, 2, 2, 3)', 'Use the window, strides and padding'),
]  # fmt: skip
