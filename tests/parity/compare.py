"""Compare what epynn and PyTorch compute for the rows of all tables; keep PyTorch's numbers.

Of each tensor the file ``golden.npz`` keeps its largest magnitude, and its projections on three
random directions: an error in any element changes them. That is small, and enough to compare with
where PyTorch is not installed. To write it anew, in the root folder of the project::

    PYTHONPATH=tests python -m parity.compare
"""

from functools import cache
from pathlib import Path

import numpy as np
from parity import (
    rows_attention,
    rows_branches,
    rows_features,
    rows_losses,
    rows_networks,
    rows_normalization,
    rows_recurrent,
    rows_windows,
)
from parity.rows import stream

ROWS = [
    *rows_features.ROWS, *rows_windows.ROWS, *rows_normalization.ROWS, *rows_recurrent.ROWS,
    *rows_attention.ROWS, *rows_losses.ROWS, *rows_networks.ROWS, *rows_branches.ROWS,
]  # fmt: skip

GOLDEN = Path(__file__).with_name('golden.npz')
WRITE = 'PYTHONPATH=tests python -m parity.compare'
DIRECTIONS = 3
SEPARATOR = ' | '


def relative_error(a, b):
    """Return ``max|a - b| / max|b|``; where b is 0, a has to be 0 too."""
    if a.shape != b.shape or not np.isfinite(a).all():
        return np.inf
    difference, largest = np.max(np.abs(a - b), initial=0), np.max(np.abs(b), initial=0)
    if largest == 0:
        return 0.0 if difference == 0 else np.inf
    return float(difference / largest)


@cache
def errors_against_torch(row):
    """Return the relative error of each tensor of a row, by name."""
    ours, theirs = row.ours(), row.theirs()
    assert ours.keys() == theirs.keys(), f'{row.name}: {sorted(ours)} and {sorted(theirs)}'
    return {name: relative_error(ours[name], theirs[name]) for name in theirs}


def condense(row, tensors):
    """Return largest magnitude and projections of tensors, by their names and shapes."""
    numbers = {}
    for name, tensor in tensors.items():
        array = np.asarray(tensor, dtype=np.float64)
        directions = stream(row.name, name, 'directions')
        projections = directions.standard_normal((DIRECTIONS, array.size)) @ array.ravel()
        numbers[f'{name} {array.shape}'] = np.array([np.max(np.abs(array)), *projections])
    return numbers


def golden_error(ours, golden, shape):
    """Return how far the numbers of a tensor are apart, relative to the norm it may have.

    A tensor of n elements up to c has projections of the size of ``c sqrt(n)``.
    """
    difference, scale = np.max(np.abs(ours - golden)), golden[0] * np.sqrt(np.prod(shape))
    if scale == 0:
        return 0.0 if difference == 0 else np.inf
    return float(difference / scale)


def errors_against_golden(row, tensors, golden):
    """Return the error of each tensor of a row, by name and shape, against its golden values."""
    numbers = condense(row, tensors)
    assert numbers.keys() == golden.keys(), f'{row.name}: {sorted(numbers)} and {sorted(golden)}'
    shapes = [np.shape(tensor) for tensor in tensors.values()]
    return {
        name: golden_error(ours, golden[name], shape)
        for (name, ours), shape in zip(numbers.items(), shapes, strict=True)
    }


@cache
def read_golden():
    """Return the golden values: of each row by its name, of its tensors by name and shape."""
    golden = {}
    with np.load(GOLDEN) as file:
        for words, numbers in zip(str(file['names']).split('\n'), file['numbers'], strict=True):
            row, tensor = words.split(SEPARATOR)
            golden.setdefault(row, {})[tensor] = numbers
    return golden


def write_golden():
    """Compute all rows by PyTorch and write the file."""
    names, numbers = [], []
    for row in ROWS:
        for tensor, values in condense(row, row.theirs()).items():
            names.append(f'{row.name}{SEPARATOR}{tensor}')
            numbers.append(values)
    np.savez_compressed(GOLDEN, names=np.array('\n'.join(names)), numbers=np.array(numbers))


if __name__ == '__main__':
    write_golden()
