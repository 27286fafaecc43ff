"""Weights of the same network in Keras: taken over from there, and given back."""

from collections.abc import Sequence
from itertools import islice
from os import PathLike
from typing import Any

import numpy as np

from epynn.commons.arguments import as_flag, describe
from epynn.commons.errors import ArgumentError, ArgumentTypeError, DataError, ShapeError
from epynn.commons.paths import as_path
from epynn.interchange.keras.files import open_weights
from epynn.interchange.keras.layouts import Array
from epynn.interchange.keras.places import Place, find_places
from epynn.kernels.arrays import ndarray
from epynn.network.models import EpyNN
from epynn.network.ownership import require_initialized

LOAD = 'load_keras_weights'


def load_keras_weights(
    model: EpyNN,
    weights: str | PathLike[str] | Sequence[Any],
    scale: bool = True,
    center: bool = True,
) -> None:
    """Give a network the weights of the same one in Keras; it predicts the same, and trains on.

    Layers match in order, whatever they are called; those without weights may be missing on either
    side. Arrays are cast to the data type of the network. If one of them does not fit, the network
    stays as it was. What the optimizer remembered is forgotten.

    Parameters
    ----------
    model : EpyNN
        An initialized network.
    weights : str or list of ndarray
        A file of ``keras_model.save_weights('x.weights.h5')`` or ``keras_model.save('x.h5')``,
        which h5py reads (``pip install 'epynn-numpy[keras]'``), or what
        ``keras_model.get_weights()`` returns.
    scale, center : bool, optional
        Whether normalizations have ``gamma`` and ``beta`` in Keras; those that are not there
        are 1 and 0 here.

    Raises
    ------
    ModelFileError
        If the file is damaged, no file of weights, or holds other layers.
    ShapeError, ArgumentError
        If an array has another shape, or there are more or fewer of them.
    ArgumentTypeError, DataError
        If an array has no numbers, or some that are not finite.
    LayerError
        If Keras has no such layer.
    StateError
        If the network was not initialized.
    MissingExtraError
        If `weights` is a file and h5py is not installed.

    Notes
    -----
    Which array is which, :data:`epynn.interchange.keras.layouts.LAYOUTS` says. In files, a layer
    without its last array, the bias, gets one of zeros; in a list, put zeros there.

    Files are read by HDF5's own library. A damaged or hostile one can make it take all memory, or
    end the process: take files from people you trust. Lists of arrays and files of safetensors,
    see :func:`load_weights`, have no such risk.
    """
    check_network(model, LOAD)
    flags = {
        'gamma': as_flag(scale, f'{LOAD}(scale)'), 'beta': as_flag(center, f'{LOAD}(center)'),
    }  # fmt: skip
    layers, off = model.layers[1:], [name for name, there in flags.items() if not there]
    places = list(find_places(layers, LOAD, off))
    if isinstance(weights, str | PathLike):
        with open_weights(as_path(weights, f'{LOAD}(weights)'), LOAD) as file:
            listed = file.in_order()
            given = file.by_layer(layers, places) if listed is None else share_out(listed, places)
            fitted = [fit(*each) for each in zip(places, given, strict=True)]
    else:
        fitted = [fit(*each) for each in zip(places, share_out(weights, places), strict=True)]
    for place, arrays in zip(places, fitted, strict=True):
        layer = place.layer
        layer.p = {name: arrays.get(name, start_of(name, p)) for name, p in layer.p.items()}
        layer.s = {name: arrays.get(name, s) for name, s in layer.s.items()}
        layer.moments = {}


def keras_weights(model: EpyNN) -> list[ndarray]:
    """Return the weights as ``keras_model.set_weights(...)`` takes them: the way back.

    Parameters
    ----------
    model : EpyNN
        An initialized network.

    Returns
    -------
    list of ndarray
        Copies, layer by layer.

    Raises
    ------
    ArgumentTypeError, StateError
        If `model` is no network, or was not initialized.
    LayerError
        If Keras has no such layer.

    Notes
    -----
    Layers have all arrays that are here: a Dense has a bias, a BatchNormalization scale and center.
    """
    check_network(model, 'keras_weights')
    return [
        array.give(place.layer)
        for place in find_places(model.layers[1:], 'keras_weights')
        for array in place.arrays
    ]


def check_network(model: Any, name: str) -> None:
    """Refuse what is no initialized network."""
    if not isinstance(model, EpyNN):
        raise ArgumentTypeError(
            f'{name}(model)', 'a network', describe(model), 'Pass an EpyNN object.'
        )
    require_initialized(model, name)


def share_out(weights: Any, places: Sequence[Place]) -> list[list[Any]]:
    """Return the arrays of each place, of a list of all in order."""
    if not isinstance(weights, Sequence):
        raise ArgumentTypeError(
            f'{LOAD}(weights)', 'a file, or a list of arrays', describe(weights),
            'Pass what get_weights() of the model of Keras returns.',
        )  # fmt: skip
    rest = iter(weights)
    shared = [list(islice(rest, len(place.arrays))) for place in places]
    wanted = sum(len(place.arrays) for place in places)
    if len(weights) != wanted:
        for place, given in zip(places, shared, strict=True):
            for array, values in zip(place.arrays, given, strict=False):
                check_shape(place, array, values)  # where the first one is missing
        raise ArgumentError(
            f'{LOAD}(weights)', f'{wanted} arrays', f'{len(weights)}',
            'The layers with weights must be the same in both. Where Keras has use_bias=False, put '
            'an array of zeros into the list.',
        )  # fmt: skip
    return shared


def fit(place: Place, given: Sequence[Any]) -> dict[str, ndarray]:
    """Return the parameters and statistics of a layer by name, from its arrays in Keras."""
    names = [array.name for array in place.arrays]
    biased = bool(names) and names[-1].endswith('bias') and len(given) == len(names) - 1
    if len(given) != len(names) and not biased:
        raise ArgumentError(
            place.where, f'{len(names)} arrays ({", ".join(names)})', f'{len(given)}',
            'Say scale=False or center=False for normalizations without gamma or beta.',
        )  # fmt: skip
    found: dict[str, ndarray] = {}
    for array, values in zip(place.arrays, given, strict=False):
        check_shape(place, array, values)
        found |= array.take(place.layer, numbers(values, f'{place.where}, {array.name}'))
    return found


def check_shape(place: Place, array: Array, values: Any) -> None:
    """Refuse an array of another shape, before it is read."""
    shapes = array.shapes(place.layer)
    if np.shape(values) not in shapes:
        raise ShapeError(
            f'{place.where}, {array.name}', ' or '.join(map(str, shapes)), f'{np.shape(values)}',
            'The layers with weights must be the same in both, in one order. Where Keras has '
            'use_bias=False, put an array of zeros into the list; a GRU has reset_after as here.',
        )  # fmt: skip


def numbers(values: Any, where: str) -> ndarray:
    """Return an array of finite numbers."""
    array = np.asarray(values)
    if array.dtype.kind not in 'fiu':
        raise ArgumentTypeError(where, 'an array of numbers', describe(values), 'Pass numbers.')
    if not np.isfinite(array).all():
        raise DataError(where, 'finite numbers', 'NaN or infinity', 'Find a copy that is whole.')
    return array


def start_of(name: str, parameter: ndarray) -> ndarray:
    """Return what a parameter is where Keras has none: it changes nothing."""
    return np.ones_like(parameter) if name == 'gamma' else np.zeros_like(parameter)
