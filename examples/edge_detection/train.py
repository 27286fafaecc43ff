"""Edges in a photograph; the gradient of a convolution."""

from pathlib import Path

import numpy as np
from PIL import Image
from prepare_dataset import prepare_dataset

from epynn.commons.logs import process_logs
from epynn.kernels import convolve
from epynn.kernels.blocks import pad

# Filters are (fh, fw, d, u). Grey is a convolution too, with one filter of a single point: a
# weighted sum of red, green and blue, by how bright each looks to the eye.
GREY = np.array([0.299, 0.587, 0.114]).reshape(1, 1, 3, 1)

# Sobel: the brightness to the right minus that to the left, smoothed along the other axis. It
# estimates the slope of the brightness; turned around, the same downwards.
SOBEL_X = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
SOBEL_Y = SOBEL_X.T

# Laplacian: the four neighbours minus the point itself, in balance on an even slope. It answers to
# lines and to points, in any direction.
LAPLACIAN = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])

# One channel of output a filter: (fh, fw, u) -> (fh, fw, d, u) = (3, 3, 1, 3)
FILTERS = np.stack([SOBEL_X, SOBEL_Y, LAPLACIAN], axis=-1)[:, :, np.newaxis]


def detect_edges(X):
    """Return the grey photograph, the steepness and the strength of lines, each (h, w)."""
    grey = convolve(X, GREY)  # (1, h, w, 3) -> (1, h, w, 1)
    Z = convolve(grey, FILTERS, padding=1)  # -> (1, h, w, 3): one channel a filter
    Z = Z[0, 1:-1, 1:-1]  # the outermost points saw the padding, and the frame is no edge
    steepness = np.hypot(Z[..., 0], Z[..., 1])  # the length of the slope (x, y)
    return grey[0, 1:-1, 1:-1, 0], steepness, np.abs(Z[..., 2])


def gradient_by_convolution(dZ, W):
    """Return dX of Z = convolve(X, W), by a convolution.

    X[h, w] takes part in Z[h - a, w - c] with the weight W[a, c]. So dX[h, w] sums dZ over a window
    that ends at (h, w), with the weights in reverse order, and over u instead of d.
    """
    fh, fw, _, _ = W.shape
    sides = (fh - 1, fh - 1), (fw - 1, fw - 1)  # windows reach over the border on each side
    padded = pad(dZ, sides)
    mirrored = W[::-1, ::-1].transpose(0, 1, 3, 2)  # (fh, fw, d, u) -> (fh, fw, u, d)
    return convolve(padded, mirrored)


def gradient_by_loops(dZ, W, shape):
    """Return the same dX from the definition: each Z sends its gradient to all it was made of."""
    dX = np.zeros(shape)
    for m, i, j, u in np.ndindex(dZ.shape):
        for a, c, d in np.ndindex(W.shape[:3]):
            dX[m, i + a, j + c, d] += dZ[m, i, j, u] * W[a, c, d, u]
    return dX


def gradient_by_differences(X, W, dZ, step=1e-3):
    """Return the same dX without any derivation: move each X a little, and look at the loss.

    The loss is sum(Z * dZ), whose gradient with respect to Z is dZ.
    """
    dX = np.zeros(X.shape)
    for index in np.ndindex(X.shape):
        E = np.zeros(X.shape)
        E[index] = step
        difference = np.sum((convolve(X + E, W) - convolve(X - E, W)) * dZ)
        dX[index] = difference / (2 * step)
    return dX


def check_gradient(seed):
    """Return how much, at most, the gradient by convolution differs from the two others."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((2, 10, 11, 5))
    W = rng.standard_normal((2, 3, 5, 4))
    dZ = rng.standard_normal(convolve(X, W).shape)  # (2, 9, 9, 4)

    dX = gradient_by_convolution(dZ, W)
    by_loops = np.abs(dX - gradient_by_loops(dZ, W, X.shape)).max()
    by_differences = np.abs(dX - gradient_by_differences(X, W, dZ)).max()
    return by_loops, by_differences


def main(seed=1, quiet=False):
    panels = [panel / panel.max() for panel in detect_edges(prepare_dataset())]
    path = Path('edge_detection.png').resolve()
    Image.fromarray(np.uint8(255 * np.hstack(panels))).save(path)

    by_loops, by_differences = check_gradient(seed)
    if not quiet:
        process_logs('Left to right: the photograph, its edges (Sobel), its lines (Laplacian).')
        process_logs('')
        process_logs('The gradient of a convolution, as a convolution, on X 2x10x11x5, W 2x3x5x4')
        process_logs(f'  largest difference from loops over each product:  {by_loops:.1e}')
        process_logs(f'  largest difference from finite differences:       {by_differences:.1e}')
        process_logs('')
    process_logs(f'edge_detection: gradient right to {by_loops:.1e}, picture in', 1)
    process_logs(str(path), 1)


if __name__ == '__main__':
    main()
