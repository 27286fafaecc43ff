"""Classifier, regressor and transformer: what they learn, keep and refuse."""

import pickle

import numpy as np
import pytest

pytest.importorskip('sklearn')

from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_digits, load_iris, make_multilabel_classification
from sklearn.exceptions import NotFittedError

from epynn import (
    LSTM,
    Adam,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    LabelSmoothing,
    Pooling,
    Tokens,
    relu,
    tanh,
)
from epynn.commons.errors import ArgumentError
from epynn.commons.loss import CCE
from epynn.estimators import EpyNNClassifier, EpyNNRegressor, EpyNNTransformer

X, y = load_iris(return_X_y=True)
NAMES = np.array(['setosa', 'versicolor', 'virginica'])
FEW = {'max_epochs': 5, 'random_state': 0}


@pytest.fixture(scope='module')
def fitted():
    return EpyNNClassifier(random_state=0).fit(X, NAMES[y])


# WHAT IS LEARNED


def test_a_classifier_learns_labels_of_any_kind(fitted):
    assert fitted.classes_.tolist() == NAMES.tolist()
    assert fitted.score(X, NAMES[y]) > 0.95
    assert set(fitted.predict(X)) == set(NAMES)
    assert np.allclose(fitted.predict_proba(X).sum(axis=1), 1)
    assert (fitted.decision_function(X).argmax(axis=1) == fitted.predict_proba(X).argmax(1)).all()


def test_two_classes_have_one_output_and_two_columns_of_probabilities():
    model = EpyNNClassifier(random_state=0, max_epochs=30).fit(X, y > 0)
    assert model.network_.layers[-1].d['u'] == 1
    assert model.predict_proba(X).shape == (150, 2)
    assert model.decision_function(X).shape == (150,)
    assert model.predict(X).dtype == bool
    assert model.score(X, y > 0) == 1


def test_several_labels_a_sample_are_decided_each():
    X, Y = make_multilabel_classification(200, 10, n_classes=4, random_state=0)
    model = EpyNNClassifier(random_state=0).fit(X, Y)
    assert model.predict(X).shape == model.predict_proba(X).shape == Y.shape
    assert model.classes_.tolist() == [0, 1, 2, 3]
    assert model.score(X, Y) > 0.9


def test_labels_of_which_each_sample_happens_to_have_one_are_several_all_the_same():
    Y = np.eye(3, dtype=int)[y]
    model = EpyNNClassifier(random_state=0).fit(X, Y)
    assert model.network_.layers[-1].activation['activate'] == 'sigmoid'
    decided = model.network_.predict(model.feature_scale_.apply(X)).P
    assert np.array_equal(decided, model.predict(X))
    assert model.score(X, Y) > 0.9


def test_a_regressor_learns_one_amount_or_several():
    X, y = load_diabetes(return_X_y=True)
    one = EpyNNRegressor(random_state=0).fit(X, y)
    assert one.predict(X).shape == y.shape
    assert one.score(X, y) > 0.5
    two = EpyNNRegressor(random_state=0).fit(X, np.c_[y, -1000 * y])
    assert two.predict(X).shape == (442, 2)
    assert two.score(X, np.c_[y, -1000 * y]) > 0.5


def test_images_of_one_channel_are_learned_by_a_convolution():
    digits, label = load_digits(return_X_y=True)
    images = digits[:400].reshape(-1, 8, 8, 1)
    layers = [Convolution(8, (3, 3), 1, padding=1, activate=relu), Pooling((2, 2)), Flatten()]
    model = EpyNNClassifier(layers=layers, batch_size=32, max_epochs=8, random_state=0)
    model.fit(images, label[:400])
    assert model.score(images, label[:400]) > 0.9
    assert model.feature_scale_.mean.shape == (1,)
    with pytest.raises(ValueError, match='8, 8'):
        model.predict(images[:, :, :5])


def test_samples_of_more_axes_pass_through_flatten_to_hidden_layers(rng):
    steps = rng.normal(size=(60, 5, 2))
    model = EpyNNClassifier(**FEW).fit(steps, np.arange(60) % 2)
    assert [layer.name for layer in model.network_.layers[1:]] == ['Flatten', 'Dense', 'Dense']


def test_sequences_are_learned_by_an_lstm(rng):
    steps = rng.normal(5, 2, size=(120, 6, 2))
    sums = steps[:, :, 0].sum(axis=1)
    model = EpyNNRegressor(layers=[LSTM(8)], batch_size=30, max_epochs=30, random_state=0)
    assert model.fit(steps, sums).score(steps, sums) > 0.8
    assert model.feature_scale_.mean.shape == (2,)


def test_tokens_are_not_scaled(rng):
    words = rng.integers(0, 12, size=(80, 6))
    model = EpyNNClassifier(layers=[Tokens(12, 4), Flatten()], random_state=0)
    model.fit(words, words[:, 0] > 5)
    assert model.feature_scale_ is None
    assert model.score(words, words[:, 0] > 5) > 0.9


def test_a_function_makes_the_layers_and_is_told_of_the_data():
    seen = []

    def make(meta, units, drop=0.0):
        seen.append(meta)
        return [Dense(units, tanh), Dropout(drop)]

    model = EpyNNClassifier(layers=make, layers_kwargs={'units': 7}, **FEW).fit(X, NAMES[y])
    assert model.network_.layers[1].d['u'] == 7
    assert seen[0].features == (4,)
    assert seen[0].classes.tolist() == NAMES.tolist()
    assert seen[0].outputs == 3


