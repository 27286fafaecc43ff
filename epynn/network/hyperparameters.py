"""Hyper-parameters: the defaults, those of the model, those of a layer."""

import sys
from collections.abc import Mapping
from typing import Any

import epynn.settings
from epynn.commons.arguments import as_float, describe
from epynn.commons.errors import ArgumentError, ArgumentTypeError
from epynn.commons.models import Layer, walk_layers
from epynn.network.state import Network


def default_hyperparameters() -> Mapping[str, Any]:
    """Return the hyper-parameters of the script's own ``settings.py``, where it imported one.

    Scripts written for EpyNN 1.2 keep theirs in a module named ``settings`` and may rely on
    the network to find it. Everywhere else the answer is :mod:`epynn.settings`.
    """
    settings = sys.modules.get('settings', epynn.settings)
    se_hPars = getattr(settings, 'se_hPars', None)
    return se_hPars if isinstance(se_hPars, Mapping) else epynn.settings.se_hPars


def choose_hyperparameters(
    se_hPars: Mapping[str, Any] | None, learning_rate: float | None
) -> dict[str, Any]:
    """Return the hyper-parameters of a model: those given or the defaults, with the rate."""
    given = default_hyperparameters() if se_hPars is None else se_hPars
    hPars = complete_hyperparameters(given)
    if learning_rate is None:
        return hPars
    if callable(learning_rate):
        raise ArgumentTypeError(
            'EpyNN.initialize(learning_rate)', 'a number from 0', describe(learning_rate),
            'A schedule belongs to the hyper-parameters: '
            f"se_hPars={{'schedule': {describe(learning_rate)}}}.",
        )  # fmt: skip
    rate = as_float(learning_rate, 'EpyNN.initialize(learning_rate)', low=0)
    if se_hPars is not None and se_hPars.get('learning_rate', rate) != rate:
        raise ArgumentError(
            'EpyNN.initialize(learning_rate, se_hPars)', 'one learning rate',
            f'{rate:g} and {se_hPars["learning_rate"]!r}', 'Leave one of them out.',
        )  # fmt: skip
    return {**hPars, 'learning_rate': rate}


def complete_hyperparameters(*layers_of_settings: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the defaults, overridden by each mapping in turn; none of them is modified."""
    hPars = dict(epynn.settings.se_hPars)
    for se_hPars in layers_of_settings:
        if se_hPars is None:
            continue
        if not isinstance(se_hPars, Mapping):
            raise ArgumentTypeError(
                'se_hPars', 'a dict of hyper-parameters', describe(se_hPars),
                'For example {\'decay_k\': 0.1}. Give an optimizer and a learning rate by name: '
                'initialize(optimizer=\'Adam\', learning_rate=0.01).',
            )  # fmt: skip
        hPars.update(se_hPars)
    return hPars


def layer_hyperparameters(model: Network, layer: Layer) -> dict[str, Any]:
    """Return the hyper-parameters in force for a layer: its own where it has any."""
    return complete_hyperparameters(model.se_hPars, layer.se_hPars)


def give_settings(model: Network) -> None:
    """Give the layers the settings of the network; composites hand them on to those inside."""
    for layer in model.layers:
        layer.set_hyperparameters(layer_hyperparameters(model, layer))
        layer.dtype, layer.optimizer, layer.e = model.dtype, model.optimizer, model.e
    for layer in walk_layers(model.layers):
        layer.moments = {}
