"""Images of digits: from IDX files, the format of MNIST, or the ones that scikit-learn brings.

An IDX file is a header and numbers, nothing else:

    2 bytes   0
    1 byte    the type of the numbers: 8 for whole numbers from 0 to 255
    1 byte    how many axes: 3 for images (m, h, w), 1 for labels (m,)
    4 bytes   an axis: its length, the first byte counts most
    the rest  the numbers, the last axis fastest
"""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

from epynn.commons.errors import ArgumentError, DataError

UINT8 = 8


def prepare_dataset(images=None, labels=None, seed=0):
    """Return images and what they show, in a random order that is the same every time.

    Parameters
    ----------
    images, labels : str, optional
        Two IDX files, also compressed by gzip. None for the digits of scikit-learn.

    Returns
    -------
    X : ndarray (m, h, w, 1)
        Grey levels, 0 to 1.
    Y : ndarray (m,)
        What each image shows.
    """
    if (images is None) != (labels is None):
        raise ArgumentError('images, labels', 'two files', 'one', 'Name both, or neither.')
    if images is None:
        digits = load_digits()
        X, Y = digits.images / 16, digits.target  # levels 0 .. 16 -> 0 .. 1
    else:
        X, Y = read_idx(images, axes=3) / np.float32(255), read_idx(labels, axes=1)
        if len(X) != len(Y):
            raise DataError(
                str(labels), f'a label for each of the {len(X)} images', f'{len(Y)} labels',
                'Do both files belong together?',
            )  # fmt: skip
        if len(set(Y.tolist())) < 2:
            raise DataError(str(labels), 'at least two different labels', 'one')

    order = np.random.default_rng(seed).permutation(len(X))
    return X[order, :, :, np.newaxis], Y[order]  # (m, h, w) -> (m, h, w, d)


def read_idx(path, axes):
    """Return the numbers in an IDX file; refuse a file that is anything else.

    Parameters
    ----------
    path : str
        The file, also one compressed by gzip.
    axes : int
        Axes that it has to have.
    """
    data = read_bytes(path)
    start = 4 + 4 * axes
    if data[:2] != b'\0\0' or len(data) < 4:
        raise DataError(
            str(path), 'an IDX file, which starts with two zero bytes',
            f'{len(data)} bytes that start with {data[:2].hex(" ") or "nothing"}',
        )  # fmt: skip
    if data[2] != UINT8:
        raise DataError(str(path), f'whole numbers of one byte, type {UINT8}', f'type {data[2]}')
    if data[3] != axes:
        what = 'images (m, h, w)' if axes == 3 else 'labels (m,)'
        raise DataError(
            str(path), f'{what}, {axes} in the fourth byte', f'{data[3]}',
            'Are the two files in the right order?',
        )  # fmt: skip
    if len(data) < start:
        raise DataError(str(path), f'a header of {start} bytes', f'a file of {len(data)}')

    shape = struct.unpack(f'>{axes}I', data[4:start])
    if 0 in shape:
        raise DataError(str(path), 'at least one number', f'shape {shape}')
    if len(data) - start != math.prod(shape):
        raise DataError(
            str(path), f'{math.prod(shape):,} bytes after the header, for shape {shape}',
            f'{len(data) - start:,}', 'Get the file again.',
        )  # fmt: skip
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def read_bytes(path):
    """Return what is in a file, decompressed where gzip compressed it."""
    try:
        data = Path(path).read_bytes()
        return gzip.decompress(data) if data[:2] == b'\x1f\x8b' else data
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(str(path), 'a whole gzip file', str(error), 'Get it again.') from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ArgumentError(str(path), 'a file that can be read', reason) from None
