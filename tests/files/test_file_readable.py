"""What is written can be read: a network that was changed by hand so that it cannot is refused."""

import numpy as np
import pytest
from networks import make_classifier, quiet
from saved_networks import OWN, make_own

from epynn import BatchNorm, Dense, LayerNorm, read_model
from epynn.commons.errors import ArgumentError, LayerError
from epynn.commons.maths import tanh
from epynn.commons.models import Layer


def put(name, value, kind='p'):
    return lambda layer: getattr(layer, kind).update({name: value})


@pytest.mark.parametrize(('change', 'words'), [
    (put('W', np.ones((4, 6))), r'floating-point parameters of Dense of shape .*W.*\(4, 6\)'),
    (put('W', np.ones((4, 5, 1))), 'floating-point parameters of Dense of shape'),
    (put('W', np.ones((4, 5), int)), 'floating-point parameters of Dense'),
    (put('W', np.ones((4, 5), bool)), 'floating-point parameters of Dense'),
    (put('W', np.ones((4, 5), np.float16)), 'array 1.p.W: .*got float16'),
    (put('W', np.ones((4, 5), complex)), 'array 1.p.W: .*got complex128'),
    (put('W', np.ones((4, 5), object)), 'array 1.p.W: .*got object'),
    (put('W', np.full((4, 5), np.nan)), 'array 1.p.W: expected finite numbers'),
    (put('W', np.ma.masked_array(np.ones((4, 5)), False)), r"Dense, p\['W'\]: expected an array"),
    (put('W', None), r"EpyNN.write, Dense, p\['W'\]: expected an array"),
    (put('W', [[1.0] * 5] * 4), r"Dense, p\['W'\]: .*got .*Set it to an array of NumPy"),
    (put('W', print), r"Dense, p\['W'\]"), (put(3, np.ones(2)), r'Dense, p\[3\]'),
    (put('\ud800', np.ones(2)), r'Dense, p\['), (put('V', np.ones(2)), "'V'"),
    (lambda layer: layer.p.pop('b'), 'floating-point parameters of Dense of shape .*b'),
    (lambda layer: layer.p.clear(), 'parameters'),
    (put('mean', np.ones(2), 's'), 'mean'),
    (lambda layer: setattr(layer, 'lrate', [-1.0]), 'a learning rate for each epoch'),
])  # fmt: skip
def test_a_file_that_nobody_could_read_is_not_written(change, words, tmp_path):
    model = quiet(make_classifier())
    path = model.write(tmp_path / 'model')
    old = path.read_bytes()
    change(model.layers[1])
    with pytest.raises(ArgumentError, match=words) as caught:
        model.write(path)
    assert caught.value.remedy
    assert path.read_bytes() == old


def test_statistics_that_could_not_be_read_are_not_written(tmp_path):
    model = quiet(make_classifier(Dense(4, tanh), BatchNorm()))
    model.layers[2].s = {name: -np.ones_like(s) for name, s in model.layers[2].s.items()}
    with pytest.raises(ArgumentError, match=r'EpyNN.write: expected a network that can be read'):
        model.write(tmp_path / 'model')


class Slope(Layer):
    """A layer of the user, whose slope may be changed without its constructor."""

    def __init__(self):
        super().__init__()
        self.slope = 1.0

    def compute_shapes(self, A):
        self.d['m'] = len(A)

    def forward(self, A):
        self.fc['A'] = self.slope * self.receive_input(A)
        return self.fc['A']

    def backward(self, dX):
        return self.slope * self.receive_gradient(dX)


@pytest.mark.parametrize(('make', 'change'), [
    (lambda: make_classifier(Slope()), lambda model: setattr(model.layers[1], 'slope', 2.0)),
    (lambda: make_classifier(Dense(4, tanh)),
     lambda model: setattr(model.layers[1], 'forward', lambda A: np.ones((len(A), 4)))),
    (lambda: make_classifier(LayerNorm()), lambda model: setattr(model.layers[1], 'epsilon', 9.0)),
])  # fmt: skip
def test_a_file_that_would_predict_something_else_is_not_written(make, change, tmp_path):
    model = quiet(make())
    path = model.write(tmp_path / 'model')
    old = path.read_bytes()
    change(model)
    with pytest.raises(ArgumentError, match='predicts other numbers than the file would'):
        model.write(path)
    assert path.read_bytes() == old


def test_another_activation_is_written(tmp_path):
    model = quiet(make_classifier(Dense(5)))
    model.layers[1].set_activations(activate=tanh)
    X = model.embedding.dtrain.X
    again = read_model(model.write(tmp_path / 'model'))
    np.testing.assert_array_equal(again.predict(X).A, model.predict(X).A)
    assert repr(again.layers[1]) == repr(model.layers[1]) == 'Dense(5, activate=tanh)'


def test_an_activation_is_put_by_its_method():
    model = quiet(make_classifier())
    model.layers[1].activate = tanh
    with pytest.raises(LayerError, match=r'Write layer.set_activations\(activate=...\)'):
        model.train(1, verbose=0)


def test_the_data_type_is_changed_by_initialize(tmp_path):
    model = quiet(make_classifier())
    model.dtype = np.dtype('float32')
    with pytest.raises(ArgumentError, match=r'data type of the network, float32, .* of float64'):
        model.write(tmp_path / 'model')


def test_the_look_at_what_is_written_leaves_no_trace(tmp_path):
    model = make_own()
    twin = make_own()
    model.write(tmp_path / 'model')
    for one in (model, twin):
        one.train(3, verbose=0)
    for ours, theirs in zip(model.layers, twin.layers, strict=True):
        for name in ours.p:
            np.testing.assert_array_equal(ours.p[name], theirs.p[name])
    assert read_model(tmp_path / 'model', custom=OWN).epochs == 2
