"""Every layer, loss and kind of network against PyTorch, in float64: outputs and all gradients.

The tables are in the ``rows_*.py``; what is compared, and how the golden values are written, is in
``compare.py``. Where PyTorch is not installed, the golden values stand for it.
"""

import numpy as np
import pytest
from parity.compare import (
    GOLDEN,
    ROWS,
    WRITE,
    condense,
    errors_against_golden,
    errors_against_torch,
    golden_error,
    read_golden,
)
from parity.rows import stream

MOST, MEDIAN = 1e-10, 1e-14
"""Of the errors against PyTorch, ``max|a - b| / max|b|``."""

GOLDEN_MOST = 1e-11
"""Of the errors against the golden values, relative to the norm."""

NAMES = [row.name for row in ROWS]
CONVOLUTIONS = [row for row in ROWS if row.name.startswith(('Convolution', 'Transposed'))]


@pytest.mark.parametrize('row', ROWS, ids=NAMES)
def test_against_torch(row):
    pytest.importorskip('torch')
    wrong = {name: error for name, error in errors_against_torch(row).items() if not error <= MOST}
    assert not wrong


@pytest.mark.parametrize('row', ROWS, ids=NAMES)
def test_against_golden_values(row):
    golden = read_golden().get(row.name)
    assert golden is not None, f'A row that {GOLDEN.name} lacks. With PyTorch, write it: {WRITE}'
    errors = errors_against_golden(row, row.ours(), golden)
    assert not {name: error for name, error in errors.items() if not error <= GOLDEN_MOST}


def test_all_together(record_property):
    """At least 500 configurations, and of every second one a median of at most 1e-14."""
    pytest.importorskip('torch')
    errors = [error for row in ROWS[::2] for error in errors_against_torch(row).values()]
    record_property('configurations', len(ROWS))
    record_property('tensors', len(errors))
    record_property('worst', max(errors))
    record_property('median', float(np.median(errors)))
    assert len(ROWS) == len(set(NAMES)) >= 500
    assert np.median(errors) <= MEDIAN


@pytest.mark.parametrize('row', CONVOLUTIONS, ids=[row.name for row in CONVOLUTIONS])
def test_convolutions_in_single_precision(row):
    """They go other ways there than in double precision, which lose a digit."""
    errors = errors_against_golden(row, row.ours(np.float32), read_golden()[row.name])
    assert not {name: error for name, error in errors.items() if not error <= 1e-5}


# THE GOLDEN VALUES


def test_the_file_is_small_and_holds_the_rows_of_the_tables():
    assert read_golden().keys() == set(NAMES), f'With PyTorch, write the file: {WRITE}'
    assert GOLDEN.stat().st_size <= 300_000


def test_random_numbers_are_those_of_the_file():
    """Where NumPy draws others, the golden values mean nothing: here is why they all differ."""
    np.testing.assert_allclose(
        stream('a', 'b').standard_normal(3),
        [-0.27525788768374543, -0.229267331725499, -1.6708234172720586],
        rtol=1e-15,
    )
    np.testing.assert_array_equal(stream('a', 'b').integers(0, 9, 5), [7, 1, 3, 6, 5])


@pytest.mark.parametrize('row', ROWS[::50], ids=NAMES[::50])
def test_an_error_in_any_one_element_shows(row):
    for name, tensor in row.ours().items():
        array = np.array(tensor, dtype=np.float64, order='C')
        golden = condense(row, {name: array})
        changed = array.ravel()
        changed[stream(row.name, name).integers(array.size)] += 1e-7 * max(1, np.abs(array).max())
        ((words, numbers),) = condense(row, {name: array}).items()
        assert golden_error(numbers, golden[words], array.shape) > GOLDEN_MOST
