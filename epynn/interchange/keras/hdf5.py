"""The part of HDF5 that Keras writes: groups, plain arrays in one piece, and lists of names.

The library of HDF5 is not used: a file with an error in the right place makes it take all memory,
or ends the process. Here each address is checked, what was read is not read again, and nothing is
followed to another file. Memory is bounded by the size of the file.

References
----------
The HDF Group, "HDF5 File Format Specification", version 3.0: superblock of version 0 or 1, object
headers of version 1, groups as symbol tables, contiguous layout. So it is written if nobody asks
for more.
"""

import struct
from collections.abc import Iterator, Mapping
from math import prod
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from epynn.commons.errors import ModelFileError
from epynn.kernels.arrays import ndarray

STEPS, LONGEST = 1_000_000, 2048
"""Reads of what is no array, some 30 an array, and letters of a path, at most."""
SIGNATURE = b'\x89HDF\r\n\x1a\n'
SPACE, LINK_INFO, DTYPE, LINK, OUTSIDE, LAYOUT, ATTRIBUTE, CONTINUATION, SYMBOLS = (
    1, 2, 3, 6, 7, 8, 12, 16, 17
)  # fmt: skip
"""Messages of an object header: what they are of."""
FIXED, FLOATING, STRING, VARIABLE = 0, 1, 3, 9
"""Classes of data types."""
IEEE: Mapping[tuple[int, ...], str] = MappingProxyType(
    {(2, 16, 5, 10): 'f2', (4, 32, 8, 23): 'f4', (8, 64, 11, 52): 'f8'}
)
"""Bytes, and bits in all, of the exponent and of the fraction."""


class Stored(NamedTuple):
    """An array in the file, read when it is asked for."""

    data: memoryview
    dtype: 'np.dtype[Any]'
    shape: tuple[int, ...]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> ndarray:
        """Read it."""
        return np.frombuffer(self.data, self.dtype).reshape(self.shape).astype(dtype or self.dtype)


