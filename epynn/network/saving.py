"""Saving and reading of networks: from a network to arrays and a description, and back."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from epynn.commons.errors import ArgumentError, EpynnError, ModelFileError
from epynn.commons.logs import process_logs
from epynn.commons.modelfile import decode_file, encode_file, write_atomically
from epynn.commons.models import Layer, walk_layers
from epynn.network.architecture import Decoder, describe_architecture, restore_architecture
from epynn.network.evaluate import require_initialized
from epynn.version import __version__

if TYPE_CHECKING:
    from epynn.network.models import EpyNN

SUFFIX = '.safetensors'


def model_write(model: 'EpyNN', path: str | Path | None = None) -> Path:
    """Write the network to a file: all that is needed to predict, and none of the data.

    Saved are the layers with their arguments, parameters and running statistics, the
    hyper-parameters, what the Embedding knows of tokens, labels and scale, and the metrics so far.
    The file is written atomically: a crash leaves the old file or the new one, whole.

    Parameters
    ----------
    path : str, optional
        File to write; one that exists is replaced. None for ``models/<uname>.safetensors`` in the
        working directory, or the same with ``-1``, ``-2`` and so on where that exists.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    StateError
        If the network was not initialized.
    ArgumentError
        If the folder does not exist, or a value cannot be saved.
    """
    require_initialized(model, 'write')
    arrays: dict[str, Any] = {}
    for number, layer in enumerate(model.layers):
        arrays.update({f'{number}.p.{name}': array for name, array in layer.p.items()})
        arrays.update({f'{number}.s.{name}': array for name, array in layer.s.items()})
    scale = model.embedding.scale
    if scale is not None:
        arrays['scale.constant'] = scale.constant
    data = encode_file(arrays, {'epynn': __version__, **describe_architecture(model)})
    if path is not None:
        path = Path(path)
        if not path.parent.is_dir():
            raise ArgumentError(
                'EpyNN.write(path)', 'a file in a folder that exists', repr(str(path)),
                f'Make {path.parent} first.',
            )  # fmt: skip
        write_atomically(path, data)
        return path
    Path('models').mkdir(exist_ok=True)
    for number in range(10_000):
        path = Path('models') / f'{model.uname}{f"-{number}" if number else ""}{SUFFIX}'
        try:
            write_atomically(path, data, overwrite=False)
        except FileExistsError:
            continue
        process_logs(f'Model: {path}')
        return path
    raise ArgumentError('EpyNN.write(path)', 'a free name in models/', 'none', 'Give a path.')


def write_model(model: 'EpyNN', path: str | Path | None = None) -> Path:
    """Write a network to a file, as :meth:`EpyNN.write` does."""
    return model_write(model, path)


def read_model(
    path: str | Path | None = None, custom: Iterable[type[Layer] | Callable[..., Any]] = ()
) -> 'EpyNN':
    """Read a network from a file. It predicts, to the bit, what the one that was written did.

    The file holds no data. To train on, put an Embedding with data in the place of the first layer:
    ``EpyNN([Embedding(X, Y), *model.layers[1:]])``, and initialize it with ``params=False``.

    Parameters
    ----------
    path : str, optional
        File to read; None for the newest in ``models/``.
    custom : iterable of layer classes and functions, optional
        Your own layers, activations, losses and metrics that the network uses. Names in a file
        never import anything: they are looked up among those of epynn and these.

    Returns
    -------
    EpyNN
        The network, initialized.

    Raises
    ------
    ArgumentError
        If there is no such file.
    ModelFileError
        If the file is damaged, no model file, from a newer version, or needs something that
        `custom` lacks.
    """
    path = newest_model() if path is None else Path(path)
    where = str(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ArgumentError(
            'read_model(path)', 'a file that can be read', f'{where} ({error.strerror})'
        ) from None
    arrays, description = decode_file(data, where)
    del data
    model = restore_architecture(description, Decoder(where, custom))
    place_arrays(model, arrays, where)
    model.initialized = True
    return model


def newest_model() -> Path:
    """Return the model file in ``models/`` that was written last."""
    files = sorted(Path('models').glob(f'*{SUFFIX}'), key=lambda file: file.stat().st_mtime)
    if not files:
        raise ArgumentError(
            'read_model(path)', 'a file', 'none, and no model file in models/', 'Write one first.'
        )
    return files[-1]


def place_arrays(model: 'EpyNN', arrays: dict[str, Any], where: str) -> None:
    """Give the layers their parameters and statistics, after a look at names and shapes."""
    expected = model.dtype
    for number, layer in enumerate(model.layers):
        for kind in 'ps':
            start = f'{number}.{kind}.'
            found = {
                name.removeprefix(start): arrays.pop(name)
                for name in list(arrays)
                if name.startswith(start)
            }
            if any(array.dtype != expected for array in found.values()):
                raise ModelFileError(
                    where, f'parameters of type {expected}', f'others, {layer.name}'
                )
            setattr(layer, kind, found)
        check_parameters(model, number, layer, where)
    constant = arrays.pop('scale.constant', None)
    scale = model.embedding.scale
    if (scale is None) != (constant is None) or arrays:
        raise ModelFileError(where, 'the arrays of its layers', f'others, {", ".join(arrays)}')
    if scale is not None:
        if constant.dtype != np.bool_ or constant.shape != tuple(
            model.network[0]['forward']['X'][1:]
        ):
            raise ModelFileError(where, 'a scale of the shape of a sample', f'{constant.shape}')
        object.__setattr__(scale, 'constant', constant)


def check_parameters(model: 'EpyNN', number: int, layer: Layer, where: str) -> None:
    """Refuse parameters that do not fit the layer and the input it had when it was saved.

    The input is an array of that shape that takes no memory; nothing is computed.
    """
    shape = (1, *model.network[number]['forward']['X'][1:])
    try:
        layer.check_axes(np.broadcast_to(np.zeros((), model.dtype), shape))
        layer.compute_shapes(np.broadcast_to(np.zeros((), model.dtype), shape))
    except (EpynnError, ValueError) as error:
        raise ModelFileError(where, f'an input that {layer.name} takes', str(error)) from None
    shapes = {name: array.shape for name, array in layer.p.items()}
    trainable = any(inner.draws_parameters() for inner in walk_layers([layer]))
    known = {name: size for name, size in layer.fs.items() if name in shapes}
    inner = bool(layer.children())
    if (not inner and known != shapes) or trainable != bool(shapes):
        raise ModelFileError(
            where, f'parameters that fit layer {number}, {layer.name}', f'{shapes or "none"}'
        )
