"""The description of a network in a model file: all but its arrays, in names and numbers."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from epynn.commons.metrics import metrics_functions
from epynn.commons.models import Layer, walk_layers
from epynn.files.encoding import Encoder
from epynn.network.models import EpyNN

PLAIN = (
    'name', 'uname', 'ts', 'seed', 'reduction', 'positive_label', 'deterministic', 'e', 'epochs',
)  # fmt: skip


def describe_architecture(model: EpyNN, encoder: Encoder | None = None) -> dict[str, Any]:
    """Return all that is to be said of a network but its parameters, in words that JSON knows.

    Functions and classes of the user that occur are then in ``encoder.own``.

    Raises
    ------
    ArgumentError
        If a value of a layer's arguments, or the like, cannot be saved.
    """
    encode = (encoder or Encoder()).encode
    embedding = model.embedding
    scale = embedding.scale
    done = max(model.epochs, 1)
    return {
        **{name: getattr(model, name) for name in PLAIN},
        'dtype': str(model.dtype),
        'loss': encode(model.training_loss, 'loss'),
        'metrics': [encode(metric, 'metrics') for metric in bare_metrics(model)],
        'history': encode(cut_history(model, done), 'metrics')['dict'],
        'optimizer': encode(model.optimizer, 'optimizer'),
        'se_hPars': encode(model.se_hPars, 'se_hPars'),
        'class_weights': encode(model.class_weights, 'class_weight'),
        'embedding': {
            'layer': encode(embedding, 'layers[0]')['layer'],
            'settings': encode(embedding.se_dataset, 'Embedding'),
            'tokens': encode(list(embedding.e2i), 'tokens'),
            'classes': encode(None if embedding.classes is None else list(embedding.classes), 'y'),
            'targets': embedding.targets,
            'features': encode(embedding.features, 'features'),
            'scale': None if scale is None else [scale.minimum, scale.span],
        },
        'layers': [encode(layer, f'layers[{i}]') for i, layer in enumerate(model.layers) if i],
        'activations': [activation_settings(layer) for layer in walk_layers(model.layers)],
        'rates': describe_rates(model, done),
        'network': [describe_row(model.network[i], layer) for i, layer in enumerate(model.layers)],
    }


def bare_metrics(model: EpyNN) -> list[Any]:
    """Return the metrics as they were asked for, without the positive label of bundled ones."""
    bundled = metrics_functions()
    return [
        bundled[name] if isinstance(f, partial) and f.func == bundled.get(name) else f
        for name, f in model.metrics_functions.items()
    ]


def cut_history(model: EpyNN, done: int) -> dict[str, list[list[float]]]:
    """Return the metrics so far, without an epoch that was interrupted and is in some of them."""
    history = model.metrics
    sets = [i for i in range(3) if any(lists[i] for lists in history.values())]
    shortest = min((len(lists[i]) for lists in history.values() for i in sets), default=0)
    return {
        name: [values[: min(done, shortest)] for values in lists] for name, lists in history.items()
    }


def activation_settings(layer: Layer) -> dict[str, dict[str, float]]:
    """Return the hyper-parameters in force of the activation functions of a layer.

    They are those of `initialize`, and need not be those that ``se_hPars`` says by now.
    """
    return {argument: getattr(layer, argument).settings() for argument in layer.activation}


def describe_rates(model: EpyNN, done: int) -> dict[str, Any]:
    """Return the learning rates of the epochs so far: each list once, and which one a layer has."""
    rates = [tuple(layer.lrate[:done]) for layer in walk_layers(model.layers)]
    lists = list(dict.fromkeys(rates))
    return {'lists': [list(values) for values in lists], 'layers': [lists.index(r) for r in rates]}


def describe_row(row: Mapping[str, Any], layer: Layer) -> dict[str, Any]:
    """Return what the dry run noted of a layer and of the layers inside, for a file."""
    inner = zip(row['layers'], layer.children(), strict=True)
    return {
        'name': str(row['name']),
        'activation': {key: str(name) for key, name in row['activation'].items()},
        'dimensions': {key: int(n) for key, n in row['dimensions'].items() if is_count(n)},
        'forward': describe_shapes(row['forward']),
        'backward': describe_shapes(row['backward']),
        'parameters': layer.count_parameters(),
        'layers': [describe_row(row, layer) for row, layer in inner],
    }


def describe_shapes(shapes: Mapping[str, Any]) -> dict[str, list[int]]:
    """Return the shapes, each as a list, without what a layer of the user may have put there."""
    return {
        name: list(map(int, shape))
        for name, shape in shapes.items()
        if isinstance(shape, (tuple, list)) and all(map(is_count, shape))
    }


def is_count(value: Any) -> bool:
    """Return whether a value is a whole number."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)
