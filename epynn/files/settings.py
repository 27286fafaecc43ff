"""What a file says of settings and of the past: how the network learns, and what came of it."""

from collections.abc import Callable, Mapping
from functools import partial
from itertools import zip_longest
from typing import Any

import numpy as np

import epynn.settings
from epynn.commons.metrics import metrics_functions
from epynn.commons.models import Layer, walk_layers
from epynn.commons.optimize import Optimizer
from epynn.commons.schedule import schedule_functions
from epynn.files.decoding import Decoder
from epynn.network.hyperparameters import give_settings
from epynn.network.models import EpyNN
from epynn.network.reported_metrics import collect_metrics

PLAIN: Mapping[str, tuple[type, ...]] = {
    'name': (str,), 'uname': (str,), 'ts': (int,), 'seed': (int, type(None)), 'reduction': (str,),
    'positive_label': (int,), 'deterministic': (bool,), 'e': (int,), 'epochs': (int,),
}  # fmt: skip
"""Attributes of a network that files hold as they are, and their types."""


def describe_settings(model: EpyNN, encode: Callable[[Any, str], Any]) -> dict[str, Any]:
    """Return the settings, metrics and learning rates of a network."""
    done = max(model.epochs, 1)
    rates = [tuple(layer.lrate[:done]) for layer in walk_layers(model.layers)]
    lists = list(dict.fromkeys(rates))
    return {
        **{name: getattr(model, name) for name in PLAIN},
        'dtype': str(model.dtype),
        'loss': encode(model.training_loss, 'loss'),
        'metrics': [encode(metric, 'metrics') for metric in bare_metrics(model)],
        'history': encode(cut_history(model, done), 'metrics')['dict'],
        'optimizer': encode(model.optimizer, 'optimizer'),
        'se_hPars': encode(model.se_hPars, 'se_hPars'),
        'class_weights': encode(model.class_weights, 'class_weight'),
        'activations': [activation_settings(layer) for layer in walk_layers(model.layers)],
        # Each list once, and which one a layer has
        'rates': {'lists': [*map(list, lists)], 'layers': [lists.index(r) for r in rates]},
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


def restore_settings(model: EpyNN, description: Mapping[str, Any], decoder: Decoder) -> None:
    """Give a network, of new layers, its settings, metrics and learning rates."""
    field, decode, require = decoder.field, decoder.decode, decoder.require
    for name, types in PLAIN.items():
        setattr(model, name, field(description, name, *types))
    counts = [model.e, model.epochs, model.positive_label, model.seed or 0]
    counted = min(counts) >= 0 and model.e < max(model.epochs, 1)
    require(counted, 'counts of at least 0, e below epochs', counts)
    dtype, reduction = field(description, 'dtype', str), model.reduction
    chosen = dtype in ('float64', 'float32') and reduction in ('sum', 'mean')
    require(chosen, 'float32 or float64, sum or mean', [dtype, reduction])
    model.dtype = np.dtype(dtype)
    model.training_loss = decoder.check_use(decode(field(description, 'loss', dict)), 'loss')
    metrics = [decode(metric) for metric in field(description, 'metrics', list)]
    metrics = [decoder.check_use(metric, 'metric') for metric in metrics]
    model.metrics_functions = decoder.build(collect_metrics, model, metrics)
    model.optimizer = decode(field(description, 'optimizer', dict))
    model.class_weights = decode(field(description, 'class_weights', dict))
    fits = isinstance(model.optimizer, Optimizer) and isinstance(model.class_weights, dict)
    require(fits, 'an optimizer and class weights', description['optimizer'])
    model.se_hPars = restore_hyperparameters(decode(field(description, 'se_hPars', dict)), decoder)
    model.metrics = restore_history(field(description, 'history', list), model, decoder)
    for layer in walk_layers(model.layers):
        if layer.se_hPars is not None:
            restore_hyperparameters({**model.se_hPars, **layer.se_hPars}, decoder)
    decoder.build(give_settings, model)
    restore_rates(field(description, 'rates', dict), model, decoder)
    restore_activations(field(description, 'activations', list), model, decoder)


def restore_hyperparameters(se_hPars: Any, decoder: Decoder) -> dict[str, Any]:
    """Return hyper-parameters by name if a schedule can read them."""
    decoder.require(isinstance(se_hPars, dict), 'hyper-parameters by name', se_hPars)
    complete = {**epynn.settings.se_hPars, **se_hPars}
    schedule = complete['schedule']
    for function in (schedule, getattr(schedule, 'then', schedule)):
        if not isinstance(function, str):
            decoder.check_use(function, 'schedule')
    if not decoder.is_custom(schedule):
        decoder.build(schedule_functions, schedule, {**complete, 'epochs': 1})
    return complete


def restore_history(pairs: Any, model: EpyNN, decoder: Decoder) -> dict[str, list[list[float]]]:
    """Return the metrics so far, ``{name: [train, val, test]}``."""
    history = decoder.decode_dict(pairs)
    for name, lists in history.items():
        numbers = isinstance(lists, list) and all(are_floats(values) for values in lists)
        decoder.require(numbers, f'lists of numbers for {name!r}', lists)
    # One length for all, but for sets that are empty, of no more than the epochs so far
    lengths = {tuple(map(len, lists)) for lists in history.values()}
    epochs = {n for sets in lengths for n in sets if n}
    fits = (
        list(history) == list(model.metrics_functions)
        and [len(sets) for sets in lengths] == [3]
        and len(epochs) <= 1
        and max(epochs, default=0) <= max(model.epochs, 1)
    )
    decoder.require(fits, 'a history of its metrics', history)
    return history


def are_floats(values: Any) -> bool:
    """Return whether this is a list of numbers."""
    return isinstance(values, list) and all(type(value) is float for value in values)


def restore_rates(record: Any, model: EpyNN, decoder: Decoder) -> None:
    """Give each layer its learning rates so far."""
    lists, numbers = (decoder.field(record, name, list) for name in ('lists', 'layers'))
    layers = list(walk_layers(model.layers))
    known = all(type(n) is int and 0 <= n < len(lists) for n in numbers)
    decoder.require(known and len(numbers) == len(layers), 'learning rates for each layer', record)
    for rates in lists:
        fits = are_floats(rates) and len(rates) == max(model.epochs, 1) and min(rates) >= 0
        decoder.require(fits, 'a learning rate for each epoch', rates)
    for layer, i in zip(layers, numbers, strict=True):
        layer.lrate = lists[i]  # shared: the next initialize makes new ones


def restore_activations(records: list[Any], model: EpyNN, decoder: Decoder) -> None:
    """Give activation functions the hyper-parameters that were in force."""
    for layer, record in zip_longest(walk_layers(model.layers), records):
        expected = None if layer is None else activation_settings(layer)
        fits = (
            isinstance(record, dict)
            and expected is not None
            and list(record) == list(expected)
            and all(isinstance(settings, dict) for settings in record.values())
            and all(record[name].keys() == expected[name].keys() for name in record)
        )
        decoder.require(fits, f'hyper-parameters of activations {expected}', record)
        for argument, settings in record.items():
            decoder.build(getattr(layer, argument).set_hyperparameters, settings)
