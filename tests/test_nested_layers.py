"""Layers inside layers, three deep, at random: passes, gradients, files, twins, training."""

import copy
import pickle

import numpy as np
import pytest

import epynn as e
from epynn.commons.composite import Composite
from epynn.commons.models import Layer, walk_layers

DEEP = 3
SEEDS = range(5)


class Maker:
    """Draws layers that take features ``(m, n)``, or sequences ``(m, s, n)``."""

    def __init__(self, seed, sequences):
        self.rng, self.sequences = np.random.default_rng(seed), sequences

    def leaf(self, n):
        """Return a layer without others inside, or with one kind only, and its width."""
        u = int(self.rng.integers(2, 5))
        same = [e.LayerNorm, e.BatchNorm, lambda: e.Dropout(0.3), lambda: e.Activation(e.tanh)]
        wide = [lambda: e.Dense(u, e.tanh)]
        if self.sequences:
            wide = [
                lambda: e.GRU(u, sequences=True),
                lambda: e.LSTM(u, sequences=True),
                lambda: e.TimeDistributed([e.Dropout(0.2), e.Dense(u, e.tanh)]),
                lambda: e.Convolution1D(u, 3, 1, 'same', e.tanh),
            ]
            same += [
                lambda: e.Attention(1),
                lambda: e.Bidirectional(e.GRU(n, sequences=True), 'sum'),
            ]
        if self.rng.random() < 0.5:
            return wide[self.rng.integers(len(wide))](), u
        return same[self.rng.integers(len(same))](), n

    def to_width(self, u):
        """Return a layer that ends a chain in `u`."""
        return e.GRU(u, sequences=True) if self.sequences else e.Dense(u, e.tanh)

    def chain(self, n, depth):
        """Return a chain of one or two layers, and its width."""
        layers = []
        for _ in range(self.rng.integers(1, 3)):
            layer, n = self.layer(n, depth)
            layers.append(layer)
        return layers, n

    def layer(self, n, depth):
        """Return a layer for inputs of width `n`, and its own; composites up to `depth`."""
        if depth == 0:
            return self.leaf(n)
        if self.rng.random() < 0.4:
            inside, _ = self.chain(n, depth - 1)
            if self.rng.random() < 0.5:
                return e.Residual([*inside, self.to_width(n)]), n
            return e.Residual([*inside, self.to_width(3)], [self.to_width(3)]), 3
        low = int(self.rng.integers(0, n - 1))  # two at least, for LayerNorm
        parts = [None, [(0, n), (low, n)]][self.rng.integers(2)]
        join = ['concatenate', 'add', 'multiply', 'mean'][self.rng.integers(4)]
        branches, widths = zip(
            *(self.chain(n if parts is None else high - low, depth - 1)
              for low, high in parts or [(0, n)] * 2), strict=True,
        )  # fmt: skip
        if join == 'concatenate':
            return e.Parallel(branches, join, parts), sum(widths)
        return e.Parallel([[*each, self.to_width(3)] for each in branches], join, parts), 3


def make(seed, sequences, **settings):
    """Return an initialized network around nested layers."""
    maker = Maker(seed, sequences)
    X = np.random.default_rng(seed).standard_normal((12, 4, 3) if sequences else (12, 4))
    block, _ = maker.layer(X.shape[-1], DEEP)
    last = [e.GlobalPooling()] if sequences else []
    embedding = e.Embedding(X, np.arange(12) % 2, (1, 0, 0), 6, Y_encode=True)
    model = e.EpyNN([embedding, block, *last, e.Dense(2, e.softmax)])
    settings = {'optimizer': 'Adam', 'learning_rate': 0.01, 'reduction': 'mean'} | settings
    model.initialize('CCE', seed=seed, verbose=False, **settings)
    return model


def depth(layer):
    return 1 + max(map(depth, layer.children()), default=0)


each_network = pytest.mark.parametrize(
    ('seed', 'sequences'), [(seed, sequences) for seed in SEEDS for sequences in (False, True)]
)


