"""What the checks of all layers share."""

import pickle

import numpy as np
import pytest
from layer_table import COMPOSITES, ROWS

each_row = pytest.mark.parametrize('row', ROWS, ids=lambda row: row.name)
each_composite = pytest.mark.parametrize('row', COMPOSITES, ids=lambda row: row.name)
each_dtype = pytest.mark.parametrize('dtype', [np.float32, np.float64])
both_modes = pytest.mark.parametrize('training', [True, False], ids=['training', 'inference'])


def arrays(layer):
    """Return every array that the layer holds, by where it is."""
    stores = {
        'p': layer.p, 'g': layer.g, 's': layer.s, 'fc': layer.fc, 'bc': layer.bc, 'o': layer.o,
    }  # fmt: skip
    return {
        f'{store}[{name!r}]': value
        for store, values in stores.items()
        for name, value in values.items()
        if isinstance(value, np.ndarray)
    }


def assert_same_arrays(a, b):
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


def other_batches(row):
    """Return input shapes with other numbers of samples, and those that the row names."""
    return [(m, *row.input_shape[1:]) for m in (row.fewest, row.input_shape[0] + 2)] + [*row.also]


def through_pickle(layer):
    """Return what another process would get; files are saved otherwise."""
    return pickle.loads(pickle.dumps(layer))  # noqa: S301