class Hdf5:
    """What a file holds.

    Parameters
    ----------
    data : bytes
        The file.
    where : str
        What errors begin with.

    Attributes
    ----------
    arrays : dict
        Arrays by their path, such as ``layers/dense/vars/0``.
    names : dict
        Lists of names by the path of a group and the name of the attribute.

    Raises
    ------
    ModelFileError
        If the file is damaged, or holds what Keras does not write.
    """

    def __init__(self, data: bytes, where: str) -> None:
        self.data, self.where, self.left = memoryview(data), where, STEPS
        self.arrays: dict[str, Stored] = {}
        self.names: dict[tuple[str, str], list[str]] = {}
        self.require(self.read(0, 8) == SIGNATURE, 'its signature')
        version, sizes = self.read(8, 1)[0], bytes(self.read(13, 2))
        self.require(version < 2 and sizes == b'\x08\x08', 'a superblock of version 0 or 1')
        (root,) = self.unpack('<Q', 64 + 4 * version)
        seen, todo = set[int](), [('', root)]
        while todo:
            path, address = todo.pop()
            if address not in seen:  # a group may be inside itself
                seen.add(address)
                todo += self.note(path, address)

    def require(self, holds: Any, expected: str) -> None:
        """Refuse the file unless it is as expected."""
        if not holds:
            raise ModelFileError(
                self.where, f'a file of weights of Keras, with {expected}',
                'one without, damaged or of another kind',
                'Save it anew there, by save_weights("x.weights.h5"), or pass get_weights().',
            )  # fmt: skip

    def read(self, address: int, size: int) -> memoryview:
        """Return some bytes. Each call is counted: something may be inside itself."""
        self.left -= 1
        self.require(self.left > 0, 'no cycles, nor more arrays than can be')
        self.require(0 <= size <= len(self.data) - address, 'all addresses inside')
        return self.data[address : address + size]

    def unpack(self, form: str, address: int) -> tuple[Any, ...]:
        """Return numbers."""
        return struct.unpack(form, self.read(address, struct.calcsize(form)))

    def note(self, path: str, address: int) -> list[tuple[str, int]]:
        """Note an array or the names of a group; return what is in the group."""
        self.require(len(path) <= LONGEST, 'paths of some length')
        found, inside = dict[int, memoryview](), list[tuple[str, int]]()
        for kind, body in self.messages(address):
            self.require(kind not in (LINK_INFO, LINK, OUTSIDE), 'groups as symbol tables')
            found[kind] = body
            if kind == ATTRIBUTE:
                self.note_names(path, body)
        if LAYOUT in found:
            self.require({SPACE, DTYPE} <= found.keys(), 'arrays of some shape and type')
            self.arrays[path] = self.stored(found[SPACE], found[DTYPE], found[LAYOUT])
        elif SYMBOLS in found:
            self.require(len(found[SYMBOLS]) >= 16, 'symbol tables')
            tree, heap = struct.unpack_from('<QQ', found[SYMBOLS])
            prefix = f'{path}/' if path else ''
            inside = [(f'{prefix}{name}', each) for name, each in self.symbols(tree, heap)]
        return inside

    def messages(self, address: int) -> Iterator[tuple[int, memoryview]]:
        """Yield the messages of an object header, each with what it is of."""
        version, _, _, _, size = self.unpack('<BBHII', address)
        self.require(version == 1, 'object headers of version 1')
        blocks = [(address + 16, size)]
        for start, length in blocks:
            place = start
            while place + 8 <= start + length:
                kind, size, flags = self.unpack('<HHB', place)
                body = self.read(place + 8, size)
                self.require(not flags & 2, 'nothing shared')
                if kind == CONTINUATION:
                    self.require(size >= 16, 'object headers')
                    blocks.append(struct.unpack_from('<QQ', body))
                yield kind, body
                place += 8 + size

    def symbols(self, tree: int, heap: int) -> Iterator[tuple[str, int]]:
        """Yield the names in a group, and where the header of each is."""
        mark, _, _, _, names = self.unpack('<4sIQQQ', heap)
        self.require(mark == b'HEAP', 'names')
        nodes = [(tree, 256)]
        while nodes:
            node, below = nodes.pop()
            mark, kind, level, count = self.unpack('<4sBBH', node)
            self.require(mark == b'TREE' and kind == 0 and level < below, 'trees')
            for k in range(count):
                (child,) = self.unpack('<Q', node + 32 + 16 * k)
                if level:
                    nodes.append((child, level))
                    continue
                mark, _, _, entries = self.unpack('<4sBBH', child)
                self.require(mark == b'SNOD', 'symbols')
                for entry in range(child + 8, child + 8 + 40 * entries, 40):
                    offset, header, cached = self.unpack('<QQI', entry)
                    if cached != 2:  # which is a link to somewhere else
                        yield self.text(names + offset), header

    def text(self, address: int) -> str:
        """Return the text that ends with a 0."""
        piece = bytes(self.read(address, min(1024, max(0, len(self.data) - address))))
        self.require(b'\0' in piece, 'names of at most 1024 bytes')
        return piece[: piece.index(b'\0')].decode('utf-8', 'replace')

    def shape(self, space: memoryview) -> tuple[int, ...]:
        """Return the shape that a message of a space says."""
        self.require(len(space) >= 4 and space[0] in (1, 2), 'spaces')
        start, rank = (8, 4)[space[0] - 1], space[1]
        self.require(rank <= 32 and start + 8 * rank <= len(space), 'shapes')
        return struct.unpack_from(f'<{rank}Q', space, start)

    def stored(self, space: memoryview, kind: memoryview, layout: memoryview) -> Stored:
        """Return an array; its numbers are in the file, in one piece."""
        shape = self.shape(space)
        dtype = self.dtype(kind)
        size = prod(shape) * dtype.itemsize
        self.require(len(layout) >= 18 and bytes(layout[:2]) == b'\3\1', 'arrays in one piece')
        start, length = struct.unpack_from('<QQ', layout, 2)
        self.require(length == size, 'arrays as long as their shape says')
        return Stored(self.read(start, size) if size else self.data[:0], dtype, shape)

    def dtype(self, kind: memoryview) -> 'np.dtype[Any]':
        """Return the data type of numbers that a message says."""
        self.require(len(kind) >= 12, 'data types')
        order, (size,) = '<>'[kind[1] & 1], struct.unpack_from('<I', kind, 4)
        if kind[0] & 15 == FIXED:
            self.require(size in (1, 2, 4, 8), 'whole numbers')
            return np.dtype(f'{order}{"iu"[not kind[1] & 8]}{size}')
        self.require(kind[0] & 15 == FLOATING and len(kind) >= 20, 'numbers')
        bits = struct.unpack_from('<HHBBBB', kind, 8)
        name = IEEE.get((size, bits[1], bits[3], bits[5]))
        self.require(name, 'numbers of IEEE 754')
        return np.dtype(f'{order}{name}')

    def note_names(self, path: str, body: memoryview) -> None:
        """Note an attribute that is a list of names."""
        self.require(len(body) >= 9 and body[0] in (1, 2, 3), 'attributes')
        sizes, place, pieces = struct.unpack_from('<HHH', body, 2), 8 + (body[0] == 3), []
        for size in (*sizes, None):
            pieces.append(body[place:] if size is None else body[place : place + size])
            place += 0 if size is None else -(-size // 8) * 8 if body[0] == 1 else size
        name, kind, space, data = pieces
        if len(kind) < 8 or kind[0] & 15 not in (STRING, VARIABLE):
            return
        shape, (size,) = self.shape(space), struct.unpack_from('<I', kind, 4)
        count = prod(shape)
        if len(shape) != 1 or not size:
            return
        self.require(count * size <= len(data), 'attributes in one piece')
        texts = [bytes(data[k * size : (k + 1) * size]) for k in range(count)]
        if kind[0] & 15 == VARIABLE:
            texts = [self.heap_text(text) for text in texts]
        key = bytes(name).rstrip(b'\0').decode('utf-8', 'replace')
        self.names[path, key] = [text.rstrip(b'\0').decode('utf-8', 'replace') for text in texts]

    def heap_text(self, reference: bytes) -> bytes:
        """Return a text of any length, which lies in a heap of the file."""
        self.require(len(reference) == 16, 'references to texts')
        length, heap, index = struct.unpack('<IQI', reference)
        mark, _, total = self.unpack('<4sIQ', heap)
        self.require(mark == b'GCOL', 'texts')
        place = heap + 16
        while place + 16 <= heap + total:
            number, _, _, size = self.unpack('<HHIQ', place)
            if number == index:
                self.require(length <= min(size, LONGEST), 'whole texts')
                return bytes(self.read(place + 16, length))
            self.require(number, 'texts')  # 0 is room that is left
            place += 16 + -(-size // 8) * 8
        self.require(False, 'texts')
        return b''
