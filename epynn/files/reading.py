"""Networks read from files."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from epynn.commons.calls import in_words
from epynn.commons.errors import ArgumentError
from epynn.commons.memory import enough_memory
from epynn.commons.models import Layer
from epynn.commons.paths import as_path
from epynn.files.continuing import train_on
from epynn.files.decoding import Decoder
from epynn.files.description import restore_network
from epynn.files.format import SUFFIX, decode_file
from epynn.files.resuming import decode_training
from epynn.network.models import EpyNN


@in_words('read_model', method=False)
def read_model(
    path: str | Path | None = None,
    custom: Iterable[type[Layer] | Callable[..., Any]] = (),
    data: Any = None,
) -> EpyNN:
    """Read a network from a file. It predicts, to the bit, what the one that was written did.

    The file holds no data. To train on, hand in an Embedding made like the one before::

        model = read_model(path, data=Embedding(X, Y, batch_size=32, Y_encode=True))
        model.train(10)

    The network goes on with the settings it was saved with: loss, metrics, optimizer, learning
    rates and schedule, reduction, data type, class weights and seed. Tokens, labels and scale are
    those it learned, whatever the new data hold; a label or token that it never saw is refused.
    Epochs and metrics count on. Where the file was written with ``resume=True`` and the data are
    those of before, training goes on to the bit as if it had not been interrupted, also in the
    middle of an epoch; callbacks that the next ``train`` is given take up the states of those
    before, by class and order. From other files what the optimizer remembered, and random streams,
    start anew.

    Reading takes memory in proportion to the file: twice its size, and for the description in it,
    all that is no array, up to 150 times the length.

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
        If `data` do not fit the network, or are not those of the training that the file holds.
    OutOfMemoryError
        If there is too little memory.
    """
    path = newest_model() if path is None else as_path(path, 'read_model(path)')
    decoder = Decoder(str(path), custom)
    training = None
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise OSError(0, 'no regular file')  # a pipe may wait and a device go on for ever
        size = path.stat().st_size
        with enough_memory(
            'read_model', f'{2 * size + 1_000_000} bytes of memory, twice the file and 1 MB',
            'Free what is no longer needed, and read again.',
        ):  # fmt: skip
            arrays, description = decode_file(path.read_bytes(), str(path))
            decoder.arrays = arrays
            model = restore_network(description, arrays, decoder)
            if 'training' in description:
                training = decode_training(description['training'], model, decoder)
    except OSError as error:
        raise ArgumentError(
            'read_model(path)', 'a file that can be read', f'{path} ({error.strerror})',
            'Check the name, and the folder that the script runs in.',
        ) from None  # fmt: skip
    if data is not None:
        train_on(model, data, training)
    return model


def newest_model() -> Path:
    """Return the model file in ``models/`` that was written last."""
    files = [file for file in Path('models').glob(f'*{SUFFIX}') if file.is_file()]
    if not files:
        raise ArgumentError(
            'read_model(path)', 'a file', 'none, and no model file in models/', 'Write one first.'
        )
    return max(files, key=lambda file: (file.stat().st_mtime_ns, file.name))
