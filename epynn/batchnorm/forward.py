"""Forward pass of the BatchNorm layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.commons.normalization import require_several
from epynn.kernels.arrays import ndarray
from epynn.kernels.normalization import center, count_points
from epynn.kernels.steps import zero_masked

if TYPE_CHECKING:
    from epynn.batchnorm.models import BatchNorm

ONE_POINT = (
    'Choose another batch_size, or Embedding(drop_last=True) where the last batch is one sample; '
    'to predict without a model, set layer.training = False.'
)


def batchnorm_forward(layer: 'BatchNorm', A: ndarray) -> ndarray:
    """Compute ``A = gamma * (X - mean) / sqrt(var + epsilon) + beta``, of the shape of ``X``.

    Raises
    ------
    ShapeError
        If a training batch has one number a channel: its variance would be 0.
    """
    # (1) Input, 0 at masked steps
    X = zero_masked(layer.receive_input(A), layer.mask)
    of_batch = layer.o['of_batch'] = layer.training and layer.trainable
    if of_batch:
        N = layer.ranks.add(count_points(X, layer.mask))
        require_several(layer, N, 'a channel in a training batch', ONE_POINT)

    # (2) Mean and variance: those of the batch in training, else the running ones
    if of_batch:
        mean, Xc, var = center(X, layer.mean_points, layer.mask)
    else:
        mean, var = layer.s['mean'], layer.s['var']
        Xc = X - mean  # (m, ..., d) - (d,) -> (m, ..., d)
    layer.fc['mean'], layer.fc['var'] = mean, var

    # (3) Normalize
    sd = layer.fc['sd'] = np.sqrt(var + layer.epsilon)
    Xh = layer.fc['Xh'] = np.divide(Xc, sd, out=Xc)

    # (4) Scale and shift each channel
    A = layer.fc['A'] = Xh * layer.p['gamma']
    A += layer.p['beta']

    # Running statistics, the two at once and last, after all that could fail
    if of_batch:
        kept = layer.momentum
        layer.s = {
            'mean': kept * layer.s['mean'] + (1 - kept) * mean,
            'var': kept * layer.s['var'] + (1 - kept) * (N / (N - 1)) * var,
        }

    return A
