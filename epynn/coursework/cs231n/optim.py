"""Update rules: ``(w, dw, config) -> (next_w, config)``, each a step of an optimizer of epynn.

``dw`` is the gradient of the parameter ``w``. What a rule remembers from step to step is in
``config``, which is completed with defaults and updated in place, as the course has it; ``w`` is
not. The arithmetic is that of :mod:`epynn.commons.optimize`.
"""

from typing import Any

import numpy as np

from epynn.commons.optimize import SGD, Adam, Momentum, RMSprop
from epynn.kernels.arrays import ndarray

__all__ = ['adam', 'rmsprop', 'sgd', 'sgd_momentum']

Config = dict[str, Any]


def sgd(w: ndarray, dw: ndarray, config: Config | None = None) -> tuple[ndarray, Config]:
    """Gradient descent: ``next_w = w - lr dw``. Of `config`: ``learning_rate`` (1e-2)."""
    config = _complete(config, learning_rate=1e-2)
    return SGD().step(w, dw, float(config['learning_rate']), {}), config


def sgd_momentum(w: ndarray, dw: ndarray, config: Config | None = None) -> tuple[ndarray, Config]:
    """Momentum: ``v = momentum v - lr dw``, ``next_w = w + v``.

    The velocity of the course points downhill and has the learning rate in it; that of epynn is a
    sum of gradients. One is minus the other where the step takes ``lr dw`` at a rate of 1. Of
    `config`: ``learning_rate`` (1e-2), ``momentum`` (0.9), ``velocity`` (zeros).
    """
    config = _complete(config, learning_rate=1e-2, momentum=0.9, velocity=np.zeros_like(w))
    moments = {'v': -config['velocity']}
    step = float(config['learning_rate']) * dw
    next_w = Momentum(momentum=config['momentum']).step(w, step, 1.0, moments)
    config['velocity'] = -moments['v']
    return next_w, config


def rmsprop(w: ndarray, dw: ndarray, config: Config | None = None) -> tuple[ndarray, Config]:
    """RMSProp: ``cache = d cache + (1 - d) dw^2``, ``next_w = w - lr dw / (sqrt(cache) + eps)``.

    Of `config`: ``learning_rate`` (1e-2), ``decay_rate`` (0.99), ``epsilon`` (1e-8), ``cache``
    (zeros).
    """
    config = _complete(
        config, learning_rate=1e-2, decay_rate=0.99, epsilon=1e-8, cache=np.zeros_like(w)
    )
    rule = RMSprop(rho=config['decay_rate'], epsilon=config['epsilon'])
    moments = {'s': config['cache']}
    next_w = rule.step(w, dw, float(config['learning_rate']), moments)
    config['cache'] = moments['s']
    return next_w, config


def adam(w: ndarray, dw: ndarray, config: Config | None = None) -> tuple[ndarray, Config]:
    """Adam, with the correction of both means; ``t`` is counted up before it is used.

    ``m = beta1 m + (1 - beta1) dw``, ``v = beta2 v + (1 - beta2) dw^2``,
    ``next_w = w - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)``. Of `config`:
    ``learning_rate`` (1e-3), ``beta1`` (0.9), ``beta2`` (0.999), ``epsilon`` (1e-8), ``m``, ``v``
    (zeros) and ``t`` (0).
    """
    config = _complete(
        config, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8,
        m=np.zeros_like(w), v=np.zeros_like(w), t=0,
    )  # fmt: skip
    rule = Adam(beta1=config['beta1'], beta2=config['beta2'], epsilon=config['epsilon'])
    moments = {'m': config['m'], 'v': config['v'], 't': config['t'] + 1}
    next_w = rule.step(w, dw, float(config['learning_rate']), moments)
    config.update(moments)
    return next_w, config


def _complete(config: Config | None, **defaults: Any) -> Config:
    """Add what is missing to `config` itself, or to a new one."""
    config = {} if config is None else config
    for name, value in defaults.items():
        config.setdefault(name, value)
    return config
