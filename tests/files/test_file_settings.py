"""What a file holds of settings: all of epynn, and functions and layers of one's own."""

import itertools
from functools import partial

import numpy as np
import pytest
from networks import make_classifier, make_data, quiet
from saved_networks import OWN, Band, accuracy, assert_same_network, bent, make_own, small

import epynn
from epynn.activation.models import Activation
from epynn.commons.errors import ArgumentError, ModelFileError
from epynn.commons.library import read_model
from epynn.commons.loss import CCE, Huber, LabelSmoothing, loss_functions
from epynn.commons.maths import ACTIVATIONS, elu, identity, lrelu, softmax, tanh
from epynn.commons.maths.initializers import INITIALIZERS, Constant, Normal, Uniform
from epynn.commons.metrics import TopK, metrics_functions
from epynn.commons.models import Layer
from epynn.commons.optimize import OPTIMIZERS, Adam, AdamW, Momentum
from epynn.commons.schedule import Cosine, OneCycle, ReduceOnPlateau, WarmUp, exp_decay
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.files.vocabulary import CLASS_NAMES, CLASSES, FUNCTION_NAMES, FUNCTIONS, LAYERS
from epynn.network.models import EpyNN
from epynn.rnn.models import RNN
from epynn.template.models import Template

# Settings of every kind


def test_names_mean_one_thing():
    for name, function in itertools.chain(*(table.items() for table in FUNCTIONS.values())):
        assert FUNCTION_NAMES[name] is function
    assert len(CLASS_NAMES) == len({*itertools.chain(*CLASSES.values())})
    assert not FUNCTION_NAMES.keys() & CLASS_NAMES.keys() - {'Huber'}


def test_files_may_name_every_layer():
    public = [getattr(epynn, name) for name in epynn.__all__]
    layers = {each for each in public if isinstance(each, type) and issubclass(each, Layer)}
    assert {*LAYERS.values()} == layers - {Layer}


@pytest.mark.parametrize('activation', ACTIVATIONS.values(), ids=list(ACTIVATIONS))
def test_every_activation(activation, tmp_path):
    model = quiet(make_classifier(Dense(4, activation), Activation(activation)))
    again = read_model(model.write(tmp_path / 'model'))
    assert_same_network(model, again)


@pytest.mark.parametrize('initializer', [
    *INITIALIZERS.values(), Constant(0.25), Normal(0.1, 0.2), Uniform(-1, 2)
])  # fmt: skip
def test_every_initializer(initializer, tmp_path):
    model = quiet(make_classifier(Dense(4, tanh, initializer)))
    again = read_model(model.write(tmp_path / 'model'))
    assert again.layers[1].initialization == initializer


@pytest.mark.parametrize('loss', [
    *loss_functions(), Huber(0.5), LabelSmoothing(loss_functions('ICCE')), LabelSmoothing(CCE, 0.2)
])  # fmt: skip
def test_every_loss(loss, tmp_path):
    labels = loss == 'ICCE' or getattr(loss, 'loss', None) is loss_functions('ICCE')
    X, y = make_data()
    activate = identity if loss == 'Hinge' else softmax
    model = EpyNN([Embedding(X, y, Y_encode=not labels), Dense(3, activate)])
    quiet(model, loss=loss).train(1, 0)
    assert_same_network(model, read_model(model.write(tmp_path / 'model')))


def test_every_metric(tmp_path):
    metrics = [*metrics_functions(), *loss_functions(), TopK(1), TopK(2)]
    refused = ('ICCE', 'ROC_AUC', *(f for f in metrics_functions() if f.endswith('_samples')))
    metrics = [name for name in metrics if name not in refused]
    model = quiet(make_classifier(), metrics=metrics)
    model.train(2, verbose=0)
    again = read_model(model.write(tmp_path / 'model'))
    assert_same_network(model, again)
    dset = model.embedding.dtrain
    for name, function in model.metrics_functions.items():
        assert np.all(again.metrics_functions[name](dset.Y, dset.A) == function(dset.Y, dset.A))


