"""Memory: flat in the number of samples, and no step that takes much more than its arrays."""

import tracemalloc

import numpy as np
from networks import quiet

from epynn.commons.bound_activation import BoundActivation
from epynn.commons.maths import relu, softmax
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.network.models import EpyNN


def peak(function):
    """Return the largest number of bytes that a call needs beyond what is there before it."""
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_evaluate_and_predict_are_flat_from_1000_to_60000_samples():
    peaks = {'evaluate': [], 'predict': []}
    for m in (1000, 60_000):
        X, y = np.zeros((m, 8)), np.arange(m) % 2
        model = EpyNN([Embedding(X, y, (1, 0, 0), batch_size=256), Dense(2000, relu), Dense()])
        quiet(model, loss='BCE', metrics=[])
        peaks['evaluate'].append(peak(model.evaluate))
        peaks['predict'].append(peak(lambda model=model, X=X: model.predict(X)))
    for few, many in peaks.values():
        assert many <= 1.1 * few


def test_the_backward_pass_of_softmax_takes_at_most_four_times_its_input():
    Z = np.random.default_rng(0).standard_normal((2000, 500))
    f = BoundActivation(softmax)
    A, dA = f(Z), np.ones_like(Z)
    assert peak(lambda: f.gradient(dA, Z, A)) <= 4 * Z.nbytes


def test_a_convolution_takes_at_most_64_megabytes_beyond_inputs_and_outputs():
    X = np.random.default_rng(0).standard_normal((64, 14, 14, 32))
    layer = Convolution(64, 3, 1, padding=1, activate=relu)
    dA = np.ones_like(layer.forward(X))
    layer.fc.clear()

    def there_and_back():
        layer.forward(X)
        layer.backward(dA)
        layer.compute_gradients()

    # What is kept: Z, A and dZ of the shape of the output, dX of the shape of the input.
    kept = 3 * dA.nbytes + X.nbytes
    assert peak(there_and_back) <= 64 * 2**20 + kept
