"""model.generate: the same as reading all tokens anew each time, in the user's own tokens."""

import copy

import numpy as np
import pytest

import epynn as e
from epynn.commons.errors import DataError, LabelError, LayerError, ShapeError
from epynn.network import generation

TEXT = 'a quick brown fox jumps over the lazy dog. ' * 3
WINDOWS = [TEXT[i : i + 9] for i in range(len(TEXT) - 9)]
V = len(set(TEXT))


def read(sequences=True):
    """Return layers that read a text, step by step."""
    return {
        'rnn': lambda: [e.RNN(6, sequences=sequences)],
        'lstm': lambda: [e.LSTM(6, sequences=True), e.LayerNorm(), e.LSTM(5, sequences=sequences)],
        'gru': lambda: [e.Dropout(0.3), e.GRU(6, sequences=sequences)],
        'nested': lambda: [
            e.Parallel([[e.GRU(3, sequences=True)], [e.Residual([e.LSTM(V, sequences=True)])]]),
            e.GRU(4, sequences=sequences),
        ],
    }  # fmt: skip


def attend():
    return {
        'sinusoidal': lambda: [e.PositionalEncoding(), e.Attention(2, 8, causal=True)],
        'learned': lambda: [e.PositionalEncoding('learned', 64), e.Transformer(2, 9, causal=True)],
        'rotary': lambda: [
            e.Transformer(2, 9, causal=True, rotary=True, kv_heads=1, norm='post', dropout=0.1),
            e.BatchNorm(), e.Transformer(1, 4, causal=True), e.RMSNorm(),
        ],
    }  # fmt: skip


def answers():
    return e.TimeDistributed([e.Dense(7, e.tanh), e.Dense(V, e.softmax)])


def labels(per_step):
    following = [TEXT[i + 1 : i + 10] if per_step else TEXT[i + 9] for i in range(len(WINDOWS))]
    e2i = e.index_elements_auto([TEXT])[0]
    numbers = np.array([[e2i[token] for token in text] for text in following])
    return np.eye(V)[numbers if per_step else numbers[:, 0]]


def make(layers, per_step=True, loss='CCE', **settings):
    """Return a network that reads one-hot tokens, trained a little."""
    X = WINDOWS
    model = e.EpyNN([e.Embedding(X, labels(per_step), (1, 0, 0), 32, X_encode=True), *layers])
    settings |= {'optimizer': 'Adam', 'learning_rate': 0.01}
    model.initialize(loss, seed=1, verbose=False, **settings)
    model.train(2, verbose=0)
    return model


def from_numbers(layers):
    """Return a network that reads whole numbers, by a layer Tokens."""
    X = np.random.default_rng(0).integers(0, 7, (40, 6))
    layers = [e.Embedding(X[:, :-1], X[:, 1:], (1, 0, 0), per_step=True), e.Tokens(7, 4), *layers]
    model = e.EpyNN([*layers, e.TimeDistributed(e.Dense(7, e.softmax))])
    model.initialize('ICCE', seed=1, verbose=False)
    return model


def recompute(model, prompt, steps, seed, temperature=1.0, top_k=None):
    """Generate by a pass through all tokens for each new one; return text and probabilities."""
    rng, seen = np.random.default_rng(seed), []
    text = prompt
    for _ in range(steps):
        A = model.predict([text], X_encode=True).A
        seen.append(A[0, -1] if A.ndim == 3 else A[0])
        P = seen[-1] ** (1 / temperature)
        if top_k is not None:
            P = np.where(np.sort(P)[-top_k] <= P, P, 0)
        sums = np.cumsum(P / P.sum())
        text += model.embedding.i2e[int(np.searchsorted(sums, rng.random() * sums[-1], 'right'))]
    return text[len(prompt) :], np.array(seen)


@pytest.fixture
def seen(monkeypatch):
    """Collect the probabilities from which tokens are drawn."""
    outputs, right = [], generation.temper
    monkeypatch.setattr(
        generation, 'temper', lambda A, *how: (outputs.append(np.array(A)), right(A, *how))[1]
    )
    return outputs


CASES = {
    **{f'{name}-steps': (layers, True) for name, layers in {**read(), **attend()}.items()},
    **{f'{name}-last': (layers, False) for name, layers in read(False).items()},
}


