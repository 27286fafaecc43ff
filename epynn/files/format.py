"""The format of model files: arrays and a description, in one safetensors file, under a seal.

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
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from safetensors import SafetensorError, deserialize

from epynn.commons.errors import ArgumentError, ModelFileError
from epynn.kernels.arrays import ndarray

SUFFIX = '.safetensors'
FORMAT = 1
"""Version of the description. A reader refuses files of a version above its own."""
UNSEALED = b'0' * 64
SEAL = re.compile(rb'"sha256":"([0-9a-f]{64})"')
LARGEST_HEADER = 1 << 26
PADDING = 'padding'
SPARE = 900_000
"""Bytes that a description may take in memory beyond the size of the file."""
MARKS = {b',': 50, b':': 100, b'[': 190, b'{': 100, b'"': 20}
"""Bytes of memory that go with each mark of JSON, parsed and decoded."""
MARGIN = 1 << 16
"""Bytes that safetensors takes besides the arrays."""
LAYER, TOKEN = 5000, 250
"""Bytes that a layer and a token take besides, once there is a network."""
FOREIGN = 'Pass a file that EpyNN.write wrote.'
DTYPES = {
    kind: np.dtype(code)
    for kind, code in (('F64', '<f8'), ('F32', '<f4'), ('I64', '<i8'), ('BOOL', '?'))
}


def encode_file(arrays: Mapping[str, ndarray], description: Mapping[str, Any]) -> bytes:
    """Return the bytes of a model file in one piece; see :func:`encode_parts`."""
    return b''.join(encode_parts(arrays, description))


def encode_parts(
    arrays: Mapping[str, ndarray], description: Mapping[str, Any]
) -> list[bytes | memoryview]:
    """Return a model file in pieces: its header, and the arrays where they are, not copied.

    safetensors copies them all, and ends the process where there is no memory for that.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        Finite float32 or float64, int64 or bool arrays by name.
    description : mapping
        Anything that JSON can say, in finite numbers.

    Raises
    ------
    ArgumentError
        If an array is none of these, or the description too long: the file could not be read.
    """
    tensors = {name: plain_array(name, array) for name, array in arrays.items()}
    text = json.dumps({'format': FORMAT, **description}, allow_nan=False)
    header = encode_header(tensors, text)
    size = len(header) + sum(array.nbytes for array in tensors.values())
    weight = max(weigh_text(header), weigh_text(text.encode()) + weigh_network(description))
    missing = weight - size - SPARE
    if missing > 0:  # and a little for the name of the padding
        tensors[PADDING] = np.zeros(missing + 2000, np.bool_)
        header = encode_header(tensors, text)
    if len(header) > LARGEST_HEADER:
        raise ArgumentError(
            'the description', f'at most {LARGEST_HEADER} bytes', f'{len(header)}',
            'Initialize again for a shorter history, or pass fewer settings.',
        )  # fmt: skip
    return seal_parts([header, *(array.view(np.uint8).data for array in lay_out(tensors).values())])


def plain_array(name: str, array: Any) -> ndarray:
    """Return an array as it lies in files, or say why it cannot."""
    array = np.asarray(array)
    dtype = array.dtype.newbyteorder('<')
    if dtype not in DTYPES.values():
        raise ArgumentError(
            f'array {name}', 'float64, float32, int64 or bool', str(array.dtype),
            'Convert it by array.astype.',
        )  # fmt: skip
    if not is_finite(array):
        raise ArgumentError(
            f'array {name}', 'finite numbers', 'NaN or infinity',
            'Set it to finite numbers, or initialize again and choose a smaller learning_rate.',
        )  # fmt: skip
    plain: ndarray = array.astype(dtype, order='C', copy=False)
    return plain


def lay_out(tensors: Mapping[str, ndarray]) -> dict[str, ndarray]:
    """Return the arrays, flat, in the order in which they lie in the file: wide numbers first."""
    names = sorted(tensors, key=lambda name: -tensors[name].itemsize)
    return {name: tensors[name].reshape(-1) for name in names}


def encode_header(tensors: Mapping[str, ndarray], text: str) -> bytes:
    """Return the header, without a seal yet: it lists the arrays in the order of the network."""
    kinds = {dtype: kind for kind, dtype in DTYPES.items()}
    places, stop = {}, 0
    for name, array in lay_out(tensors).items():
        places[name] = [stop, stop + array.nbytes]
        stop += array.nbytes
    record: dict[str, Any] = {'__metadata__': {'epynn': text, 'sha256': UNSEALED.decode()}}
    for name, array in tensors.items():
        record[name] = {
            'dtype': kinds[array.dtype], 'shape': array.shape, 'data_offsets': places[name],
        }  # fmt: skip
    header = json.dumps(record, ensure_ascii=False, separators=(',', ':')).encode()
    header += b' ' * (-len(header) % 8)
    return len(header).to_bytes(8, 'little') + header


def seal_file(data: bytes) -> bytes:
    """Return the file with the right seal in its place."""
    return b''.join(seal_parts([data]))


def seal_parts(parts: Sequence[bytes | memoryview]) -> list[bytes | memoryview]:
    """Return the pieces of a file, the first of them the header, with the right seal in place."""
    header = bytes(parts[0])
    place = find_seal(header)
    assert place is not None
    sealed = header[: place.start] + _digest(parts, place) + header[place.stop :]
    return [sealed, *parts[1:]]


def decode_file(data: bytes, where: str) -> tuple[dict[str, ndarray], dict[str, Any]]:
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
    arrays, text = unpack_file(data, where)
    return arrays, decode_description(text, len(data), where)


def unpack_file(data: bytes, where: str) -> tuple[dict[str, ndarray], str]:
    """Return the arrays and the text of the description; after that, `data` is not needed."""
    header_size = int.from_bytes(data[:8], 'little')
    if not (len(data) >= 10 and 2 <= header_size <= min(len(data) - 8, LARGEST_HEADER)):
        raise ModelFileError(
            where, 'a model file', 'something else or a part of one', 'Find a copy.'
        )
    place = find_seal(data)
    if place is None:
        got = 'another safetensors file' if data[8:9] == b'{' else 'something else'
        raise ModelFileError(where, 'a model file of epynn', got, FOREIGN)
    if _digest([data], place) != data[place]:
        raise ModelFileError(where, 'a file as it was written', 'a damaged one', 'Find a copy.')
    header = data[8 : 8 + header_size]
    require_room(weigh_text(header), len(data), where)
    try:
        text = header.decode()
    except UnicodeDecodeError as error:
        raise ModelFileError(
            where, 'a model file', f'broken JSON ({error})', 'Find a copy.'
        ) from None
    del header
    record = parse_json(text, where)
    metadata, names = record.get('__metadata__'), list(record)
    del text, record
    if not isinstance(metadata, dict) or not isinstance(metadata.get('epynn'), str):
        raise ModelFileError(where, 'a model file of epynn', 'another safetensors file', FOREIGN)
    arrays = _decode_arrays(data, names, where)
    arrays.pop(PADDING, None)
    return arrays, metadata['epynn']


def decode_description(text: str, size: int, where: str) -> dict[str, Any]:
    """Return what the text of a description says, for a file of that size."""
    weight = weigh_text(text.encode(errors='surrogatepass'))
    require_room(weight, size, where)
    description = parse_json(text, where)
    version = description.get('format')
    if type(version) is not int or version < 1:
        raise ModelFileError(where, 'the version of the format', repr(version)[:60], 'Find a copy.')
    if version > FORMAT:
        raise ModelFileError(
            where, f'format {FORMAT} or below', f'format {version}'[:60], 'Install a newer epynn.'
        )
    require_room(weight + weigh_network(description), size, where)
    return description


def weigh_text(text: bytes) -> int:
    """Return a bound on the bytes of memory that JSON takes: copies of its text, and its values."""
    # A letter beyond ASCII makes all letters of a text of Python as wide.
    copies = 3 if text.isascii() and b'\\u' not in text else 12
    return copies * len(text) + sum(n * text.count(mark) for mark, n in MARKS.items())


def weigh_network(description: Mapping[str, Any]) -> int:
    """Return a bound on the bytes that layers and tokens take besides, without their arrays."""
    layers = 0
    waiting: list[Any] = [description]
    while waiting:
        value = waiting.pop()
        if isinstance(value, (dict, list)):
            layers += 'layer' in value
            waiting.extend(value.values() if isinstance(value, dict) else value)
    embedding = description.get('embedding')
    tokens = embedding.get('tokens') if isinstance(embedding, dict) else None
    return LAYER * layers + TOKEN * (len(tokens) if isinstance(tokens, list) else 0)


def require_room(weight: int, size: int, where: str) -> None:
    """Refuse a description that weighs more than a file of that size has room for."""
    if weight > size + SPARE:
        words = 'one that would take more memory than twice the file and 1 MB'
        raise ModelFileError(
            where, 'a description in proportion to the file', words, 'Find a copy.'
        )


def _decode_arrays(data: bytes, names: Iterable[str], where: str) -> dict[str, ndarray]:
    """Return the arrays in that order, each in memory of its own that can be written to."""
    np.empty(len(data) + MARGIN, np.uint8)  # or MemoryError: safetensors would end the process
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
        if not is_finite(array):
            raise ModelFileError(
                f'{where}, {name}', 'finite numbers', 'NaN or infinity', 'Find a copy.'
            )
        if dtype.kind == 'b' and buffer.strip(b'\0\1'):
            raise ModelFileError(
                f'{where}, {name}', 'zeros and ones', 'other bytes', 'Find a copy.'
            )
        arrays[name] = array if array.flags.writeable else array.copy()
    return {name: arrays[name] for name in names if name in arrays}


def is_finite(array: ndarray) -> bool:
    """Return whether there is neither NaN nor infinity, without an array of the answers."""
    if array.dtype.kind != 'f' or array.size == 0:
        return True
    return bool(np.isfinite(array.min()) and np.isfinite(array.max()))


def find_seal(data: bytes) -> slice | None:
    """Return where the 64 digits of the seal are, or None unless there is just one seal."""
    stop = 8 + int.from_bytes(data[:8], 'little')
    seals = [slice(*match.span(1)) for match in SEAL.finditer(data, 8, stop)]
    return seals[0] if len(seals) == 1 else None


def _digest(parts: Sequence[bytes | memoryview], place: slice) -> bytes:
    """Return the SHA-256 of the file with zeros in the place of the seal."""
    first = memoryview(parts[0])
    digest = hashlib.sha256(first[: place.start])
    digest.update(UNSEALED)
    for part in (first[place.stop :], *parts[1:]):
        digest.update(part)
    return digest.hexdigest().encode()


def parse_json(text: str, where: str) -> dict[str, Any]:
    """Return the JSON object that `text` spells; one that says a thing twice or NaN is refused."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise ValueError('a key that stands twice')
        return found

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    def finite(number: str) -> float:
        value = float(number)
        if not math.isfinite(value):
            raise ValueError(number)
        return value

    try:
        parsed = json.loads(
            text, object_pairs_hook=unique, parse_constant=refuse, parse_float=finite
        )
    except (ValueError, RecursionError) as error:
        words = f'broken JSON ({str(error)[:100]})'
        raise ModelFileError(where, 'a model file', words, 'Find a copy.') from None
    if not isinstance(parsed, dict):
        raise ModelFileError(where, 'a JSON object', f'a {type(parsed).__name__}', 'Find a copy.')
    return parsed
