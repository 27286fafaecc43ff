"""Networks read from files of ONNX."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from epynn.activation.models import Activation
from epynn.commons.calls import in_words
from epynn.commons.errors import (
    ArgumentError,
    EpynnError,
    ModelFileError,
    OutOfMemoryError,
)
from epynn.commons.maths import identity
from epynn.commons.memory import enough_memory
from epynn.commons.paths import as_path
from epynn.embedding.models import Embedding
from epynn.interchange.incoming import as_network, give_data
from epynn.interchange.onnx.chain import Chain, OtherLayout
from epynn.interchange.onnx.inputs import find_input, find_output
from epynn.interchange.onnx.learned import read_learned
from epynn.interchange.onnx.loading import Tensors, load_file
from epynn.interchange.onnx.reading import ReadGraph
from epynn.interchange.onnx.walking import read_chain
from epynn.network.checks import check_dtype
from epynn.network.models import EpyNN


@in_words('read_onnx', method=False)
def read_onnx(
    path: str | Path, data: Any = None, shape: tuple[int, ...] | None = None, dtype: Any = 'float64'
) -> EpyNN:
    """Read a network from a file of ONNX, whatever program wrote it.

    Chains of layers, sums with what went around a chain, and branches that are joined become layers
    of epynn; weights become parameters, to the bit. It predicts; to train on, hand in data, and
    initialize it with the loss and the settings that you choose::

        model = read_onnx('network.onnx', data=Embedding(X, Y, batch_size=32, Y_encode=True))
        model.initialize(loss='CCE', learning_rate=0.01, params=False)
        model.train(10)

    **Images are channels-last here**: where the file has them channels first, ``(m, d, h, w)``, as
    those of PyTorch, the network takes ``(m, h, w, d)``, ``X.transpose(0, 2, 3, 1)``; images that
    come out are so, too. No array is moved: weights behind a Flatten are.

    Functions are told by what they compute: SiLU is that whether it is one node or two. A constant
    that is added to each channel, or multiplied, becomes part of the layer before, else a BatchNorm
    that is frozen. Normalizations use the statistics of the file. Tokens, labels and scale that
    ``export_onnx`` noted are there again.

    Parameters
    ----------
    path : str
        The file. Weights that it keeps in other files are read from its folder alone.
    data : Embedding, optional
        Data to train on.
    shape : tuple of int, optional
        Of one sample, in the axes of the file, where that leaves some open, such as the number of
        steps; 32 each if left out, which most layers do not depend on.
    dtype : data type, optional
        ``float64`` or ``float32``, for the parameters and all that is computed.

    Returns
    -------
    EpyNN
        The network. Without data it predicts.

    Raises
    ------
    MissingExtraError
        If the package onnx is not installed.
    ModelFileError
        If the file is damaged, or a node is none that layers have: the error names it.
    ArgumentError
        If there is no such file, or an argument is none of those above.
    DataError, LabelError, ShapeError
        If `data` do not fit the network.
    OutOfMemoryError
        If there is too little memory.

    Notes
    -----
    A file may come from anywhere: no code of it runs, nothing outside its folder is read, and
    memory is in proportion to the file, but for 16 MB that its constants may take.
    """
    path = as_path(path, 'read_onnx(path)')
    where = f'read_onnx, {path.name}'
    file = load_file(path, where)
    samples = data.dtrain.X.shape[1:] if isinstance(data, Embedding) else ()
    dtype = check_dtype(dtype)
    with enough_memory('read_onnx', 'a few times the memory of the file', 'Free some.'):
        with one_error(where), np.errstate(all='ignore'):  # what is tried may overflow
            chain = read_layers(file, path.parent, where, shape, samples)
            known = read_learned(file, where, chain.first)
            model = as_network(chain.layers, chain.first, where, path.stem, None, dtype, known)
        if data is not None:
            give_data(model, data, where)
        return model


@contextmanager
def one_error(where: str) -> Iterator[None]:
    """Give all that is wrong with a file one type of error."""
    try:
        yield
    except (ArgumentError, ModelFileError, OutOfMemoryError):
        raise
    except EpynnError as error:
        place = error.where if error.where.startswith(where) else f'{where}, {error.where}'
        raise ModelFileError(place, error.expected, error.got, error.remedy) from error
    except (
        ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError
    ) as error:  # fmt: skip
        words = f'others ({type(error).__name__}: {str(error)[:200]})'
        raise ModelFileError(where, 'nodes and tensors that fit', words, 'Find a copy.') from error


def read_layers(
    file: Any, folder: Path, where: str, shape: tuple[int, ...] | None, samples: tuple[int, ...]
) -> Chain:
    """Return the layers of a file; the input is as in the graph, else its channels come first."""
    try:
        return read_from(file, Tensors(folder, where), shape, samples, channels_first=False)
    except OtherLayout as error:
        try:
            return read_from(file, Tensors(folder, where), shape, samples, channels_first=True)
        except OtherLayout:
            raise error from None


def read_from(
    file: Any,
    tensors: Tensors,
    shape: tuple[int, ...] | None,
    samples: tuple[int, ...],
    channels_first: bool,
) -> Chain:
    """Return the layers of a graph whose input has the channels behind the samples, or last."""
    graph = ReadGraph(file, tensors)
    output = find_output(graph, file)
    graph.forget_unread(output)
    samples = turned(samples, -1) if channels_first else samples
    name, sizes = find_input(graph, file, shape, samples)
    axes = tuple(range(len(sizes) + 1))
    if channels_first:
        sizes, axes = turned(sizes, 1), (0, *turned(axes[1:], -1))
    chain = Chain(graph, name, sizes, axes, allowed=graph.before(output))
    read_chain(chain, output)
    chain.end(output)
    if not chain.layers:
        chain.layers.append(Activation(identity))
    return chain


def turned(sizes: tuple[int, ...], by: int) -> tuple[int, ...]:
    """Return sizes, the first of them last, or the other way round."""
    return (*sizes[by:], *sizes[:by])