def test_layers_that_are_given_stay_as_they_were():
    layer = Dense(6, relu)
    model = EpyNNRegressor(layers=[layer], **FEW).fit(X, y)
    assert not layer.p
    assert model.network_.layers[1] is not layer


def test_features_of_the_transformer_are_the_activations_of_a_layer():
    transformer = EpyNNTransformer(EpyNNClassifier(hidden=(8, 3), **FEW), layer=1).fit(X, y)
    assert transformer.transform(X).shape == (150, 8)
    assert transformer.get_feature_names_out()[0] == 'epynntransformer0'
    network, scale = transformer.estimator_.network_, transformer.estimator_.feature_scale_
    A = network.layers[1].twin().forward(scale.apply(X))
    assert np.array_equal(A, transformer.transform(X))
    assert EpyNNTransformer(EpyNNRegressor(hidden=5, **FEW)).fit_transform(X, y).shape == (150, 5)


def test_a_transformer_refuses_a_layer_that_there_is_not():
    with pytest.raises(ArgumentError, match=r'layer.*3 layers'):
        EpyNNTransformer(EpyNNClassifier(**FEW), layer=3).fit(X, y)


# WEIGHTS


@pytest.mark.parametrize('kind', [EpyNNClassifier, EpyNNRegressor])
def test_weights_stand_for_samples_repeated_and_left_out(kind, rng):
    w = rng.integers(0, 4, 150)
    shuffled = rng.permutation(150)
    target = y if kind is EpyNNClassifier else X[:, 0] * X[:, 1]
    weighed = kind(random_state=0).fit(X[shuffled], target[shuffled], w[shuffled])
    repeated = kind(batch_size=1000, random_state=0).fit(X.repeat(w, 0), target.repeat(w))
    assert np.allclose(weighed._compute(X), repeated._compute(X), rtol=1e-7, atol=1e-9)


def test_the_loss_is_divided_by_the_sum_of_the_weights():
    ones = EpyNNRegressor(**FEW).fit(X, y, np.ones(150))
    tens = EpyNNRegressor(**FEW).fit(X, y, np.full(150, 10.0))
    assert np.allclose(ones.loss_curve_, tens.loss_curve_)


def test_balanced_classes_count_weights_as_samples(rng):
    w = rng.integers(0, 4, 150)
    few = {**FEW, 'class_weight': 'balanced'}
    weighed = EpyNNClassifier(**few).fit(X, y, w)
    repeated = EpyNNClassifier(batch_size=1000, **few).fit(X.repeat(w, 0), y.repeat(w))
    assert np.allclose(weighed.predict_proba(X), repeated.predict_proba(X))


def test_a_class_of_weight_zero_remains_a_class():
    model = EpyNNClassifier(class_weight={0: 0}, random_state=0).fit(X, y)
    assert len(model.classes_) == 3
    assert (model.predict(X[:50]) != 0).mean() > 0.5


# HOW FAR


def test_what_is_pickled_has_neither_data_nor_caches(fitted):
    many = np.repeat(X, 40, axis=0)
    model = EpyNNClassifier(max_epochs=1, random_state=0).fit(many, np.repeat(y, 40))
    size = len(pickle.dumps(model))
    numbers = sum(layer.count_parameters() for layer in model.network_.layers)
    assert size < 3 * 8 * numbers + 30_000  # parameters, and two moments of each
    again = pickle.loads(pickle.dumps(fitted))  # noqa: S301
    assert np.array_equal(again.predict_proba(X), fitted.predict_proba(X))
    assert len(pickle.dumps(EpyNNClassifier())) < 2000


def test_a_network_in_hand_predicts_and_goes_to_a_file(fitted, tmp_path):
    from epynn import read_model

    path = fitted.network_.write(tmp_path / 'iris')
    A = read_model(path).predict(fitted.feature_scale_.apply(X)).A
    assert np.array_equal(A, fitted.predict_proba(X))


def test_a_clone_of_a_fitted_one_is_not_fitted(fitted):
    with pytest.raises(NotFittedError):
        clone(fitted).predict(X)


def test_the_same_seed_gives_the_same_network_in_either_precision():
    for dtype in ('float32', 'float64'):
        one, two = (EpyNNClassifier(dtype=dtype, **FEW).fit(X, y) for _ in range(2))
        assert one.predict_proba(X).dtype == dtype
        assert np.array_equal(one.predict_proba(X), two.predict_proba(X))


def test_without_a_seed_networks_differ():
    one, two = (EpyNNClassifier(max_epochs=2).fit(X, y) for _ in range(2))
    assert not np.array_equal(one.predict_proba(X), two.predict_proba(X))


def test_losses_and_optimizers_are_those_of_epynn():
    model = EpyNNClassifier(
        loss=LabelSmoothing(CCE, 0.1), optimizer=Adam(beta1=0.8), schedule='steady', **FEW
    )
    assert model.fit(X, y).network_.optimizer.beta1 == 0.8
    assert EpyNNRegressor(loss='Huber', **FEW).fit(X, y).network_.training_loss.__name__ == 'Huber'


def test_the_network_of_whole_amounts_decides_nothing():
    model = EpyNNRegressor(standardize=False, **FEW).fit(X, y)
    prediction = model.network_.predict(X)
    assert prediction.P is prediction.A


def test_losses_of_amounts_above_zero_take_targets_as_they_are():
    model = EpyNNRegressor(loss='MSLE', standardize=False, **FEW).fit(X, y)
    assert model.feature_scale_ is None
    assert model.target_scale_ is None
