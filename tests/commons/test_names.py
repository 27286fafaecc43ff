"""Names that nobody here has are refused in words: keywords, attributes, and imports."""

import copy
import inspect
import pickle
import pydoc

import numpy as np
import pytest
from networks import make_classifier, quiet

import epynn
from epynn.commons import foreign, names
from epynn.commons.errors import (
    ArgumentError,
    ArgumentTypeError,
    UnknownImportError,
    UnknownNameError,
)
from epynn.commons.optimize import OPTIMIZERS, SGD, Adam, Momentum
from epynn.commons.schedule import Cosine
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.embedding.models import Embedding
from epynn.lstm.models import LSTM
from epynn.network.models import EpyNN

X, Y = np.zeros((8, 2)), [0, 1] * 4

KEYWORDS = {
    'train, batch_size': (
        lambda model: model.train(3, batch_size=8),
        r'EpyNN\.train: expected the arguments epochs, verbose, init_logs, until, callbacks, '
        r'every, parallel, got batch_size=8\. It belongs to the data: '
        r'Embedding\(X, Y, batch_size=8\)\.',
    ),
    'initialize, lr': (
        lambda model: model.initialize(lr=0.1), r'got lr=0\.1\. Here it is called learning_rate',
    ),
    'initialize, epochs': (
        lambda model: model.initialize(epochs=3), r'It belongs to train: model\.train\(epochs=3\)',
    ),
    'initialize, scheduler': (
        lambda model: model.initialize(scheduler='cosine'), r"se_hPars=\{'schedule': 'cosine'\}",
    ),
    'initialize, a slip': (lambda model: model.initialize(los='MSE'), "Perhaps 'loss' was meant"),
    'predict, batch_size': (lambda model: model.predict(X, batch_size=2), r'EpyNN\.predict: .*'),
    'evaluate, y': (lambda model: model.evaluate(X, y=Y), 'Here it is called Y_data'),
    'evaluate, verbose': (
        lambda model: model.evaluate(verbose=0),
        'expected the arguments X_data, Y_data, X_encode, X_scale',
    ),
    'write, filename': (lambda model: model.write(filename='x'), 'Here it is called path'),
    'plot': (lambda model: model.plot(show=False), 'expected the arguments pyplot, path'),
    'EpyNN, optimizer': (
        lambda model: EpyNN(model.layers, optimizer='Adam'),
        r"It belongs to initialize: model\.initialize\(optimizer='Adam'\)",
    ),
    'Embedding, test_size': (lambda model: Embedding(X, Y, test_size=0.2), 'relative_size'),
    'train, nothing': (
        lambda model: model.train(),
        r'EpyNN\.train\(epochs\): .* got None \(NoneType\)\. Pass an int: '
        r'model\.train\(epochs=10\); data are given to the Embedding\.',
    ),
    'train, n_epochs alone': (lambda model: model.train(n_epochs=3), 'Here it is called epochs'),
    'train, data and epochs': (
        lambda model: model.train(X, Y, epochs=3),
        r'each argument once, got epochs by position and by name\. Write model\.train\(epochs=10\)',
    ),
    'train, data and more': (
        lambda model: model.train(X, Y, 10, 32), r'at most 3 arguments .* got 32 \(int\) in',
    ),
    'predict, nothing': (lambda model: model.predict(), r'the argument X_data, got none\. Write'),
    'forward, nothing': (lambda model: model.forward(), r'Write model\.forward\(X\)\.'),
    'backward, nothing': (lambda model: model.backward(), r'Write model\.backward\(dA\), '),
    'loss_gradient': (lambda model: model.loss_gradient(Y), 'expected the argument A, got none'),
    'EpyNN, nothing': (lambda model: EpyNN(), 'the argument layers, got none. All layers go into'),
    'Reshape, nothing': (lambda model: epynn.Reshape(), r'Give shape; see help\(Reshape\)\.'),
    'L2, nothing': (lambda model: epynn.L2(), 'L2: expected the argument coefficient, got none'),
    'read_model': (lambda model: epynn.read_model(filepath='x'), 'Here it is called path'),
    'check_gradients': (lambda model: epynn.check_gradients(Dense(3)), 'argument X, got none'),
    'model(X)': (lambda model: model(X), r'EpyNN\(\.\.\.\): .* Write model\.predict\(X\)\.A'),
    'layer(X)': (lambda model: Dense(3)(X), r'Dense\(\.\.\.\): .* Write layer\.forward\(X\)\.'),
    'Dropout, rate': (lambda model: Dropout(rate=0.3), 'Here it is called drop_prob'),
    'Adam, betas': (
        lambda model: Adam(betas=(0.9, 0.99)), 'Here they are called beta1 and beta2',
    ),
    'Dense, twice': (lambda model: Dense(3, units=3), 'got units by position and by name'),
    'Dense, input_shape': (lambda model: Dense(3, input_shape=4), 'Leave it out: a layer takes'),
    'LSTM': (lambda model: LSTM(3, return_sequences=True), 'Here it is called sequences'),
    'Dropout': (lambda model: Dropout(p=0.3), 'Here it is called drop_prob'),
    'Adam, by position': (
        lambda model: Adam(0.001),
        r'Adam: expected the settings beta1, .* by name, got 0\.001 \(float\) in place 1\. '
        r'A learning rate goes to initialize: model\.initialize\(learning_rate=0\.001\)',
    ),
    'Momentum, by position': (lambda model: Momentum(0.9), r'by name, got 0\.9'),
    'Adam, lr': (lambda model: Adam(lr=0.001), r'model\.initialize\(learning_rate=0\.001\)'),
    'SGD, momentum': (lambda model: SGD(momentum=0.9), r'optimizer=Momentum\(momentum=0\.9\)'),
    'Cosine': (lambda model: Cosine(eta_min=0.1), 'Here it is called lowest'),
    'Cosine, by position': (lambda model: Cosine(0, 1), 'at most 1 argument by position, lowest'),
    'Huber': (lambda model: epynn.Huber(detla=1), "Perhaps 'delta' was meant"),
    'L2': (lambda model: epynn.L2(coefficient=1, foo=2), r'L2: .* got foo=2'),
    'TopK': (lambda model: epynn.TopK(n=2), r'TopK: expected the arguments k, got n=2'),
    'Normal': (lambda model: epynn.Normal(stdev=2), r'Normal: expected the arguments'),
    'dataSet': (lambda model: epynn.dataSet(X, nme='x'), "Perhaps 'name' was meant"),
}  # fmt: skip


