"""What holds for RNN, LSTM and GRU alike."""

import numpy as np
import pytest
from gradients import check_layer, require
from recurrent import draw_parameters, run

from epynn import GRU, LSTM, RNN, Dense, Embedding, EpyNN
from epynn.commons.maths import orthogonal, softmax, xavier
from epynn.commons.maths.clipping import clip_gradient

LAYERS = [RNN, LSTM, GRU]
# The order of the draws, by the contract; the gates of the biases in the same order.
DRAWS = {RNN: 'U V', LSTM: 'Uf Vf Ui Vi Ug Vg Uo Vo', GRU: 'Uz Vz Ur Vr Uhh Vhh'}
each_layer = pytest.mark.parametrize('kind', LAYERS, ids=lambda kind: kind.__name__)
both = pytest.mark.parametrize('sequences', [False, True], ids=['last', 'all'])


# PARAMETERS


@each_layer
@pytest.mark.parametrize('initialization', [xavier, orthogonal])
def test_parameters_are_drawn_in_the_order_of_the_contract(kind, initialization, rng):
    m, s, e, u = 2, 3, 5, 4
    layer = kind(u, initialization=initialization)
    layer.np_rng = np.random.default_rng(11)
    layer.forward(rng.standard_normal((m, s, e)))
    by_hand = np.random.default_rng(11)
    for name in DRAWS[kind].split():
        shape = (e, u) if name[0] == 'U' else (u, u)
        np.testing.assert_array_equal(layer.p[name], initialization(shape, by_hand), err_msg=name)
        if name[0] == 'V':
            np.testing.assert_array_equal(layer.p[f'b{name[1:]}'], np.zeros((1, u)))
    assert len(layer.p) == 3 * len(DRAWS[kind].split()) // 2
    assert [name for name in layer.p if name[0] != 'b'] == DRAWS[kind].split()
    assert layer.np_rng.bit_generator.state == by_hand.bit_generator.state


# SEQUENCES


@each_layer
def test_the_last_of_all_states_is_what_is_given_without_sequences(kind, rng):
    X, dA = rng.standard_normal((3, 6, 4)), rng.standard_normal((3, 2))
    last, every = kind(2), kind(2, sequences=True)
    for layer in (last, every):
        layer.np_rng = np.random.default_rng(1)
    A, dX = run(last, X, dA)
    B, _ = run(every, X)
    assert A.shape == (3, 2)
    assert B.shape == (3, 6, 2)
    np.testing.assert_array_equal(A, B[:, -1])
    padded = np.zeros(B.shape)
    padded[:, -1] = dA
    np.testing.assert_array_equal(run(every, X, padded)[1], dX)
    for name in last.g:
        np.testing.assert_array_equal(every.g[name], last.g[name])


@each_layer
@both
def test_other_numbers_of_samples_and_steps(kind, sequences, rng):
    """Each call is as if it were the first one of a layer with the same parameters."""
    layer = kind(3, clip_gradients=False, sequences=sequences)
    for m, s in ((4, 5), (2, 9), (7, 1), (1, 5), (4, 5)):
        X = rng.standard_normal((m, s, 2))
        fresh = kind(3, clip_gradients=False, sequences=sequences)
        draw_parameters(layer if not layer.p else fresh, X, rng)
        fresh.forward(X)
        fresh.p = dict(layer.p)
        A, dX = run(layer, X)
        B, fresh_dX = run(fresh, X)
        assert A.shape == ((m, s, 3) if sequences else (m, 3))
        assert dX.shape == (m, s, 2)
        np.testing.assert_array_equal(A, B)
        np.testing.assert_array_equal(dX, fresh_dX)
        for name in layer.g:
            np.testing.assert_array_equal(layer.g[name], fresh.g[name])


@each_layer
def test_a_state_depends_on_no_later_step(kind, rng):
    X = rng.standard_normal((3, 6, 4))
    layer = kind(2, sequences=True)
    A = layer.forward(X)
    np.testing.assert_allclose(layer.forward(X[:, :4]), A[:, :4], rtol=0, atol=1e-14)