@pytest.mark.parametrize('name', CASES)
def test_the_same_as_recomputing_from_scratch(name, seen):
    layers, per_step = CASES[name]
    model = make([*layers(), answers() if per_step else e.Dense(V, e.softmax)], per_step)
    text = model.generate('the qu', 12, seed=5)
    expected, outputs = recompute(model, 'the qu', 12, 5)
    assert text == expected
    np.testing.assert_allclose(np.concatenate(seen), outputs, rtol=0, atol=1e-12)


@pytest.mark.parametrize('name', ['lstm-steps', 'learned-steps', 'rotary-steps', 'nested-last'])
def test_several_prompts_of_other_lengths(name, seen):
    layers, per_step = CASES[name]
    model = make([*layers(), answers() if per_step else e.Dense(V, e.softmax)], per_step)
    prompts = ['a', 'jumps ov', 'fox ']
    texts = model.generate(prompts, 6, temperature=0)
    together = np.stack(seen, axis=1)
    for prompt, text, outputs in zip(prompts, texts, together, strict=True):
        seen.clear()
        assert model.generate(prompt, 6, temperature=0) == text
        np.testing.assert_allclose(np.concatenate(seen), outputs, rtol=0, atol=1e-12)


# WHAT IS DRAWN


def test_temperature_and_top_k():
    model = make([e.GRU(8), e.Dense(V, e.softmax)], per_step=False)
    for options in ({'temperature': 0.3}, {'temperature': 2.5, 'top_k': 4}, {'top_k': 2}):
        for seed in range(3):
            expected, _ = recompute(model, 'over', 8, seed, **options)
            assert model.generate('over', 8, seed=seed, **options) == expected
    likeliest = model.generate('over', 8, temperature=0)
    assert likeliest == model.generate('over', 8, temperature=0, seed=3)
    assert likeliest == model.generate('over', 8, top_k=1, seed=4)
    assert likeliest == model.generate('over', 8, temperature=1e-6, seed=4)
    assert model.generate('over', 8, top_k=10**6, seed=1) == model.generate('over', 8, seed=1)
    assert model.generate('over', 30, seed=1) != model.generate('over', 30, seed=2)
    assert model.generate('over', 30) != model.generate('over', 30)


def test_draws_have_the_probabilities():
    P = np.array([[0.0, 0.25, 0.0, 0.75, 0.0]])
    drawn = generation.draw(np.repeat(P, 4000, axis=0), np.random.default_rng(0))
    np.testing.assert_allclose(np.bincount(drawn, minlength=5) / 4000, P[0], atol=0.03)
    assert set(drawn) == {1, 3}  # nothing of probability 0, at the ends neither


def test_nothing_changes_and_state_is_left_alone():
    embedding = e.Embedding(WINDOWS, labels(True), (1, 0, 0), 30, X_encode=True, shuffle=False)
    model = e.EpyNN([embedding, e.LSTM(4, sequences=True, stateful=True), answers()])
    model.initialize('CCE', seed=1, verbose=False)
    before = copy.deepcopy(model)
    first = model.predict(['the q'], X_encode=True).A
    text = model.generate('a q', 5, seed=1)
    assert text == model.generate('a q', 5, seed=1)
    assert model.predict(['uick'], X_encode=True).A.shape == (1, 4, V)
    model.reset_states()
    np.testing.assert_array_equal(model.predict(['the q'], X_encode=True).A, first)
    model.train(1, verbose=0)
    before.train(1, verbose=0)
    assert model.metrics == before.metrics


def test_single_precision():
    model = make([e.GRU(6), e.Dense(V, e.softmax)], per_step=False, dtype='float32')
    assert len(model.generate('fox', 5, seed=1)) == 5


# KINDS OF PROMPTS


def test_what_follows_is_of_the_kind_of_the_prompt():
    model = make([e.GRU(6), e.Dense(V, e.softmax)], per_step=False)
    text = model.generate('fox', 4, seed=1)
    assert model.generate(['f', 'o', 'x'], 4, seed=1) == list(text)
    assert model.generate(['fox'], 4, seed=1) == [text]
    assert model.generate([['f', 'o', 'x']], 4, seed=1) == [list(text)]
    array = model.generate(np.array(['f', 'o', 'x']), 4, seed=1)
    assert isinstance(array, np.ndarray)
    assert array.tolist() == list(text)


