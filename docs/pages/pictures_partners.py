"""Pictures of pages: which numbers of a batch are normalized together."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pages.pictures import Picture, draw_cells, outline


def show_partners(layers: Mapping[str, Any], shape: tuple[int, int, int] = (2, 3, 4)) -> Picture:
    """Return, for each layer, on which numbers of the input one number of the output depends.

    That is where the gradient of this one output is not 0. A row of the picture is a layer, a
    matrix a sample, with a place a row and a channel a column.
    """
    m, s, d = shape
    picture = Picture(0.42 * m * d + 1.4, len(layers) * (0.42 * s + 0.45))
    grid = picture.figure.subplots(len(layers), m, squeeze=False)
    X = np.random.default_rng(0).standard_normal(shape)
    dA = np.zeros(shape)
    dA[0, 1, 1] = 1
    for row, (name, layer) in zip(grid, layers.items(), strict=True):
        layer.training = True
        layer.forward(X)
        dX = layer.backward(dA)
        for sample, axes in enumerate(row):
            title = f'{name}, sample {sample}' if sample == 0 else f'sample {sample}'
            draw_cells(axes, np.abs(dX[sample]) > 1e-12, title, scale=1.6, text=False)
        outline(row[0], 1, 1)
    return picture
