"""Optimizers: how parameters move, given their gradients.

One base loop, :meth:`Optimizer.update`, and one hook each, :meth:`Optimizer.step`. The learning
rate ``lr`` is that of the schedule for the current epoch. Arrays that an optimizer remembers from
step to step, such as a velocity, are kept by the layer in ``layer.moments``, so that one optimizer
serves any number of layers.

Symbols: ``p`` parameter, ``g`` its gradient, ``t`` number of the step, from 1.
"""

from epynn.commons.optimize.adam import Adam, AdamW
from epynn.commons.optimize.adaptive import Adagrad, RMSprop
from epynn.commons.optimize.descent import SGD, Momentum, Nesterov
from epynn.commons.optimize.known_optimizers import OPTIMIZERS, make_optimizer
from epynn.commons.optimize.optimizer import HasParameters, Optimizer, trained_layers

__all__ = [
    'OPTIMIZERS', 'SGD', 'Adagrad', 'Adam', 'AdamW', 'HasParameters', 'Momentum', 'Nesterov',
    'Optimizer', 'RMSprop', 'make_optimizer', 'trained_layers',
]  # fmt: skip
