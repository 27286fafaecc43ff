"""Optimizers: how parameters move, given their gradients.

One base loop, :meth:`Optimizer.update`, and one hook each, :meth:`Optimizer.step`. The learning
rate ``lr`` is that of the schedule for the current epoch. Arrays that an optimizer remembers from
step to step, such as a velocity, are kept by the layer in ``layer.moments``, so that one optimizer
serves any number of layers.

Symbols: ``p`` parameter, ``g`` its gradient, ``t`` number of the step, from 1.
"""

from epynn.commons.optimize.optimizer import HasParameters, Optimizer, trained_layers
from epynn.commons.optimize.optimizers import (
    OPTIMIZERS,
    SGD,
    Adagrad,
    Adam,
    AdamW,
    Momentum,
    Nesterov,
    RMSprop,
    make_optimizer,
)

__all__ = [
    'OPTIMIZERS', 'SGD', 'Adagrad', 'Adam', 'AdamW', 'HasParameters', 'Momentum', 'Nesterov',
    'Optimizer', 'RMSprop', 'make_optimizer', 'trained_layers',
]  # fmt: skip