@each_layer
def test_outputs_and_gradients_are_not_overwritten_by_the_next_pass(kind, rng):
    X, Y = rng.standard_normal((2, 3, 4, 5))
    layer = kind(2, sequences=True)
    A, dX = run(layer, X)
    kept = {name: np.array(g) for name, g in layer.g.items()}
    references, A_copy, dX_copy = dict(layer.g), A.copy(), dX.copy()
    run(layer, Y)
    np.testing.assert_array_equal(A, A_copy)
    np.testing.assert_array_equal(dX, dX_copy)
    for name, g in references.items():
        np.testing.assert_array_equal(g, kept[name])


# STACKS AND NETWORKS


@pytest.mark.parametrize('above', LAYERS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize('below', LAYERS, ids=lambda kind: kind.__name__)
@both
def test_gradients_of_stacked_layers(below, above, sequences, rng, record_property):
    """The lower layer's gradients, as seen through the upper one."""
    first = below(3, clip_gradients=False, sequences=True)
    second = above(2, clip_gradients=False, sequences=sequences)
    X = rng.standard_normal((2, 4, 3))
    draw_parameters(first, X, rng)
    draw_parameters(second, first.forward(X), rng)

    class Stack(below):
        def forward(self, A):
            return second.forward(first.forward(A))

        def backward(self, dX):
            return first.backward(second.backward(dX))

        def compute_gradients(self):
            first.compute_gradients()
            self.g = first.g

    stack = Stack(3)
    stack.p = first.p
    checks = check_layer(stack, X)
    assert len(checks) == 1 + len(first.p)
    record_property('worst', max(check.error for check in checks))
    require(checks, 1e-7)


@each_layer
@both
def test_a_network_learns_from_strings(kind, sequences, rng):
    """Words begin and end by the same letter or not: the first step counts as much as the last."""
    words = rng.choice(list('AB'), size=(60, 5))
    labels = words[:, 0] == words[:, -1]
    recurrent = [kind(8, sequences=True), kind(8)] if sequences else [kind(8)]
    embedding = Embedding(
        words.tolist(), labels.astype(int), (1, 0, 0), batch_size=10, X_encode=True, Y_encode=True
    )
    model = EpyNN([embedding, *recurrent, Dense(2, softmax)])
    model.initialize(loss='CCE', seed=1, verbose=False)
    model.train(60, verbose=0)
    assert model.metrics['accuracy'][0][-1] == 1
    assert model.metrics['CCE'][0][-1] < 0.05
    assert model.predict(words[:7].tolist(), X_encode=True).A.shape == (7, 2)


# CLIPPING


@each_layer
def test_gradients_are_clipped_or_not(kind, rng):
    X, dA = rng.standard_normal((3, 4, 5)), 100 * rng.standard_normal((3, 2))
    free, clipped = kind(2, clip_gradients=False), kind(2, clip_gradients=True)
    draw_parameters(free, X, rng)
    clipped.p = free.p
    _, dX = run(free, X, dA)
    _, clipped_dX = run(clipped, X, dA)
    np.testing.assert_array_equal(clipped_dX, dX)
    norm = np.sqrt(sum(np.sum(g * g) for g in clipped.g.values()))
    assert norm == pytest.approx(0.25)
    assert np.sqrt(sum(np.sum(g * g) for g in free.g.values())) > 1
    clip_gradient(free)
    for name, g in free.g.items():
        np.testing.assert_array_equal(clipped.g[name], g)


@each_layer
def test_small_gradients_are_not_clipped(kind, rng):
    X, dA = rng.standard_normal((3, 4, 5)), 1e-4 * rng.standard_normal((3, 2))
    free, clipped = kind(2, clip_gradients=False), kind(2, clip_gradients=True)
    draw_parameters(free, X, rng)
    clipped.p = free.p
    run(free, X, dA)
    run(clipped, X, dA)
    for name, g in free.g.items():
        np.testing.assert_array_equal(clipped.g[name], g)


# DATA TYPES


@each_layer
def test_one_hot_integers_are_taken(kind):
    X = np.eye(3, dtype=int)[[[0, 1, 2, 1], [2, 2, 0, 1]]]
    layer = kind(2)
    A, dX = run(layer, X)
    assert A.dtype == dX.dtype == np.float64
    np.testing.assert_array_equal(layer.forward(X.astype(float)), A)
