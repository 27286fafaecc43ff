"""The bytes of model files: arrays and a description, under a seal.

A file is one of `safetensors <https://github.com/huggingface/safetensors>`_ that holds the arrays,
with two entries in its metadata: ``epynn``, the description as JSON, and ``sha256``, the seal. The
seal is the SHA-256 of the whole file as it is with 64 zeros in the place of the seal, so that a
file in which any bit was changed is refused. Reading runs no code: JSON and numbers are all that
is read. Nothing is allocated by the word of the file: what it takes is in proportion to its size.
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
from safetensors import SafetensorError, deserialize

from epynn.commons.errors import ArgumentError, ModelFileError
from epynn.kernels.arrays import is_finite, ndarray

SUFFIX = '.safetensors'
FORMAT = 1
"""Version of the description. A reader refuses files of a version above its own."""
UNSEALED = b'0' * 64
SEAL = re.compile(rb'"sha256":"([0-9a-f]{64})"')
LARGEST_HEADER = 1 << 26
TRAINING = 'training.'
"""What names of arrays begin with that are of a training under way; they may hold any number."""
PADDING = 'padding'
"""An array without meaning, which earlier versions wrote."""
FOREIGN = 'Pass a file that EpyNN.write wrote.'
DTYPES = {
    kind: np.dtype(code)
    for kind, code in (('F64', '<f8'), ('F32', '<f4'), ('I64', '<i8'), ('BOOL', '?'))
}


def encode_file(
    arrays: Mapping[str, ndarray], description: Mapping[str, Any]
) -> list[bytes | memoryview]:
    """Return a model file in pieces: its header, and the arrays where they are, not copied.

    safetensors copies them all, and ends the process where there is no memory for that. What no
    reader could take is an ArgumentError: other arrays than finite ones of `DTYPES`, too long a
    description.
    """
    tensors = {name: plain_array(name, array) for name, array in arrays.items()}
    # Wide numbers lie first, so that each array is aligned
    order = sorted(tensors, key=lambda name: -tensors[name].itemsize)
    text = json.dumps({'format': FORMAT, **description}, allow_nan=False)
    header = encode_header(tensors, order, text)
    if len(header) > LARGEST_HEADER:
        raise ArgumentError(
            'the description', f'at most {LARGEST_HEADER} bytes', f'{len(header)}',
            'Initialize again for a shorter history, or pass fewer settings.',
        )  # fmt: skip
    return seal([header, *(tensors[name].reshape(-1).view(np.uint8).data for name in order)])


def plain_array(name: str, array: Any) -> ndarray:
    """Return an array as it lies in files, or say why it cannot."""
    array = np.asarray(array)
    dtype = array.dtype.newbyteorder('<')
    if dtype not in DTYPES.values():
        raise ArgumentError(
            f'array {name}', 'float64, float32, int64 or bool', str(array.dtype),
            'Convert it by array.astype.',
        )  # fmt: skip
    if not (name.startswith(TRAINING) or is_finite(array)):
        raise ArgumentError(
            f'array {name}', 'finite numbers', 'NaN or infinity',
            'Set it to finite numbers, or initialize again and choose a smaller learning_rate.',
        )  # fmt: skip
    plain: ndarray = array.astype(dtype, order='C', copy=False)
    return plain


def encode_header(tensors: Mapping[str, ndarray], order: Sequence[str], text: str) -> bytes:
    """Return the header, without a seal yet: it lists the arrays in the order of the network."""
    kinds = {dtype: kind for kind, dtype in DTYPES.items()}
    places, stop = {}, 0
    for name in order:
        places[name] = [stop, stop := stop + tensors[name].nbytes]
    record: dict[str, Any] = {'__metadata__': {'epynn': text, 'sha256': UNSEALED.decode()}}
    for name, array in tensors.items():
        record[name] = {
            'dtype': kinds[array.dtype], 'shape': array.shape, 'data_offsets': places[name],
        }  # fmt: skip
    header = json.dumps(record, ensure_ascii=False, separators=(',', ':')).encode()
    header += b' ' * (-len(header) % 8)
    return len(header).to_bytes(8, 'little') + header


def seal(parts: Sequence[bytes | memoryview]) -> list[bytes | memoryview]:
    """Return the pieces of a file, the first of them the header, with the right seal in place."""
    header = bytes(parts[0])
    place = find_seal(header)
    assert place is not None
    return [header[: place.start] + digest(parts, place) + header[place.stop :], *parts[1:]]


def decode_file(data: bytes, where: str) -> tuple[dict[str, ndarray], dict[str, Any]]:
    """Return arrays and description of the file called `where`: the inverse of `encode_file`.

    One that is damaged, no model file, or from a newer version is a ModelFileError.
    """
    header_size = int.from_bytes(data[:8], 'little')
    if not (len(data) >= 10 and 2 <= header_size <= min(len(data) - 8, LARGEST_HEADER)):
        raise ModelFileError(
            where, 'a model file', 'something else or a part of one', 'Find a copy.'
        )
    place = find_seal(data)
    if place is None:
        got = 'another safetensors file' if data[8:9] == b'{' else 'something else'
        raise ModelFileError(where, 'a model file of epynn', got, FOREIGN)
    if digest([data], place) != data[place]:
        raise ModelFileError(where, 'a file as it was written', 'a damaged one', 'Find a copy.')
    record = parse_json(data[8 : 8 + header_size], where)
    metadata = record.get('__metadata__')
    if not isinstance(metadata, dict) or not isinstance(metadata.get('epynn'), str):
        raise ModelFileError(where, 'a model file of epynn', 'another safetensors file', FOREIGN)
    found = decode_arrays(data, where)
    # In the order of the header: safetensors hands them out in that of a hash
    arrays = {name: found[name] for name in record if name in found and name != PADDING}
    description = parse_json(metadata['epynn'], where)
    version = description.get('format')
    if type(version) is not int or version < 1:
        raise ModelFileError(where, 'the version of the format', repr(version)[:60], 'Find a copy.')
    if version > FORMAT:
        raise ModelFileError(
            where, f'format {FORMAT} or below', f'format {version}'[:60], 'Install a newer epynn.'
        )
    return arrays, description


def decode_arrays(data: bytes, where: str) -> dict[str, ndarray]:
    """Return the arrays, each in memory of its own that can be written to."""
    np.empty(len(data) + 65_536, np.uint8)  # or MemoryError: safetensors would end the process
    try:
        tensors = deserialize(data)  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        raise ModelFileError(where, 'whole arrays', str(error)[:200], 'Find a copy.') from None
    arrays = {}
    for name, tensor in tensors:
        dtype = DTYPES.get(tensor['dtype'])
        if dtype is None:
            raise ModelFileError(
                f'{where}, {name}', ', '.join(DTYPES), str(tensor['dtype']),
                'Files of a newer epynn need that one.',
            )  # fmt: skip
        # safetensors gives memory of its own: a second copy would be the third of the file
        buffer = tensor.pop('data')
        array = np.frombuffer(buffer, dtype=dtype).reshape(tensor['shape'])
        if not (name.startswith(TRAINING) or is_finite(array)):
            raise ModelFileError(
                f'{where}, {name}', 'finite numbers', 'NaN or infinity', 'Find a copy.'
            )
        if dtype.kind == 'b' and buffer.strip(b'\0\1'):
            raise ModelFileError(
                f'{where}, {name}', 'zeros and ones', 'other bytes', 'Find a copy.'
            )
        arrays[name] = array if array.flags.writeable else array.copy()
    return arrays


def find_seal(data: bytes) -> slice | None:
    """Return where the 64 digits of the seal are, or None unless there is just one seal."""
    stop = 8 + int.from_bytes(data[:8], 'little')
    seals = [slice(*match.span(1)) for match in SEAL.finditer(data, 8, stop)]
    return seals[0] if len(seals) == 1 else None


def digest(parts: Sequence[bytes | memoryview], place: slice) -> bytes:
    """Return the SHA-256 of the file with zeros in the place of the seal."""
    first = memoryview(parts[0])
    sha256 = hashlib.sha256(first[: place.start])
    for part in (UNSEALED, first[place.stop :], *parts[1:]):
        sha256.update(part)
    return sha256.hexdigest().encode()


def parse_json(text: str | bytes, where: str) -> dict[str, Any]:
    """Return the JSON object that `text` spells; one that says a thing twice or NaN is refused."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise ValueError('a key that stands twice')
        return found

    def refuse(constant: str) -> NoReturn:
        raise ValueError(constant)

    def finite(number: str) -> float:
        value = float(number)
        return value if math.isfinite(value) else refuse(number)

    try:
        parsed = json.loads(
            text if isinstance(text, str) else text.decode(),
            object_pairs_hook=unique, parse_constant=refuse, parse_float=finite,
        )  # fmt: skip
    except (ValueError, RecursionError) as error:
        words = f'broken JSON ({str(error)[:100]})'
        raise ModelFileError(where, 'a model file', words, 'Find a copy.') from None
    if not isinstance(parsed, dict):
        raise ModelFileError(where, 'a JSON object', f'a {type(parsed).__name__}', 'Find a copy.')
    return parsed
