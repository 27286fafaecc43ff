"""Weights in safetensors, by the names and in the layouts of PyTorch; PyTorch need not be there."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from epynn.commons.errors import ArgumentError, ModelFileError
from epynn.commons.memory import enough_memory
from epynn.commons.paths import as_path
from epynn.files.atomic import write_atomically
from epynn.files.format import decode_arrays
from epynn.interchange.layouts import Layout, gates_of_torch, layouts_of
from epynn.interchange.weight_places import Place, find_places
from epynn.kernels.arrays import ndarray
from epynn.layers import GRU
from epynn.network.models import EpyNN

COUNTER = '.num_batches_tracked'
"""What BatchNorm of PyTorch counts besides, and nothing here reads."""


def save_weights(
    model: EpyNN,
    path: str | Path,
    names: Mapping[int, str] | None = None,
    channels_first: bool = False,
) -> Path:
    """Write the weights of a network as a file of safetensors that PyTorch reads.

    Names and layouts are those of PyTorch: ``1.weight`` is ``W`` of layer 1, transposed, and
    ``2.running_mean`` a statistic of layer 2. So they are called in what :func:`to_torch` returns::

        to_torch(model).load_state_dict(safetensors.torch.load_file(path))

    and for a module of your own, whose convolution is number 0 and whose Linear number 3::

        save_weights(model, path, {1: '0', 3: '3'}, channels_first=True)

    Parameters
    ----------
    model : EpyNN
        An initialized network.
    path : str
        File to write; one that exists is replaced.
    names : dict, optional
        What the names of a layer begin with, by its number, where that is not the number itself.
    channels_first : bool, optional
        Whether the weights are for a module that has channels first, as those of PyTorch do: a
        Dense behind a Flatten then has its weights in the order of ``(d, h, w)``.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    StateError
        If the network was not initialized.
    LayerError
        If a layer is none of the library.
    ArgumentTypeError, ArgumentError
        If an argument is none of those above, or the file cannot be written.
    """
    where = 'save_weights'
    path = as_path(path, f'{where}(path)')
    tensors: dict[str, ndarray] = {}
    for place in find_places(model, names, channels_first, where):
        tensors.update(place.there(layouts_of(place.layer)))
    try:
        write_atomically(path, save(tensors, {'format': 'pt'}))
    except (OSError, ValueError) as error:
        raise ArgumentError(
            f'{where}(path)', 'a file that can be written', f'{path} ({error})',
            'Check the name, who may write there, and the room on the disk.',
        ) from error  # fmt: skip
    return path


def load_weights(
    model: EpyNN,
    path: str | Path,
    names: Mapping[int, str] | None = None,
    channels_first: bool = False,
) -> None:
    """Give a network the weights in a file of safetensors, by the names of PyTorch.

    The inverse of :func:`save_weights`; ``safetensors.torch.save_file(module.state_dict(), path)``
    writes such files, too. All arrays of the network have to be there and no others; if one does
    not fit, the network stays as it was. They are cast to the data type of the network. What the
    optimizer remembered is forgotten.

    Parameters
    ----------
    model : EpyNN
        An initialized network.
    path : str
        The file.
    names, channels_first : optional
        As for :func:`save_weights`.

    Raises
    ------
    ModelFileError
        If the file is damaged; or arrays are missing, unexpected, of other shapes, of no real
        numbers, or not finite.
    StateError
        If the network was not initialized.
    LayerError
        If a layer is none of the library.
    ArgumentTypeError, ArgumentError
        If an argument is none of those above, or the file cannot be read.

    Notes
    -----
    Two biases of a recurrent module of PyTorch become one here, their sum. A GRU with
    ``reset_after=True`` takes the arrays of torch.nn.GRU as well.
    """
    where = 'load_weights'
    path = as_path(path, f'{where}(path)')
    places = find_places(model, names, channels_first, where)
    found = read_arrays(path)
    layouts = [layouts_in(place, found) for place in places]
    expected = {
        name: tensor
        for place, each in zip(places, layouts, strict=True)
        for name, tensor in place.there(each).items()
    }
    check_arrays(found, expected, path)
    for place, each in zip(places, layouts, strict=True):
        layer = place.layer
        for layout in each:
            array = place.here(layout, found[f'{place.prefix}.{layout.tensor}'])
            if layout.second:
                array = array + place.here(layout, found[f'{place.prefix}.{layout.second}'])
            getattr(layer, layout.kind)[layout.name] = np.ascontiguousarray(array, layer.dtype)
        layer.moments = {}


def layouts_in(place: Place, found: Mapping[str, ndarray]) -> list[Layout]:
    """Return the layouts of a layer, for a GRU those of PyTorch's own, if they are there."""
    layer = place.layer
    if isinstance(layer, GRU) and layer.reset_after and f'{place.prefix}.weight_ih_l0' in found:
        return [*gates_of_torch(layer)]
    return layouts_of(layer)


def check_arrays(
    found: Mapping[str, ndarray], expected: Mapping[str, ndarray], path: Path
) -> None:  # fmt: skip
    """Refuse other arrays than those expected, or of other shapes."""
    missing = [name for name in expected if name not in found]
    others = [name for name in sorted(found.keys() - expected) if not name.endswith(COUNTER)]
    if missing or others:
        raise ModelFileError(
            str(path), f'the arrays of the network; missing: {listed(missing)}',
            f'others; unexpected: {listed(others)}',
            "Say what the names of each layer begin with: names={1: '0', 2: '2'}.",
        )  # fmt: skip
    for name, tensor in expected.items():
        array = found[name]
        if array.shape != tensor.shape or array.dtype.kind != 'f':
            raise ModelFileError(
                f'{path}, {name}', f'real numbers of shape {tensor.shape}',
                f'{array.shape} of {array.dtype}', 'Give the layer there as many units.',
            )  # fmt: skip
        if name.endswith('.running_var') and array.min(initial=0) < 0:
            raise ModelFileError(f'{path}, {name}', 'variances', 'some below 0', 'Find a copy.')


def listed(names: list[str], most: int = 6) -> str:
    """Return some names, the first of many."""
    more = len(names) - most
    words = ', '.join(name[:60] for name in names[:most]) or 'none'
    return f'{words} and {more} more' if more > 0 else words


def read_arrays(path: Path) -> dict[str, ndarray]:
    """Return the arrays of a file of safetensors."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise OSError(0, 'no regular file')  # a pipe may wait and a device go on for ever
        size = path.stat().st_size
        with enough_memory(
            'load_weights', f'{2 * size + 1_000_000} bytes of memory, twice the file and 1 MB',
            'Free what is no longer needed, and read again.',
        ):  # fmt: skip
            return decode_arrays(path.read_bytes(), str(path))
    except OSError as error:
        raise ArgumentError(
            'load_weights(path)', 'a file that can be read', f'{path} ({error.strerror})',
            'Check the name, and the folder that the script runs in.',
        ) from None  # fmt: skip