@pytest.mark.parametrize('optimizer', [
    *OPTIMIZERS, Momentum(momentum=0.5, clip_value=1),
    Adam(beta1=0.8, beta2=0.9, epsilon=1e-6, amsgrad=True, weight_decay=0.1),
    AdamW(weight_decay=0.3, beta1=0.5), AdamW(clip_norm=2),
], ids=str)  # fmt: skip
def test_every_optimizer(optimizer, tmp_path):
    model = quiet(make_classifier(), optimizer=optimizer)
    again = read_model(model.write(tmp_path / 'model'))
    assert type(again.optimizer) is type(model.optimizer)
    assert vars(again.optimizer) == vars(model.optimizer)


@pytest.mark.parametrize('schedule', [
    'steady', 'exp_decay', 'lin_decay', 'cosine', 'warm_up', 'one_cycle', 'reduce_on_plateau',
    exp_decay, Cosine(0.2), OneCycle(0.5), ReduceOnPlateau(patience=0),
    WarmUp(2, OneCycle(0.4), 0.2), WarmUp(1, 'exp_decay'),
])  # fmt: skip
def test_every_schedule_and_the_rates_that_were(schedule, tmp_path):
    model = quiet(make_classifier(), se_hPars={'schedule': schedule, 'learning_rate': 0.05})
    model.train(3, verbose=0)
    model.train(2, verbose=0)  # a cycle over all epochs is now longer: rates cannot be guessed
    again = read_model(model.write(tmp_path / 'model'))
    assert again.se_hPars == model.se_hPars
    assert [layer.lrate for layer in again.layers] == [layer.lrate for layer in model.layers]


@pytest.mark.parametrize('labels', [
    [True, False], [b'x', b'y'], ['a', 'ü'], [-1, 7], [0.5, float('inf')], [('a', 1), ('b', 2)],
])  # fmt: skip
def test_labels_and_tokens_of_every_kind(labels, tmp_path):
    tokens = [labels, labels[::-1], [labels[0]] * 2, [labels[1]] * 2]
    Y = [labels[i % 2] for i in range(4)] if not isinstance(labels[0], tuple) else [0, 1, 0, 1]
    embedding = Embedding(tokens, Y, (1, 0, 0), X_encode=True, Y_encode=True)
    model = quiet(EpyNN([embedding, RNN(3), Dense(2, softmax)]))
    again = read_model(model.write(tmp_path / 'model'))
    assert_same_network(model, again)
    assert again.predict(tokens, X_encode=True).A.shape == (4, 2)


def test_metrics_that_are_no_numbers(tmp_path):
    X, _ = make_data()
    model = quiet(EpyNN([Embedding(X, np.zeros(24)), Dense(1)]), loss='BCE', metrics=['ROC_AUC'])
    model.train(2, verbose=0)
    again = read_model(model.write(tmp_path / 'model'))
    assert np.isnan(model.metrics['ROC_AUC'][0]).all()
    np.testing.assert_array_equal(again.metrics['ROC_AUC'][0], [np.nan, np.nan])


def test_settings_that_epynn_does_not_know_stay_without_a_word(tmp_path):
    model = make_classifier()
    with pytest.warns(UserWarning, match='mine'):
        quiet(model, se_hPars={'mine': (1, [2.5], {'a': None})})
    again = read_model(model.write(tmp_path / 'model'))
    assert again.se_hPars['mine'] == (1, [2.5], {'a': None})


