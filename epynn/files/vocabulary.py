"""What model files may name: the layers, functions and small objects of epynn.

Names in a file never import anything. They are looked up here, and among what the user hands to
``read_model``, whose names stand in files behind ``custom.``, so that a function of yours called
``relu`` is never taken for that of epynn.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from epynn import layers
from epynn.commons.loss import Huber, LabelSmoothing, loss_functions
from epynn.commons.maths import ACTIVATIONS
from epynn.commons.maths.initializers import INITIALIZERS, Constant, Normal, Uniform
from epynn.commons.metrics import TopK, metrics_functions
from epynn.commons.models import Layer
from epynn.commons.optimize import OPTIMIZERS
from epynn.commons.penalties import L1, L2
from epynn.commons.schedule import DECAYS, Cosine, OneCycle, ReduceOnPlateau, WarmUp

CUSTOM = 'custom.'
LAYERS: Mapping[str, type[Layer]] = {name: getattr(layers, name) for name in layers.__all__}
POOLS: Mapping[str, Callable[..., Any]] = {
    **{f'numpy.{f}': getattr(np, f) for f in ('max', 'amax', 'min', 'amin', 'mean', 'average')},
    'max': max, 'min': min,
}  # fmt: skip
LOSSES = loss_functions()
FUNCTIONS: Mapping[str, Mapping[str, Callable[..., Any]]] = {
    'pool': POOLS,
    'activation': ACTIVATIONS,
    'initializer': INITIALIZERS,
    'loss': LOSSES,
    'metric': {**metrics_functions(), **LOSSES},
    'schedule': DECAYS,
}
"""The functions that files may name, by what they are for."""
CLASSES: Mapping[str, tuple[Any, ...]] = {
    'activation': (),
    'initializer': (Constant, Normal, Uniform),
    'loss': (Huber, LabelSmoothing),
    'metric': (TopK, Huber, LabelSmoothing),
    'schedule': (Cosine, OneCycle, ReduceOnPlateau, WarmUp),
    'optimizer': tuple(OPTIMIZERS.values()),
    'penalty': (L1, L2),
}
"""The classes of objects with settings, by what they are for."""
FUNCTION_NAMES = {name: f for table in FUNCTIONS.values() for name, f in table.items()}
CLASS_NAMES = {cls.__name__: cls for classes in CLASSES.values() for cls in classes}


def is_known_layer(layer: Layer) -> bool:
    """Return whether a layer is one of epynn, rather than of the user."""
    return type(layer) in LAYERS.values()
