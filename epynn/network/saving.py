"""Saving and reading of networks: from a network to arrays and a description, and back."""

import itertools
import json
import os
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.errors import ArgumentError, ArgumentTypeError, ModelFileError
from epynn.commons.files import file_stem, write_atomically
from epynn.commons.logs import process_logs
from epynn.commons.memory import enough_memory
from epynn.commons.modelfile import decode_description, encode_parts, unpack_file
from epynn.commons.models import Layer, walk_layers
from epynn.commons.names import in_words
from epynn.network.architecture import Encoder, describe_architecture
from epynn.network.continuing import train_on
from epynn.network.decoding import Decoder
from epynn.network.forward import compute_outputs
from epynn.network.ownership import require_initialized
from epynn.network.restoring import restore_network
from epynn.version import __version__

if TYPE_CHECKING:
    from epynn.network.models import EpyNN

SUFFIX = '.safetensors'


@in_words('EpyNN.write')
def model_write(model: 'EpyNN', path: str | Path | None = None) -> Path:
    """Write the network to a file: all that is needed to predict, and none of the data.

    Saved are the layers with their arguments, parameters and running statistics, the
    hyper-parameters, what the Embedding knows of tokens, labels and scale, and the metrics so far.
    The file is written atomically: a crash leaves the old file or the new one, whole. It takes
    hardly any memory besides that of the network.

    Not saved is what only a training under way needs: what the optimizer remembers, such as the
    means of Adam, the states of random streams, and the batches already learned of an epoch that
    was interrupted. Training on from a file starts these anew: it is no way to resume a run to the
    bit.

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
        If the folder does not exist, the file cannot be written or would replace a device or a
        pipe, a value cannot be saved, or parameters were changed so that no reader could take them.
    OutOfMemoryError
        If there is too little memory.
    """
    require_initialized(model, 'write')
    with enough_memory(
        'EpyNN.write', 'some memory besides that of the network',
        'The network is as it was: free what is no longer needed, and write again.',
    ):  # fmt: skip
        return write_parts(encode_network(model), model, path)


def encode_network(model: 'EpyNN') -> list[bytes | memoryview]:
    """Return the file of a network in pieces, or say what in it no reader could take."""
    require_one_dtype(model)
    encoder = Encoder()
    arrays = collect_arrays(model)
    description = {'epynn': __version__, **describe_architecture(model, encoder)}
    parts = encode_parts(arrays, description)
    try:
        record = json.loads(json.dumps(description))
        read = restore_network(record, arrays, Decoder('EpyNN.write', encoder.own.values()))
    except ModelFileError as error:
        raise ArgumentError(
            'EpyNN.write', f'a network that can be read again, with {error.expected}', error.got,
            'Undo what was changed by hand, or initialize the network again.',
        ) from error  # fmt: skip
    require_same_outputs(model, read)
    return parts


def require_one_dtype(model: 'EpyNN') -> None:
    """Refuse a network whose data type was changed by hand, and that of its layers was not."""
    for layer in walk_layers(model.layers):
        if layer.dtype != model.dtype:
            raise ArgumentError(
                'EpyNN.write', f'layers of the data type of the network, {model.dtype}',
                f'{layer.name} of {layer.dtype}',
                'Undo that, or initialize(params=False, dtype=...) anew.',
            )  # fmt: skip


def require_same_outputs(model: 'EpyNN', read: 'EpyNN') -> None:
    """Refuse a network of which the file would predict something else, for one of its samples.

    A file holds the arguments that layers were made from. What was changed in them since, and what
    classes of your own keep elsewhere, it does not hold. A network that draws random numbers even
    in prediction is taken at its word.
    """
    for dset in model.embedding.dsets[:1]:
        with np.errstate(all='ignore'):
            A, again, B = (compute_outputs(each, dset.X[:1])[0] for each in (model, model, read))
        same = partial(np.allclose, rtol=1e-3, atol=1e-5, equal_nan=True)
        if same(A, again) and not same(A, B):
            raise ArgumentError(
                'EpyNN.write', 'a network that its file describes',
                'one that predicts other numbers than the file would',
                'A file holds the arguments that layers were made from: give them what was changed '
                'in layers by hand.',
            )  # fmt: skip


def write_parts(data: list[bytes | memoryview], model: 'EpyNN', path: str | Path | None) -> Path:
    """Write a file in the place that the user named, or in ``models/``."""
    name = 'EpyNN.write(path)'
    try:
        if path is None:
            path = write_under_new_name(data, Path('models'), file_stem(model.uname))
        else:
            path = as_path(path, name)
            if not path.parent.is_dir() or path.is_dir():
                raise ArgumentError(
                    name, 'a file in a folder that exists', repr(str(path)),
                    'Name a file in it.' if path.is_dir() else f'Make {path.parent} first.',
                )  # fmt: skip
            write_atomically(path, data)
    except OSError as error:
        got = f'{str(path or "models/")[:200]} ({error.strerror or error})'
        raise ArgumentError(
            name, 'a file that can be written', got,
            'Check the name, who may write there, and the room on the disk.',
        ) from error  # fmt: skip
    return path


