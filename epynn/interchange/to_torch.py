"""A network as a module of PyTorch."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from epynn.commons.arguments import describe
from epynn.commons.errors import ArgumentTypeError
from epynn.commons.models import Layer
from epynn.interchange.export import sized_twins
from epynn.interchange.extras import torch
from epynn.network.models import EpyNN
from epynn.network.ownership import require_initialized


def to_torch(model: EpyNN) -> Any:
    """Return the network as a module of PyTorch, which predicts the same and trains on.

    It takes samples as the Embedding encoded and scaled them, channels last, ``(m, h, w, d)``, and
    gives the outputs. Modules are those of PyTorch where it has them, else of
    :mod:`epynn.interchange.pytorch.modules`. Numbers are copies, by the names that PyTorch gives
    them: ``1.weight`` and ``1.bias`` are of layer 1. Print it: it reads as the layers do.

    Parameters
    ----------
    model : EpyNN
        An initialized network.

    Returns
    -------
    torch.nn.Sequential
        In the mode of evaluation; call ``train()`` before training on.

    Raises
    ------
    MissingExtraError
        If PyTorch is not installed.
    ArgumentTypeError, StateError
        If `model` is no network, or was not initialized.
    LayerError
        If a layer or an activation is none of the library.

    Notes
    -----
    Of the two biases that recurrent modules of PyTorch have, the second is 0 and does not learn. A
    GRU is written out: half of that second bias would have to learn, and its reset gate acts before
    the product, unless ``reset_after=True`` says otherwise.
    """
    torch()
    if not isinstance(model, EpyNN):
        raise ArgumentTypeError(
            'to_torch(model)', 'a network', describe(model), 'Pass an EpyNN object.'
        )
    require_initialized(model, 'to_torch')
    module, _ = as_module(model.layers[1:], model.network[0]['forward']['X'][1:])
    return module


def as_module(layers: Sequence[Layer], shape: tuple[int, ...]) -> tuple[Any, Any]:
    """Return layers that take samples of a shape as a module, and the links of their numbers."""
    conversion = import_module('epynn.interchange.pytorch.layers')
    links = conversion.Links(import_module('epynn.interchange.pytorch.makers').MAKERS)
    module = conversion.chain_of(sized_twins(layers, shape), links, '', 1)
    return module.eval(), links