@pytest.mark.parametrize(('call', 'message'), KEYWORDS.values(), ids=KEYWORDS)
def test_unknown_arguments(call, message):
    with pytest.raises(ArgumentTypeError, match=message):
        call(make_classifier(Dense(3)))


def test_an_error_of_the_type_inside_a_method_is_its_own():
    def broken(Y, A, deriv=False):
        return len(3)

    model = make_classifier(Dense(3))
    with pytest.raises(TypeError, match=r"object of type 'int' has no len\(\)"):
        model.initialize(loss=broken, verbose=False)


def test_names_of_losses_and_metrics_elsewhere():
    model = make_classifier(Dense(3))
    with pytest.raises(ArgumentError, match=r"got 'CrossEntropyLoss'\. Here it is called 'CCE'\."):
        model.initialize(loss='CrossEntropyLoss')
    with pytest.raises(ArgumentError, match=r"got 'acc'\. Here it is called 'accuracy'\."):
        model.initialize(metrics=['acc'])
    with pytest.raises(ArgumentTypeError, match=r'without quotes: from epynn import identity\.'):
        Dense(3, 'linear')


def test_signatures_speak_of_ndarray():
    """Not of numpy.ndarray[tuple[Any, ...], ...], as help() would have it."""
    for name in epynn.__all__:
        thing = getattr(epynn, name)
        if callable(thing):
            assert 'numpy.ndarray' not in pydoc.plain(pydoc.render_doc(thing)), name
    assert str(inspect.signature(Dense.backward)).endswith('dX: ndarray) -> ndarray | None')


def test_signatures_stay_readable():
    assert list(inspect.signature(Dense).parameters)[:2] == ['units', 'activate']
    assert list(inspect.signature(epynn.Flatten).parameters) == ['se_hPars', 'penalty']
    assert list(inspect.signature(EpyNN).parameters) == ['layers', 'name']
    assert 'weight_decay' in inspect.signature(SGD).parameters
    assert list(inspect.signature(Cosine).parameters) == ['lowest']
    train = inspect.signature(EpyNN.train).parameters
    assert list(train)[:4] == ['model', 'epochs', 'verbose', 'init_logs']
    assert list(train)[4:] == ['until', 'callbacks', 'every', 'parallel']


def test_who_asks_whether_there_is_a_name_waits_for_no_search(monkeypatch):
    """It took half of the time of a small network, which asked its layers in every epoch."""

    def search(*args):
        raise AssertionError('nobody reads the nearest name')

    monkeypatch.setattr(names, 'suggest', search)
    layer = Dense(3)
    assert not hasattr(layer, 'unit')
    assert getattr(layer, 'unit', None) is None
    with pytest.raises(UnknownNameError) as raised:
        _ = layer.unit
    monkeypatch.undo()
    assert raised.value.remedy == 'See help(Dense).'
    again = copy.copy(raised.value)
    assert str(again) == str(raised.value)
    assert str(again).endswith("one of its attributes, got 'unit'. See help(Dense).")


