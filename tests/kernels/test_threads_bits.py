"""The same bits from every kernel that shares its work out, on any number of threads."""

import numpy as np
import pytest

from epynn import GRU, LSTM, RNN, Convolution, Dense, Pooling, TransposedConvolution, relu
from epynn.kernels.threads import set_threads


@pytest.fixture(autouse=True)
def restore():
    yield
    set_threads(None)


LAYERS = {
    'rows': ((16, 32, 32, 16), lambda: Convolution(32, 3, 1, 1, relu)),
    'upright': ((16, 40, 40, 3), lambda: Convolution(32, 3, 1, 1, relu)),
    'im2col': ((16, 28, 28, 64), lambda: Convolution(64, 3, 2, 1, relu)),
    '1x1': ((16, 28, 28, 64), lambda: Convolution(128, 1, 1, 0, relu)),
    'groups': ((16, 28, 28, 32), lambda: Convolution(64, 3, 1, 1, relu, groups=4)),
    'depthwise': ((16, 40, 40, 32), lambda: Convolution(32, 3, 1, 1, relu, groups=32)),
    'transposed': ((8, 14, 14, 64), lambda: TransposedConvolution(32, 3, 2, activate=relu)),
    'max': ((16, 40, 40, 32), lambda: Pooling()),
    'mean': ((16, 40, 40, 32), lambda: Pooling((3, 3), 2, np.mean)),
    'dense': ((256, 700), lambda: Dense(300, relu)),
    'rnn': ((64, 20, 64), lambda: RNN(64, sequences=True)),
    'lstm': ((64, 20, 64), lambda: LSTM(64, sequences=True)),
    'gru': ((64, 20, 64), lambda: GRU(64, sequences=True)),
}


@pytest.mark.parametrize('dtype', ['float32', 'float64'])
@pytest.mark.parametrize('name', LAYERS)
def test_the_same_bits_on_any_number_of_threads(name, dtype):
    shape, make = LAYERS[name]
    seen = set()
    for threads in (1, 2, 4, 8):
        set_threads(threads)
        rng = np.random.default_rng(0)
        layer = make()
        layer.np_rng = np.random.default_rng(1)
        A = layer.forward(rng.standard_normal(shape).astype(dtype))
        dX = layer.backward(rng.standard_normal(A.shape).astype(dtype))
        layer.compute_gradients()
        arrays = [A, dX, *layer.g.values()]
        seen.add(b''.join(np.ascontiguousarray(array).tobytes() for array in arrays))
    assert len(seen) == 1
