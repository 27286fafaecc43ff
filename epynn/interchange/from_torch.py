"""A network from a module of PyTorch."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from epynn.commons.arguments import as_int, describe
from epynn.commons.errors import ArgumentTypeError
from epynn.embedding.models import Embedding
from epynn.interchange.extras import torch
from epynn.interchange.incoming import as_network
from epynn.network.models import EpyNN


def from_torch(module: Any, shape: Sequence[int], data: Embedding | None = None) -> EpyNN:
    """Return a module of PyTorch as a network, which predicts the same and trains on.

    A ``Sequential``, also of others, of modules that have a layer here; what :func:`to_torch`
    returns is one of them. Numbers are copies, float64 or float32 as there. Where all parameters of
    a module have ``requires_grad=False``, its layer is frozen.

    To predict::

        model = from_torch(module, (28, 28, 1))
        model.predict(X)

    and to train on::

        model = from_torch(module, (28, 28, 1), data=Embedding(X, Y, batch_size=32))
        model.initialize(loss='CCE', params=False)
        model.train(10)

    Parameters
    ----------
    module : torch.nn.Module
        The module.
    shape : tuple of int
        Shape of one sample as the network will take it: ``(n,)`` features, ``(s,)`` tokens,
        ``(s, e)`` sequences and signals, ``(h, w, d)`` images. Channels are last here. Where the
        module has them first, as `Conv2d` does, what it takes as ``(m, d, h, w)`` the network
        takes as ``X.transpose(0, 2, 3, 1)``. Behind convolutions, weights of a `Linear` are put
        into the order in which they meet the numbers here.
    data : Embedding, optional
        Data to train on.

    Returns
    -------
    EpyNN
        The network.

    Raises
    ------
    MissingExtraError
        If PyTorch is not installed.
    ArgumentTypeError, ArgumentError
        If `module` is none, or `shape` none of whole numbers.
    LayerError
        If a module, or a setting of one, has no layer here: by its place, ``features.3 (Conv3d)``.
    ShapeError, DataError, LabelError
        If samples of that shape do not fit the module, numbers are not finite, or data do not fit.

    Notes
    -----
    Biases, scales and shifts that the module does without are 0 and 1 here, and learn. Two biases
    of a recurrent module are one here, their sum: it moves half as far as the two did together.
    Clipping, penalties and the optimizer are no part of a module. A recurrent module that ends the
    Sequential, or is all of it, gives its first output, the states of all steps. A frozen BatchNorm
    keeps its statistics here.
    """
    torch()
    name = 'from_torch'
    readers = import_module('epynn.interchange.pytorch.readers')
    if not isinstance(module, readers.nn.Module):
        raise ArgumentTypeError(
            f'{name}(module)', 'a module of PyTorch', describe(module),
            'Pass the module itself, not its state_dict.',
        )  # fmt: skip
    if not isinstance(shape, Sequence) or isinstance(shape, str) or not shape:
        raise ArgumentTypeError(
            f'{name}(shape)', 'the shape of one sample', describe(shape),
            'Write (4,) for four features, (28, 28, 1) for images.',
        )  # fmt: skip
    sizes = tuple(as_int(size, f'{name}(shape)[{i}]') for i, size in enumerate(shape))
    layers, dtype = readers.read_module(module, sizes)
    return as_network(layers, sizes, name, 'EpyNN', data, dtype)
