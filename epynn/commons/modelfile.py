"""The format of model files: arrays and a description, in one safetensors file, under a seal.

A file is what `safetensors <https://github.com/huggingface/safetensors>`_ makes of the arrays,
with two entries in its metadata: ``epynn``, the description as JSON, and ``sha256``, the seal. The
seal is the SHA-256 of the whole file as it is with 64 zeros in the place of the seal, so that a
file in which any bit was changed is refused. Reading runs no code: JSON and numbers are all that
is read.
"""

import hashlib
import json
import math
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, deserialize
from safetensors.numpy import save

from epynn.commons.errors import ModelFileError
from epynn.kernels.arrays import Array

FORMAT = 1
"""Version of the description. A reader refuses files of a version above its own."""
UNSEALED = '0' * 64
LARGEST_HEADER = 1 << 26
DTYPES = {'F64': np.float64, 'F32': np.float32, 'I64': np.int64, 'BOOL': np.bool_}


def encode_file(arrays: Mapping[str, Array], description: Mapping[str, Any]) -> bytes:
    """Return the bytes of a model file.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        Float, int64 or bool arrays by name.
    description : mapping
        Anything that JSON can say, in finite numbers.
    """
    text = json.dumps({'format': FORMAT, **description}, allow_nan=False)
    tensors = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    unsealed = save(tensors, metadata={'epynn': text, 'sha256': UNSEALED})
    return unsealed.replace(_seal_entry(UNSEALED), _seal_entry(_digest(unsealed)), 1)


def decode_file(data: bytes, where: str) -> tuple[dict[str, Array], dict[str, Any]]:
    """Return arrays and description of a model file; the inverse of :func:`encode_file`.

    Parameters
    ----------
    data : bytes
        The whole file.
    where : str
        Its name, for the error.

    Raises
    ------
    ModelFileError
        If the file is damaged, no model file, or from a newer version.
    """
    header_size = int.from_bytes(data[:8], 'little')
    if len(data) < 8 or not 2 <= header_size <= min(len(data) - 8, LARGEST_HEADER):
        raise ModelFileError(
            where, 'a model file', 'something else or a part of one', 'Find a copy.'
        )
    header = data[8 : 8 + header_size]
    metadata = _parse_json(header, where).get('__metadata__')
    if not isinstance(metadata, dict) or set(metadata) != {'epynn', 'sha256'}:
        raise ModelFileError(where, 'a model file of epynn', 'another safetensors file')
    seal = str(metadata['sha256'])
    entry = _seal_entry(seal)
    if len(seal) != 64 or header.count(entry) != 1:
        raise ModelFileError(where, 'a seal of 64 digits', 'another one', 'Find a copy.')
    start = 8 + header.index(entry)
    unsealed = hashlib.sha256(data[:start])
    unsealed.update(_seal_entry(UNSEALED))
    unsealed.update(memoryview(data)[start + len(entry) :])
    if unsealed.hexdigest() != seal:
        raise ModelFileError(where, 'a file as it was written', 'a damaged one', 'Find a copy.')
    description = _parse_json(str(metadata['epynn']).encode(), where)
    version = description.get('format')
    if type(version) is not int or version < 1:
        raise ModelFileError(where, 'the version of the format', repr(version))
    if version > FORMAT:
        raise ModelFileError(
            where, f'format {FORMAT} or below', f'format {version}', 'Install a newer epynn.'
        )
    return _decode_arrays(data, where), description


def _decode_arrays(data: bytes, where: str) -> dict[str, Array]:
    """Return the arrays by name, each a copy that can be written to."""
    try:
        tensors = deserialize(data)  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        raise ModelFileError(where, 'whole arrays', str(error), 'Find a copy.') from None
    arrays = {}
    for name, tensor in tensors:
        dtype = DTYPES.get(tensor['dtype'])
        if dtype is None:
            raise ModelFileError(f'{where}, {name}', ', '.join(DTYPES), str(tensor['dtype']))
        array = np.frombuffer(tensor['data'], dtype=dtype).reshape(tensor['shape']).copy()
        if dtype in (np.float64, np.float32) and not np.isfinite(array).all():
            raise ModelFileError(f'{where}, {name}', 'finite numbers', 'NaN or infinity')
        arrays[name] = array
    return arrays


def _seal_entry(seal: str) -> bytes:
    return f'"sha256":"{seal}"'.encode()


def _digest(unsealed: bytes) -> str:
    return hashlib.sha256(unsealed).hexdigest()


def _parse_json(text: bytes, where: str) -> dict[str, Any]:
    """Return the JSON object that `text` spells; one that says a thing twice or NaN is refused."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) < len(pairs):
            raise ValueError('a key that stands twice')
        return dict(pairs)

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    def finite(number: str) -> float:
        value = float(number)
        if not math.isfinite(value):
            raise ValueError(number)
        return value

    try:
        parsed = json.loads(
            text.decode('utf-8'),
            object_pairs_hook=unique,
            parse_constant=refuse,
            parse_float=finite,
        )
    except (ValueError, RecursionError) as error:
        raise ModelFileError(
            where, 'a model file', f'broken JSON ({error})', 'Find a copy.'
        ) from None
    if not isinstance(parsed, dict):
        raise ModelFileError(where, 'a JSON object', f'a {type(parsed).__name__}', 'Find a copy.')
    return parsed


def write_atomically(path: Path, data: bytes, overwrite: bool = True) -> None:
    """Write a file so that at any moment the old one or the new one is there, whole.

    A temporary file in the same folder is written and flushed to the disk, then takes the name;
    then the folder is flushed.

    Parameters
    ----------
    path : Path
        The file, in a folder that exists.
    data : bytes
        What to write.
    overwrite : bool, optional
        False to raise FileExistsError where there is a file of that name.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f'.{path.name}.')
    try:
        with os.fdopen(handle, 'wb') as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if overwrite:
            os.replace(temporary, path)
        else:
            os.link(temporary, path)
            os.unlink(temporary)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    if os.name == 'posix':  # elsewhere folders cannot be opened
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
