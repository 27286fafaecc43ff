"""What model files may name: the functions, layers and small objects of epynn.

Names in a file never import anything. They are looked up here, and among what the user hands to
``read_model``, whose names stand in files behind ``custom.``, so that a function of yours called
``relu`` is never taken for that of epynn.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from epynn.commons.loss import Huber, LabelSmoothing, loss_functions
from epynn.commons.maths import ACTIVATIONS
from epynn.commons.maths.initializers import INITIALIZERS, Constant, Normal, Uniform
from epynn.commons.metrics import TopK, metrics_functions
from epynn.commons.models import Layer
from epynn.commons.optimize import OPTIMIZERS
from epynn.commons.penalties import L1, L2
from epynn.commons.schedule import (
    Cosine,
    OneCycle,
    ReduceOnPlateau,
    WarmUp,
    exp_decay,
    lin_decay,
    steady,
    step,
)

CUSTOM = 'custom.'
POOLS: Mapping[str, Callable[..., Any]] = {
    **{f'numpy.{f}': getattr(np, f) for f in ('max', 'amax', 'min', 'amin', 'mean', 'average')},
    'max': max, 'min': min,
}  # fmt: skip
SCHEDULES = {function.__name__: function for function in (steady, exp_decay, lin_decay, step)}
CLASSES: Mapping[str, tuple[Callable[..., Any], ...]] = {
    'pool': (),
    'activation': (),
    'initializer': (Constant, Normal, Uniform),
    'loss': (Huber, LabelSmoothing),
    'metric': (TopK, Huber, LabelSmoothing),
    'schedule': (Cosine, OneCycle, ReduceOnPlateau, WarmUp),
    'optimizer': tuple(OPTIMIZERS.values()),
    'penalty': (L1, L2),
}
"""The classes of objects with settings, by what they are for."""


def functions_by_use() -> dict[str, Mapping[str, Callable[..., Any]]]:
    """Return the functions that files may name, by what they are for."""
    losses = loss_functions()
    return {
        'pool': POOLS,
        'activation': ACTIVATIONS,
        'initializer': INITIALIZERS,
        'loss': losses,
        'metric': {**metrics_functions(), **losses},
        'schedule': SCHEDULES,
        'optimizer': {},
        'penalty': {},
    }


def known_functions() -> dict[str, Callable[..., Any]]:
    """Return the functions that files may name."""
    return {name: f for table in functions_by_use().values() for name, f in table.items()}


def known_classes() -> dict[str, Any]:
    """Return the classes of objects with settings, by name."""
    return {cls.__name__: cls for classes in CLASSES.values() for cls in classes}


def known_layers() -> dict[str, type[Layer]]:
    """Return the layer classes of epynn by name: those in the ``models.py`` of a folder."""
    found: dict[str, type[Layer]] = {}
    waiting = [Layer]
    while waiting:
        for cls in waiting.pop().__subclasses__():
            waiting.append(cls)
            if is_known_layer(cls):
                found[cls.__name__] = cls
    return found


def is_known_layer(cls: type[Layer]) -> bool:
    """Return whether a class of layers is one of epynn, rather than of the user."""
    return cls.__module__ == f'epynn.{cls.__name__.lower()}.models'
