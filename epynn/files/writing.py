"""Networks written to files."""

import itertools
import json
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np

from epynn.commons.arguments import as_flag, describe
from epynn.commons.calls import in_words
from epynn.commons.errors import ArgumentError, ArgumentTypeError, ModelFileError
from epynn.commons.logs import process_logs
from epynn.commons.memory import enough_memory
from epynn.commons.models import walk_layers
from epynn.commons.paths import as_path, file_stem
from epynn.files.atomic import write_atomically
from epynn.files.decoding import Decoder
from epynn.files.description import collect_arrays, describe_network, restore_network
from epynn.files.encoding import Encoder
from epynn.files.format import SUFFIX, encode_file
from epynn.files.resuming import decode_training, describe_training
from epynn.network.forward import compute_outputs
from epynn.network.history import only_complete_epochs
from epynn.network.models import EpyNN
from epynn.network.ownership import require_data, require_initialized
from epynn.version import __version__


@in_words('EpyNN.write')
def model_write(model: EpyNN, path: str | Path | None = None, resume: bool = False) -> Path:
    """Write the network to a file: all that is needed to predict, and none of the data.

    Saved are the layers with their arguments, parameters and running statistics, the
    hyper-parameters, what the Embedding knows of tokens, labels and scale, and the metrics so far.
    The file is written atomically: a crash leaves the old file or the new one, whole. It takes
    hardly any memory besides that of the network.

    Only with `resume` are saved what a training under way needs besides: what the optimizer
    remembers, such as the means of Adam, the states of random streams, the order of the samples,
    the place in an epoch that was interrupted, and what schedules and callbacks remember. With the
    same data it then goes on from the file in another process to the bit. Without, these start
    anew.

    Parameters
    ----------
    path : str, optional
        File to write; one that exists is replaced. None for ``models/<uname>.safetensors`` in the
        working directory, or the same with ``-1``, ``-2`` and so on where that exists.
    resume : bool, optional
        Write the training under way too, also from a callback, after any batch.

    Returns
    -------
    Path
        The file. Of ranks that shared a training, the first one alone writes it.

    Raises
    ------
    StateError
        If the network was not initialized, or with `resume` has no data.
    ArgumentError
        If the folder does not exist, the file cannot be written or would replace a device or a
        pipe, a value cannot be saved, or parameters were changed so that no reader could take them.
    OutOfMemoryError
        If there is too little memory.
    """
    resume = as_flag(resume, 'EpyNN.write(resume)')
    if not model.is_first:  # another rank writes it
        return Path('models', f'{file_stem(model.uname)}{SUFFIX}') if path is None else Path(path)
    (require_data if resume else require_initialized)(model, 'write')
    with enough_memory(
        'EpyNN.write', 'some memory besides that of the network',
        'The network is as it was: free what is no longer needed, and write again.',
    ):  # fmt: skip
        with only_complete_epochs(model):  # a callback may write while the network trains
            parts = encode_network(model, resume)
        return write_parts(parts, model, path)


EpyNN.write = model_write  # a method of the class below, which knows of no files


def encode_network(model: EpyNN, resume: bool = False) -> list[bytes | memoryview]:
    """Return the file of a network in pieces, or say what in it no reader could take."""
    require_one_dtype(model)
    encoder = Encoder()
    arrays = collect_arrays(model)
    description = {'epynn': __version__, **describe_network(model, encoder)}
    if resume:
        encoder.arrays = {}
        description['training'] = describe_training(model, encoder)
        arrays |= encoder.arrays
    parts = encode_file(arrays, description)
    try:
        words = json.loads(json.dumps(description))
        decoder = Decoder('EpyNN.write', encoder.own.values(), arrays)
        read = restore_network(words, arrays, decoder)
        if resume:
            decode_training(words['training'], read, decoder)
    except ModelFileError as error:
        raise ArgumentError(
            'EpyNN.write', f'a network that can be read again, with {error.expected}', error.got,
            'Undo what was changed by hand, or initialize the network again.',
        ) from error  # fmt: skip
    require_same_outputs(model, read)
    return parts


def require_one_dtype(model: EpyNN) -> None:
    """Refuse a network whose data type was changed by hand, and that of its layers was not."""
    for layer in walk_layers(model.layers):
        if layer.dtype != model.dtype:
            raise ArgumentError(
                'EpyNN.write', f'layers of the data type of the network, {model.dtype}',
                f'{layer.name} of {layer.dtype}',
                'Undo that, or initialize(params=False, dtype=...) anew.',
            )  # fmt: skip


def require_same_outputs(model: EpyNN, read: EpyNN) -> None:
    """Refuse a network of which the file would predict something else, for one of its samples.

    A file holds the arguments that layers were made from. What was changed in them since, and what
    classes of your own keep elsewhere, it does not hold. A network that draws random numbers even
    in prediction is taken at its word.
    """
    stream = model.embedding.batch_function
    for dset in model.embedding.dsets[:1] if stream is None else [stream.sample]:
        mask = None if dset.mask is None else dset.mask[:1]
        with np.errstate(all='ignore'):
            A, again, B = (
                compute_outputs(each, dset.X[:1], mask=mask)[0] for each in (model, model, read)
            )
        same = partial(np.allclose, rtol=1e-3, atol=1e-5, equal_nan=True)
        if same(A, again) and not same(A, B):
            raise ArgumentError(
                'EpyNN.write', 'a network that its file describes',
                'one that predicts other numbers than the file would',
                'A file holds the arguments that layers were made from: give them what was changed '
                'in layers by hand.',
            )  # fmt: skip


def write_parts(data: list[bytes | memoryview], model: EpyNN, path: str | Path | None) -> Path:
    """Write a file in the place that the user named, or in ``models/``."""
    name = 'EpyNN.write(path)'
    try:
        if path is None:
            return write_under_new_name(data, Path('models'), file_stem(model.uname))
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
    for end in itertools.chain([''], (f'-{number}' for number in itertools.count(1))):
        path = folder / f'{stem}{end}{SUFFIX}'
        if not path.exists():
            with suppress(FileExistsError):  # another process was faster
                write_atomically(path, data, overwrite=False)
                break
    process_logs(f'Model: {path}')
    return path


@in_words('write_model', 'Write write_model(model, path).', method=False)
def write_model(model: EpyNN, path: str | Path | None = None, resume: bool = False) -> Path:
    """Write a network to a file.

    Parameters
    ----------
    model, path, resume : EpyNN, path, bool
        The network; the others as for :meth:`EpyNN.write`, which this calls.
    """
    if not isinstance(model, EpyNN):
        raise ArgumentTypeError(
            'write_model(model)', 'a network', describe(model), 'Pass an EpyNN object.'
        )
    return model_write(model, path, resume)
