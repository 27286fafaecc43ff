"""States that recurrent layers carry from one pass to the next."""

import numpy as np
import pytest
from gradients import compare, numeric_gradient, require

import epynn as e
from epynn.commons.errors import ArgumentError, LayerError, ShapeError

CELLS = (e.RNN, e.LSTM, e.GRU)
PIECES = [slice(0, 5), slice(5, 6), slice(6, 12)]
rng = np.random.default_rng(0)
X = rng.standard_normal((4, 12, 3))
MASK = rng.random((4, 12)) < 0.6


def make(cell, **options):
    layer = cell(5, clip_gradients=False, sequences=True, **options)
    layer.np_rng = np.random.default_rng(1)
    return layer


def run(layer, X, mask):
    layer.mask = mask
    return layer.forward(X)


@pytest.mark.parametrize('cell', CELLS)
@pytest.mark.parametrize('masked', [False, True])
def test_pieces_give_what_the_whole_gives(cell, masked):
    mask = MASK if masked else None
    whole = run(make(cell), X, mask)
    layer = make(cell, stateful=True)
    for piece in PIECES:
        A = run(layer, X[:, piece], mask[:, piece] if masked else None)
        np.testing.assert_allclose(A, whole[:, piece], rtol=0, atol=1e-14)
    assert all(array.base is None for array in layer.carried.values())  # no view of all steps


@pytest.mark.parametrize('cell', CELLS)
def test_any_layer_goes_on_from_step_to_step_when_it_is_told_to(cell):
    layer, whole = make(cell), run(make(cell), X, None)
    layer.carries = True
    for t in range(12):
        np.testing.assert_allclose(
            layer.forward(X[:, t : t + 1])[:, 0], whole[:, t], rtol=0, atol=1e-14
        )


@pytest.mark.parametrize('cell', CELLS)
def test_gradients_take_what_is_carried_for_a_constant(cell):
    layer = make(cell, stateful=True)
    layer.forward(X[:, :5])
    carried, piece = layer.carried, X[:, 5:].copy()

    def forward():
        layer.carried = carried
        return layer.forward(piece)

    R = rng.standard_normal(forward().shape)
    dX = layer.backward(R)
    layer.compute_gradients()
    g = {name: layer.g[f'd{name}'] for name in layer.p}
    checks = [compare(cell.__name__, 'X', dX, numeric_gradient(forward, piece, R))]
    for name, gradient in g.items():
        checks.append(
            compare(cell.__name__, name, gradient, numeric_gradient(forward, layer.p[name], R))
        )
    require(checks)


def test_a_layer_that_is_not_stateful_keeps_nothing():
    layer = make(e.LSTM)
    layer.forward(X)
    assert layer.carried == {}
    assert not layer.carries


def test_gradients_of_a_stateful_layer_can_be_checked():
    layer = make(e.GRU, stateful=True)
    layer.forward(X)
    before = layer.carried['h'].copy()
    assert e.check_gradients(layer, X[:2])
    np.testing.assert_array_equal(layer.carried['h'], before)


def test_samples_and_units_have_to_be_those_that_are_carried():
    layer = make(e.LSTM, stateful=True)
    layer.forward(X)
    with pytest.raises(ShapeError, match=r'LSTM: expected 4 samples, which go on.*got 3'):
        layer.forward(X[:3])
    layer.carried = {name: array[:, :2] for name, array in layer.carried.items()}
    with pytest.raises(ShapeError, match=r"LSTM.carried\['h'\]: expected an array of shape \(4, 5"):
        layer.forward(X)


def test_two_directions_cannot_go_on():
    with pytest.raises(ArgumentError, match=r'Bidirectional.layer: .*steps that are still to come'):
        e.Bidirectional(e.LSTM(3, stateful=True))
    layer = e.Bidirectional(e.LSTM(3))
    layer.carries = True
    with pytest.raises(LayerError, match='Bidirectional: expected whole sequences'):
        layer.forward(X)