def test_hyper_parameters_in_force_are_saved_with_those_to_come(tmp_path):
    """Changed after `initialize`, they were in force only once the network was read."""
    model = make_classifier(
        Dense(4, lrelu), Dense(4, elu, se_hPars={'ELU_alpha': 0.5}), Activation(softmax)
    )
    quiet(model, se_hPars={'LRELU_alpha': 0.1, 'softmax_temperature': 3})
    model.se_hPars.update(LRELU_alpha=0.9, ELU_alpha=0.9, softmax_temperature=1)
    model.layers[2].se_hPars['ELU_alpha'] = 0.7
    X = model.embedding.dtrain.X
    A = model.predict(X).A
    again = read_model(model.write(tmp_path / 'model'))
    np.testing.assert_array_equal(again.predict(X).A, A)
    assert again.se_hPars == model.se_hPars
    assert again.layers[2].se_hPars == {'ELU_alpha': 0.7}
    again = read_model(again.write(tmp_path / 'model'))
    np.testing.assert_array_equal(again.predict(X).A, A)


@pytest.mark.parametrize('deterministic', [True, False])
def test_one_thread_is_remembered(deterministic, tmp_path):
    """A deterministic network that was read predicted by as many threads as there are."""
    model = quiet(make_classifier(), deterministic=deterministic)
    assert read_model(model.write(tmp_path / 'model')).deterministic is deterministic


# Functions and layers of one's own


def test_what_is_handed_in_is_used(tmp_path):
    model = make_own()
    again = read_model(model.write(tmp_path / 'model'), custom=OWN)
    assert_same_network(model, again)
    X = model.embedding.dtrain.X
    np.testing.assert_array_equal(again.predict(X).A, model.predict(X).A)
    assert again.metrics_functions['accuracy'] is accuracy  # and not that of epynn
    assert again.layers[1].factors == (2.0, 0.5)
    assert again.layers[2].layers[0].initialization == Band(-0.1)


@pytest.mark.parametrize('missing', OWN)
def test_what_is_not_handed_in_is_asked_for(tmp_path, missing):
    path = make_own().write(tmp_path / 'model')
    name = missing.__name__
    with pytest.raises(ModelFileError, match=rf'your own {name}.*custom=\[{name}\]'):
        read_model(path, custom=[thing for thing in OWN if thing is not missing])


def test_a_function_of_yours_is_not_taken_for_that_of_epynn(tmp_path):
    def relu(x, deriv=False):
        return bent(x, deriv)

    class Dense2(Dense):
        pass

    Dense2.__name__ = 'Dense'
    model = quiet(make_classifier(Dense2(3, relu)))
    path = model.write(tmp_path / 'model')
    with pytest.raises(ModelFileError, match='your own relu'):
        read_model(path, custom=[Dense2])
    with pytest.raises(ModelFileError, match='your own Dense'):
        read_model(path, custom=[relu])
    assert_same_network(model, read_model(path, custom=[relu, Dense2]))


def test_things_that_nobody_needs_may_be_handed_in(tmp_path):
    model = quiet(make_classifier())
    path = model.write(tmp_path / 'model')
    assert_same_network(model, read_model(path, custom=(thing for thing in OWN)))


def other_bent():
    def bent(x, deriv=False):
        return identity(x, deriv)

    return bent


class Kept(Template):
    def __init__(self, value):
        super().__init__()


@pytest.mark.parametrize(('layers', 'words'), [
    ([Dense(2, lambda x, deriv=False: tanh(x, deriv))],
     r'layers\[1\], Dense\(activate\): expected functions and classes.*a lambda'),
    ([Dense(2, bent), Dense(2, other_bent())], r'layers\[2\].*a second bent'),
    ([Kept(np.ones(2))], r'layers\[1\], Kept\(value\): expected numbers, text.*array'),
    ([Kept({1, 2})], r'Kept\(value\): expected numbers'), ([Kept(1j)], r'Kept\(value\)'),
    ([Dense(2, initialization=partial(small))], r'Dense\(initialization\).*partial'),
    ([Kept(object())], r'Kept\(value\)'),
])  # fmt: skip
def test_what_cannot_be_saved_is_said_before_the_file_is_touched(layers, words, tmp_path):
    path = quiet(make_classifier()).write(tmp_path / 'model')
    before = path.read_bytes()
    with pytest.raises(ArgumentError, match=words):
        quiet(make_classifier(*layers)).write(path)
    assert path.read_bytes() == before
