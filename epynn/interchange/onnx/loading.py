"""Files of ONNX, read without trust: what a file says of sizes and places is checked first.

Nothing here calls the loader of the package onnx, which would follow the file to data elsewhere.
Memory is in proportion to the file, and to files of data that lie beside it.
"""

import os
import stat
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from epynn.commons.errors import ArgumentError, ModelFileError
from epynn.interchange.extras import onnx, packages
from epynn.kernels.arrays import ndarray

MOST_NODES = 20_000
"""Nodes that a graph may have; time is in proportion to them. Large networks have some thousand."""
MOST_NUMBERS = 2**40
"""Numbers that a tensor may have, also of those axes beside one that is 0."""
FIELDS = {
    'FLOAT': ('float_data', np.float32), 'DOUBLE': ('double_data', np.float64),
    'INT64': ('int64_data', np.int64), 'INT32': ('int32_data', np.int32),
    'INT16': ('int32_data', np.int16), 'INT8': ('int32_data', np.int8),
    'UINT8': ('int32_data', np.uint8), 'BOOL': ('int32_data', np.bool_),
    'FLOAT16': ('int32_data', np.float16),
}  # fmt: skip
"""Types of numbers that are read: where they may lie in a tensor, other than in its bytes."""


def refuse(where: str, expected: str, got: str, remedy: str = 'Find a copy.') -> ModelFileError:
    """Return the error to raise."""
    return ModelFileError(where, expected, got[:300], remedy)


def load_file(path: Path, where: str) -> Any:
    """Return the model of ONNX in a file, or say that there is none."""
    model = onnx().ModelProto()
    protobuf = packages('protobuf', 'google.protobuf', 'google.protobuf.message')
    try:
        model.ParseFromString(read_regular(path))
    except OSError as error:
        raise ArgumentError(
            'read_onnx(path)', 'a file that can be read', f'{path} ({error.strerror})',
            'Check the name, and the folder that the script runs in.',
        ) from None  # fmt: skip
    except protobuf.message.DecodeError as error:
        raise refuse(where, 'a file of ONNX', f'other bytes ({error})') from None
    if len(model.graph.node) > MOST_NODES:
        raise refuse(where, f'at most {MOST_NODES} nodes', f'{len(model.graph.node)}')
    return model


def read_regular(path: Path, start: int = 0, length: int | None = None) -> bytes:
    """Return the bytes of a regular file, or a part of it; a pipe may wait, a device go on."""
    flags = os.O_RDONLY | getattr(os, 'O_NONBLOCK', 0) | getattr(os, 'O_BINARY', 0)
    with os.fdopen(os.open(path, flags), 'rb') as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, 'no regular file')
        file.seek(start)
        return file.read(status.st_size if length is None else length)


class Tensors:
    """The arrays of a file, each checked before it is made.

    Parameters
    ----------
    folder : Path
        Where the file lies. Data elsewhere are refused.
    where : str
        What is read, for errors.

    Attributes
    ----------
    numbers : int
        How many were read so far.
    outside : dict
        Of each file of data beside it, the bytes that no tensor has read so far.
    """

    def __init__(self, folder: Path, where: str) -> None:
        self.folder, self.where = folder, where
        self.outside: dict[Path, int] = {}
        self.numbers = 0

    def read(self, tensor: Any) -> ndarray:
        """Return a tensor as an array."""
        where = f'{self.where}, tensor {tensor.name!r}'
        kinds = onnx().TensorProto
        name = dict(zip(kinds.DataType.values(), kinds.DataType.keys(), strict=True)).get(
            tensor.data_type, str(tensor.data_type)
        )
        if name not in FIELDS or tensor.HasField('segment'):
            raise refuse(where, f'numbers of {", ".join(FIELDS)}', name, 'Export with float32.')
        field, dtype = FIELDS[name]
        dims, size = tuple(tensor.dims), prod(tensor.dims)
        whole = len(dims) <= 16 and all(n >= 0 for n in dims)
        if not whole or prod(n or 1 for n in dims) > MOST_NUMBERS:
            raise refuse(where, 'a shape', f'{dims}')
        if tensor.data_location == kinds.EXTERNAL:
            data = self.read_outside(tensor, size * np.dtype(dtype).itemsize, where)
        elif tensor.HasField('raw_data'):
            data = tensor.raw_data
        else:
            return self.read_field(getattr(tensor, field), dtype, dims, where)
        self.numbers += size
        if len(data) != size * np.dtype(dtype).itemsize:
            words = f'{size * np.dtype(dtype).itemsize} bytes, for {name} of shape {dims}'
            raise refuse(where, words, f'{len(data)}')
        little = np.dtype(dtype).newbyteorder('<')
        return np.frombuffer(data, little).astype(dtype, copy=False).reshape(dims)

    def read_field(self, values: Any, dtype: Any, dims: tuple[int, ...], where: str) -> ndarray:
        """Return the numbers that a tensor holds one by one; those of float16 are bits."""
        if len(values) != prod(dims):
            raise refuse(where, f'{prod(dims)} numbers, for the shape {dims}', f'{len(values)}')
        if dtype is np.float16:
            return np.array(values, np.int64).astype(np.uint16).view(np.float16).reshape(dims)
        return np.array(values).astype(dtype).reshape(dims)

    def read_outside(self, tensor: Any, size: int, where: str) -> bytes:
        """Return the bytes of a tensor that lie in another file, one of the same folder."""
        told = {entry.key: entry.value for entry in tensor.external_data}
        numbers = told.get('offset', '0'), told.get('length', str(size))
        if not all(text.isascii() and text.isdigit() and len(text) < 19 for text in numbers):
            raise refuse(where, 'a place in a file', f'offset and length {numbers}')
        start, length = map(int, numbers)
        try:
            path = self.find_outside(told.get('location', ''), where)
            whole = path.stat().st_size
            left = self.outside.setdefault(path, whole)
            if length != size or start + length > whole or length > left:
                raise refuse(
                    where, f'{size} bytes of {path.name}, which no other tensor reads',
                    f'{length} from {start} on, in a file of {whole}',
                )  # fmt: skip
            self.outside[path] = left - length
            return read_regular(path, start, length)
        except OSError as error:
            raise refuse(where, 'data beside the file', f'{error.strerror}') from None

    def find_outside(self, location: str, where: str) -> Path:
        """Return the path of a file of data, one in the folder of the file, by no detour."""
        remedy = 'Put the file of data beside the file that names it.'
        parts = location.replace('\\', '/').split('/')
        plain = location.isprintable() and all(part not in ('', '.', '..') for part in parts)
        if not plain or Path(location).is_absolute() or ':' in parts[0]:
            raise refuse(where, 'data in the folder of the file', repr(location[:80]), remedy)
        path = self.folder
        for part in parts:
            path = path / part
            if path.is_symlink():
                raise refuse(where, 'data in the folder of the file', f'a link, {path}', remedy)
        if not path.is_file():
            raise refuse(where, 'data beside the file', f'no file {path}', remedy)
        return path