def write_under_new_name(data: list[bytes | memoryview], folder: Path, stem: str) -> Path:
    """Write a file under the first name that is free: the stem, or the stem and a number."""
    folder.mkdir(exist_ok=True)
    for number in itertools.count():
        path = folder / f'{stem}{f"-{number}" if number else ""}{SUFFIX}'
        if path.exists():
            continue
        try:
            write_atomically(path, data, overwrite=False)
        except FileExistsError:  # another process was faster
            continue
        break
    process_logs(f'Model: {path}')
    return path


def collect_arrays(model: 'EpyNN') -> dict[str, Any]:
    """Return all arrays of a file by name: ``1.p.W`` is ``p['W']`` of layer 1."""
    arrays: dict[str, Any] = {}
    for number, layer in enumerate(model.layers):
        for kind, found in (('p', layer.p), ('s', layer.s)):
            for name, array in found.items():
                check_array(array, name, f'EpyNN.write, {layer.name}, {kind}[{name!r}]')
                arrays[f'{number}.{kind}.{name}'] = array
    scale = model.embedding.scale
    if scale is not None:
        arrays['scale.constant'] = scale.constant
    return arrays


def check_array(array: Any, name: Any, where: str) -> None:
    """Refuse what was put among the parameters by hand and is no array, or has no name."""
    plain = isinstance(array, (np.ndarray, np.generic)) and not np.ma.isMaskedArray(array)
    if not (plain and isinstance(name, str) and name.isprintable()):
        raise ArgumentError(
            where, 'an array with a name', describe(array), 'Set it to an array of NumPy.'
        )


def as_path(path: Any, name: str) -> Path:
    """Return a path, or say what came instead."""
    try:
        text = os.fsencode(path)
    except (TypeError, ValueError):
        text = b''
    if not text or b'\0' in text:
        raise ArgumentError(name, 'the path of a file', describe(path), 'Pass a string or a Path.')
    return Path(os.fsdecode(text))


@in_words('write_model', 'Write write_model(model, path).', method=False)
def write_model(model: 'EpyNN', path: str | Path | None = None) -> Path:
    """Write a network to a file, as :meth:`EpyNN.write` does."""
    from epynn.network.models import EpyNN  # it binds the functions of this file and imports them

    if not isinstance(model, EpyNN):
        raise ArgumentTypeError(
            'write_model(model)', 'a network', describe(model), 'Pass an EpyNN object.'
        )
    return model_write(model, path)


@in_words('read_model', method=False)
def read_model(
    path: str | Path | None = None,
    custom: Iterable[type[Layer] | Callable[..., Any]] = (),
    data: Any = None,
) -> 'EpyNN':
    """Read a network from a file. It predicts, to the bit, what the one that was written did.

    The file holds no data. To train on, hand in an Embedding made like the one before::

        model = read_model(path, data=Embedding(X, Y, batch_size=32, Y_encode=True))
        model.train(10)

    The network goes on with the settings it was saved with: loss, metrics, optimizer, learning
    rates and schedule, reduction, data type, class weights and seed. Tokens, labels and scale are
    those it learned, whatever the new data hold; a label or token that it never saw is refused.
    Epochs and metrics count on. What the optimizer remembered and the random streams start anew.

    Reading takes no more memory than twice the file and 1 MB.

    Parameters
    ----------
    path : str, optional
        File to read; None for the newest in ``models/``.
    custom : iterable of classes and functions, optional
        All that the network has of your own: classes of layers, optimizers and penalties;
        activations, losses, metrics and schedules. Names in a file never import anything: they are
        looked up among those of epynn and these.
    data : Embedding, optional
        Data to train on.

    Returns
    -------
    EpyNN
        The network, initialized.

    Raises
    ------
    ArgumentError
        If there is no such file, or it is no regular one, such as a pipe.
    ModelFileError
        If the file is damaged, no model file, from a newer version, needs something that `custom`
        lacks, or holds layers that do not fit each other.
    DataError, LabelError, ShapeError
        If `data` do not fit the network.
    OutOfMemoryError
        If there is too little memory.
    """
    path = newest_model() if path is None else as_path(path, 'read_model(path)')
    decoder = Decoder(str(path), custom)
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise OSError(0, 'no regular file')  # a pipe may wait and a device go on for ever
        size = path.stat().st_size
        with enough_memory(
            'read_model', f'{2 * size + 1_000_000} bytes of memory, twice the file and 1 MB',
            'Free what is no longer needed, and read again.',
        ):  # fmt: skip
            model = restore_file(path, decoder)
    except OSError as error:
        raise ArgumentError(
            'read_model(path)', 'a file that can be read', f'{path} ({error.strerror})',
            'Check the name, and the folder that the script runs in.',
        ) from None  # fmt: skip
    if data is not None:
        train_on(model, data)
    return model


def restore_file(path: Path, decoder: Decoder) -> 'EpyNN':
    """Return the network of a file, of which there is never a second copy in memory."""
    data = path.read_bytes()
    size = len(data)
    arrays, text = unpack_file(data, str(path))
    del data  # before the description takes its room
    description = decode_description(text, size, str(path))
    del text
    return restore_network(description, arrays, decoder)


def newest_model() -> Path:
    """Return the model file in ``models/`` that was written last."""
    files = [file for file in Path('models').glob(f'*{SUFFIX}') if file.is_file()]
    if not files:
        raise ArgumentError(
            'read_model(path)', 'a file', 'none, and no model file in models/', 'Write one first.'
        )
    return max(files, key=lambda file: (file.stat().st_mtime_ns, file.name))