def test_attributes_of_models_and_layers():
    model = make_classifier(Dense(3))
    with pytest.raises(AttributeError, match=r"EpyNN: .* got 'fit'\. Write model\.train\(epochs"):
        model.fit(X, Y)
    for name in [
        'compile',
        'add',
        'score',
        'save',
        'load_state_dict',
        'parameters',
        'zero_grad',
        'eval',
        'to',
    ]:
        with pytest.raises(UnknownNameError, match=name):
            getattr(model, name)
    with pytest.raises(UnknownNameError, match=r"layer\.p\['W'\]"):
        _ = model.layers[1].weight
    with pytest.raises(UnknownNameError, match=r'layer\.p, by name'):
        model.layers[1].get_weights()
    with pytest.raises(UnknownNameError, match="Perhaps 'train' was meant"):
        model.trian(3)
    with pytest.raises(UnknownNameError, match=r'See help\(EpyNN\)'):
        _ = model.zzz
    with pytest.raises(UnknownNameError, match='learning_rate'):
        _ = Adam().lr
    assert not hasattr(model, 'fit')
    assert getattr(model, 'fit', 1) == 1
    assert not hasattr(model.layers[1], '__array__')


def test_no_name_of_ours_is_in_the_tables():
    model = quiet(make_classifier(Dense(3)))
    assert [name for name in foreign.MODEL if hasattr(model, name)] == []
    assert [name for name in foreign.LAYER if hasattr(model.layers[1], name)] == []
    assert [name for name in foreign.OPTIMIZER if hasattr(Adam(), name)] == []
    assert [name for name in foreign.MODULE if name in epynn.__all__] == []
    assert set(foreign.MODULE.values()) <= set(epynn.__all__)


def test_attributes_of_the_package():
    with pytest.raises(UnknownImportError, match=r"got 'Linear'\. Here it is called Dense"):
        from epynn import Linear  # noqa: F401
    with pytest.raises(ImportError, match='Here it is called Convolution'):
        from epynn import Conv2D, Dense  # noqa: F401
    with pytest.raises(ImportError, match="cannot import name 'Nothing'"):
        from epynn import Nothing  # noqa: F401
    with pytest.raises(AttributeError, match='Here it is called Pooling'):
        _ = epynn.MaxPool2D
    assert not hasattr(epynn, 'Linear')
    assert not hasattr(epynn, '__wrapped__')
    from epynn import coursework  # a package that is not imported by itself

    assert coursework.__name__ == 'epynn.coursework'


def test_objects_are_copied_and_pickled_as_before():
    model = make_classifier(Dense(3))
    for thing in (model, model.layers[1], Adam(beta1=0.5), Cosine(0.1), epynn.L2(0.1)):
        assert type(copy.copy(thing)) is type(thing)
        assert type(copy.deepcopy(thing)) is type(thing)
        assert type(pickle.loads(pickle.dumps(thing))) is type(thing)  # noqa: S301


def test_an_optimizer_of_ones_own_may_take_settings_by_position():
    class Mine(epynn.Optimizer):
        def __init__(self, mu, **options):
            super().__init__(**options)
            self.mu = mu

        def step(self, p, g, lr, moments):
            return p - lr * g * self.mu

    assert Mine(0.5, clip_norm=1).clip_norm == 1
    with pytest.raises(ArgumentTypeError, match='Mine: expected the arguments mu, weight_decay'):
        Mine(0.5, foo=1)


def test_every_optimizer_takes_its_settings_by_name_alone():
    for make in OPTIMIZERS.values():
        with pytest.raises(ArgumentTypeError, match=r'model\.initialize\(learning_rate=0\.01\)'):
            make(0.01)


def test_learning_rate_of_initialize():
    model = quiet(make_classifier(Dense(3)), learning_rate=0.25)
    assert model.se_hPars['learning_rate'] == 0.25
    assert model.layers[1].lrate == [0.25]
    quiet(model, learning_rate=0.5, se_hPars={'schedule': 'steady', 'learning_rate': 0.5})
    assert model.layers[1].lrate == [0.5]
    with pytest.raises(ArgumentError, match=r'expected one learning rate, got 0\.5 and 0\.1'):
        model.initialize(learning_rate=0.5, se_hPars={'learning_rate': 0.1})
    with pytest.raises(ArgumentTypeError, match=r'EpyNN\.initialize\(learning_rate\)'):
        model.initialize(learning_rate='fast')
    assert 'learning_rate' not in (model.layers[1].se_hPars or {})
    own = quiet(make_classifier(Dense(3, se_hPars={'learning_rate': 2.0})), learning_rate=1.0)
    assert own.layers[1].lrate == [2.0]