def test_words_and_labels_that_are_encoded():
    """Tokens are words; the last one is never read, but a label: it has no column to be read."""
    words = ['we', 'few', 'we', 'happy', 'few', 'we', 'band']
    X = [words[i : i + 2] for i in range(4)]
    layers = [e.GRU(4), e.Dense(3, e.softmax)]
    model = e.EpyNN([e.Embedding(X, words[2:6], (1, 0, 0), X_encode=True, Y_encode=True), *layers])
    model.initialize('CCE', seed=1, verbose=False)
    follows = model.generate(['we', 'few'], 5, seed=2)
    assert len(follows) == 5
    assert set(follows) <= {'we', 'happy', 'few'}
    X[0] = ['we', 'band']
    model = e.EpyNN([e.Embedding(X[:3], ['we', 'few', 'end'], (1, 0, 0), X_encode=True,
                                 Y_encode=True), e.GRU(4), e.Dense(3, e.softmax)])  # fmt: skip
    model.initialize('CCE', seed=1, verbose=False)
    with pytest.raises(LabelError, match=r"labels such as 'end', which is none"):
        model.generate(['we'], 5)


def test_whole_numbers():
    model = from_numbers([e.Transformer(2, 6, causal=True)])
    one = model.generate([1, 2, 3], 5, seed=1)
    assert len(one) == 5
    assert all(type(token) is int and 0 <= token < 7 for token in one)
    array = model.generate(np.array([1, 2, 3]), 5, seed=1)
    assert array.tolist() == one
    many = model.generate(np.array([[1, 2, 3], [4, 5, 6]]), 5, seed=1)
    assert many.shape == (2, 5)
    assert model.generate([[1, 2, 3], [4]], 2, temperature=0)[1] == model.generate([4], 2, 0)


# REFUSED


@pytest.mark.parametrize(
    ('layer', 'name'),
    [
        (lambda: e.Bidirectional(e.LSTM(3, sequences=True)), 'Bidirectional'),
        (lambda: e.Attention(1), 'Attention'),
        (lambda: e.Transformer(1, 4), r'Attention\(1'),
        (lambda: e.Residual([e.GroupNorm(1)]), r'GroupNorm\('),
        (lambda: e.Convolution1D(3, 2, 1, 'causal'), 'Convolution1D'),
    ],
)
def test_layers_that_see_later_steps_are_refused_by_name(layer, name):
    model = from_numbers([layer()])
    with pytest.raises(LayerError, match=rf'got {name}.* in layer 2, whose output at a step may'):
        model.generate([1, 2], 3)


def test_a_class_of_its_own_has_to_say_that_it_reads_step_by_step():
    class Own(e.Template):
        def forward(self, A):
            A = self.receive_input(A)
            self.fc['A'] = A
            return A

    model = from_numbers([Own()])
    with pytest.raises(LayerError, match=r'Own\(\) in layer 2'):
        model.generate([1, 2], 3)
    Own.steps_in_turn = True
    assert len(model.generate([1, 2], 3)) == 3


def test_prompts_and_outputs_that_are_none():
    model = make([e.GRU(6), e.Dense(V, e.softmax)], per_step=False)
    with pytest.raises(DataError, match=r"EpyNN.generate\(prompt\), sample 0: .*got '!'"):
        model.generate('fox!', 3)
    with pytest.raises(DataError, match=r'EpyNN.generate\(prompt\)'):
        model.generate('', 3)
    numbers = e.EpyNN([e.Embedding(np.ones((4, 3, 2)), np.ones((4, 2))), e.GRU(2)])
    numbers.initialize(verbose=False)
    with pytest.raises(ShapeError, match=r'samples of shape \(m, 3, 2\) of numbers'):
        numbers.generate([1], 3)
    amounts = make([e.GRU(6), e.Dense(V, e.sigmoid)], per_step=False, loss='BCE')
    with pytest.raises(LabelError, match='outputs that are probabilities'):
        amounts.generate('fox', 3)


def test_the_end_of_learned_positions_is_said():
    model = from_numbers([e.PositionalEncoding('learned', 8), e.GRU(3, sequences=True)])
    assert len(model.generate([1, 2, 3], 6)) == 6
    with pytest.raises(ShapeError, match='PositionalEncoding, layer 2: expected at most 8 steps'):
        model.generate([1, 2, 3], 7)