def test_they_are_nested_and_of_every_kind():
    blocks = [make(seed, sequences).layers[1] for seed in SEEDS for sequences in (False, True)]
    assert max(map(depth, blocks)) > DEEP
    kinds = {type(layer) for layer in walk_layers(blocks)}
    assert {e.Residual, e.Parallel, e.TimeDistributed, e.Bidirectional, e.Attention} <= kinds


@each_network
def test_gradients(seed, sequences):
    model = make(seed, sequences)
    batch = model.embedding.batch_dtrain[0]
    result = e.check_gradients(model, batch.X, batch.Y, points=1)
    assert result, f'\n{result}'
    names = [check.tensor for check in result.checks]
    assert names[0] == 'dX'
    assert names[1:] == [
        f'{number} {layer.name} d{name}'
        for number, layer in enumerate(model.layers)
        for name in layer.p
    ]
    assert all(layer.p[name].shape == layer.ps[name] for layer in model.layers for name in layer.p)


@each_network
def test_files_twins_and_copies_are_the_same_to_the_bit(seed, sequences, tmp_path):
    model = make(seed, sequences)
    model.train(2, verbose=0)
    X = model.embedding.dtrain.X
    expected = model.predict(X).A
    path = model.write(tmp_path / 'model')
    read = e.read_model(path)
    for other in (read, copy.deepcopy(model), pickle.loads(pickle.dumps(model))):  # noqa: S301
        np.testing.assert_array_equal(other.predict(X).A, expected)
        assert repr(other.layers[1]) == repr(model.layers[1])
    block = model.layers[1]
    block.training = False
    A = block.forward(X)
    kept = dict(block.fc)
    np.testing.assert_array_equal(block.twin().forward(X), A)
    assert all(block.fc[name] is array for name, array in kept.items())
    twins = list(walk_layers([block.twin()]))
    assert not {id(layer) for layer in twins} & {id(layer) for layer in walk_layers([block])}
    model.summary()
    read.summary()


@each_network
def test_a_training_goes_on_from_its_file(seed, sequences, tmp_path):
    whole, part = make(seed, sequences), make(seed, sequences)
    whole.train(3, verbose=0)
    part.train(2, verbose=0)
    path = part.write(tmp_path / 'model', resume=True)
    data = e.Embedding(
        np.random.default_rng(seed).standard_normal((12, 4, 3) if sequences else (12, 4)),
        np.arange(12) % 2, (1, 0, 0), 6, Y_encode=True,
    )  # fmt: skip
    resumed = e.read_model(path, data=data)
    resumed.train(1, verbose=0)
    for name, p in whole.layers[1].p.items():
        np.testing.assert_array_equal(resumed.layers[1].p[name], p, err_msg=name)
    assert resumed.metrics == whole.metrics


@each_network
def test_float32_penalties_and_freezing_reach_every_layer(seed, sequences):
    model = make(seed, sequences, dtype='float32')
    block = model.layers[1]
    block.penalty = e.L2(0.1)
    assert block.compute_penalty() == pytest.approx(
        sum(0.05 * np.sum(block.p[name] ** 2) for name in block.weights()), rel=1e-5
    )
    model.train(1, verbose=0)
    assert all(p.dtype == np.float32 for p in block.p.values())
    assert all(
        array.dtype == np.float32
        for layer in walk_layers([block])
        for array in layer.fc.values()
        if getattr(array, 'dtype', np.dtype(bool)).kind == 'f'
    )
    before = {name: p.copy() for name, p in block.p.items()}
    block.trainable = False
    model.train(1, verbose=0)
    for name, p in before.items():
        np.testing.assert_array_equal(block.p[name], p)
    composites = [layer for layer in walk_layers([block]) if isinstance(layer, Composite)]
    streams = [each.np_rng for each in walk_layers([block])]
    assert len({id(stream) for stream in streams}) == len(streams)
    assert not any(layer.trainable for layer in composites)
    assert all(isinstance(layer, Layer) for layer in composites)
