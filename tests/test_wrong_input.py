"""Wrong input, one row each: the error names what is wrong, what was expected, what came, and why.

Each message is what a beginner reads; change one here only for the better.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from networks import make_classifier, make_data, quiet

from epynn.commons.errors import (
    ArgumentError,
    ArgumentTypeError,
    DataError,
    EpynnError,
    LabelError,
    LayerError,
    ShapeError,
    StateError,
)
from epynn.commons.maths import relu, sigmoid, softmax, tanh
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.network.models import EpyNN
from epynn.pooling.models import Pooling

X, Y = make_data()
IMAGES = np.random.default_rng(0).standard_normal((24, 8, 8, 1))
NAN = X.copy()
NAN[3, 1] = np.nan
INFINITE = X.copy()
INFINITE[0, 2] = -np.inf


@dataclass(frozen=True)
class Wrong:
    """What somebody does, the error, and what its message has to say, in this order."""

    what: str
    do: object
    error: type
    says: tuple[str, ...]


def run(*layers, data=X, labels=Y, Y_encode=True, loss='CCE', **settings):
    """Make and initialize a network."""
    model = EpyNN([Embedding(data, labels, Y_encode=Y_encode), *layers])
    return quiet(model, loss=loss, **settings)


def images(*layers, data=IMAGES):
    return run(*layers, Dense(3, softmax), data=data)


def train(*arguments, **settings):
    return quiet(make_classifier(), **settings).train(*arguments)


WHOLE = 'a whole number of at least 1'
DATA = [
    Wrong('NaN', lambda: Embedding(NAN, Y), DataError,
          ('X_data', 'finite numbers', 'nan at index (3, 1)', 'Remove or replace')),
    Wrong('infinity', lambda: Embedding(INFINITE, Y), DataError,
          ('X_data', 'finite numbers', '-inf at index (0, 2)')),
    Wrong('NaN label', lambda: Embedding(X, np.full(24, np.nan)), DataError,
          ('Y_data', 'finite numbers', 'nan at index (0,)')),
    Wrong('fewer labels', lambda: Embedding(X, Y[:-1]), DataError,
          ('Y_data', 'as many labels as samples (24)', '23', 'one label for each')),
    Wrong('one label for all', lambda: Embedding(X, 3), DataError,
          ('Y_data', 'as many labels as samples (24)', '3 (int)')),
    Wrong('words', lambda: Embedding(['cat', 'dog'], [0, 1]), DataError,
          ('X_data', 'numbers', 'X_encode=True')),
    Wrong('word labels', lambda: Embedding(X, ['a', 'b'] * 12), DataError,
          ('Y_data', 'numbers', 'Y_encode=True')),
    Wrong('lengths differ', lambda: Embedding([[1, 2], [3]], [0, 1]), DataError,
          ('X_data', 'one and the same shape', 'different shapes', 'Pad')),
    Wrong('no samples', lambda: Embedding([], []), DataError, ('X_data', 'at least one sample')),
    Wrong('one number', lambda: Embedding(3, 4), DataError, ('X_data', 'at least one sample')),
    Wrong('no data', lambda: quiet(EpyNN([Embedding(), Dense()])), DataError,
          ('Embedding.X_data', 'training samples', 'none', 'Pass X_data and Y_data')),
    Wrong('no labels', lambda: quiet(EpyNN([Embedding(X), Dense()])), LabelError,
          ('Embedding.Y_data', 'labels', 'none', 'Pass Y_data')),
    Wrong('shares', lambda: Embedding(X, Y, (2, 1)), ArgumentError,
          ('Embedding.relative_size', 'three numbers', '(2, 1)', '(2, 1, 0)')),
    Wrong('no training share', lambda: Embedding(X, Y, (0, 1, 1)), ArgumentError,
          ('Embedding.relative_size', 'the first above 0', '(0, 1, 1)')),
    Wrong('negative share', lambda: Embedding(X, Y, (2, -1, 0)), ArgumentError,
          ('Embedding.relative_size', 'a number from 0', '-1')),
    Wrong('share as a number', lambda: Embedding(X, Y, 0.8), ArgumentTypeError,
          ('Embedding.relative_size', 'three numbers', '0.8 (float)')),
    Wrong('empty training', lambda: Embedding(X[:3], Y[:3], (1, 9, 0)), DataError,
          ('Embedding.relative_size', 'at least one sample to train', '3 samples', 'larger first')),
    Wrong('batch_size 0', lambda: Embedding(X, Y, batch_size=0), ArgumentError,
          ('Embedding.batch_size', WHOLE, '0 (int)')),
    Wrong('batch_size 2.5', lambda: Embedding(X, Y, batch_size=2.5), ArgumentTypeError,
          ('Embedding.batch_size', WHOLE, '2.5 (float)')),
    Wrong('Y_encode yes', lambda: Embedding(X, Y, Y_encode='yes'), ArgumentTypeError,
          ('Embedding.Y_encode', 'True or False', "'yes' (str)")),
]  # fmt: skip

ARGUMENTS = [
    Wrong('units as a string', lambda: Dense('3'), ArgumentTypeError,
          ('Dense.units', WHOLE, "'3' (str)", 'Pass an int')),
    Wrong('units 0', lambda: Dense(0), ArgumentError, ('Dense.units', WHOLE, '0 (int)')),
    Wrong('units -2', lambda: Dense(-2), ArgumentError, ('Dense.units', WHOLE, '-2 (int)')),
    Wrong('units 2.5', lambda: Dense(2.5), ArgumentTypeError, ('Dense.units', WHOLE, '2.5')),
    Wrong('units True', lambda: Dense(True), ArgumentTypeError, ('Dense.units', WHOLE, 'True')),
    Wrong('units None', lambda: Dense(None), ArgumentTypeError, ('Dense.units', WHOLE, 'None')),
    Wrong('activation as a string', lambda: Dense(3, 'relu'), ArgumentTypeError,
          ('Dense.activate', 'a function such as relu', "'relu' (str)", 'without quotes')),
    Wrong('activation of the filters', lambda: Convolution(3, activate=None), ArgumentTypeError,
          ('Convolution.activate', 'a function such as relu', 'None (NoneType)', 'Import')),
    Wrong('initialization', lambda: Dense(3, relu, 'xavier'), ArgumentTypeError,
          ('Dense.initialization', 'a function such as xavier', "'xavier'", 'without quotes')),
    Wrong('filters', lambda: Convolution(0), ArgumentError,
          ('Convolution.unit_filters', WHOLE, '0 (int)')),
    Wrong('filter_size of three', lambda: Convolution(1, (3, 3, 3)), ArgumentError,
          ('Convolution.filter_size', 'one int or a pair', '(3, 3, 3)')),
    Wrong('filter_size 2.5', lambda: Convolution(1, (3, 2.5)), ArgumentTypeError,
          ('Convolution.filter_size[1]', WHOLE, '2.5 (float)')),
    Wrong('filter_size string', lambda: Convolution(1, '3'), ArgumentTypeError,
          ('Convolution.filter_size', 'or a pair of them (height, width)', "'3' (str)")),
    Wrong('strides 0', lambda: Convolution(1, 3, 0), ArgumentError,
          ('Convolution.strides', WHOLE, '0 (int)')),
    Wrong('padding -1', lambda: Convolution(1, 3, padding=-1), ArgumentError,
          ('Convolution.padding', 'at least 0', '-1 (int)')),
    Wrong('use_bias 1', lambda: Convolution(1, 3, use_bias=1), ArgumentTypeError,
          ('Convolution.use_bias', 'True or False', '1 (int)')),
    Wrong('median', lambda: Pooling(pool=np.median), ArgumentError,
          ('Pooling.pool', 'np.max, np.min, np.mean or np.average', 'median (function)',
           'no known gradient')),
    Wrong('pool as a string', lambda: Pooling(pool='max'), ArgumentError,
          ('Pooling.pool', 'np.max, np.min, np.mean or np.average', "'max' (str)",
           'without quotes')),
    Wrong('pool_size 0', lambda: Pooling(0), ArgumentError, ('Pooling.pool_size', WHOLE, '0 (in')),
    Wrong('pool padding', lambda: Pooling(2, padding=2), ArgumentError,
          ('Pooling.padding', 'at most half of the window', '2 (int)', 'larger pool_size')),
    Wrong('pool padding -1', lambda: Pooling(2, padding=-1), ArgumentError,
          ('Pooling.padding', 'at least 0', '-1 (int)')),
    Wrong('drop_prob 1.5', lambda: Dropout(1.5), ArgumentError,
          ('Dropout.drop_prob', 'a number from 0 to 1', '1.5 (float)')),
    Wrong('drop_prob -0.1', lambda: Dropout(-0.1), ArgumentError,
          ('Dropout.drop_prob', 'a number from 0 to 1', '-0.1')),
    Wrong('drop_prob NaN', lambda: Dropout(np.nan), ArgumentError,
          ('Dropout.drop_prob', 'a number from 0 to 1', 'nan')),
    Wrong('drop_prob string', lambda: Dropout('half'), ArgumentTypeError,
          ('Dropout.drop_prob', 'a number from 0 to 1', "'half' (str)")),
    Wrong('drop axis', lambda: Dropout(0.5, axis=-1), ArgumentError,
          ('Dropout.axis', 'at least 0', '-1')),
    Wrong('drop axis missing', lambda: images(Flatten(), Dropout(0.5, axis=2)), ArgumentError,
          ('Dropout.axis', 'axes from 0 to 1', '(2,)', 'Leave out')),
    Wrong('se_hPars', lambda: Dense(3, se_hPars=0.1), ArgumentTypeError,
          ('Dense.se_hPars', 'a dict', '0.1 (float)', 'epynn.settings')),
    Wrong('temperature', lambda: Dense(3, softmax, se_hPars={'softmax_temperature': 0}),
          ArgumentError, ('softmax_temperature', 'above 0', '0')),
]  # fmt: skip

LAYERS = [
    Wrong('no Flatten', lambda: images(Convolution(2)), ShapeError,
          ('Dense', '2 axes (m, n: samples, features)', '4 axes (16, 2, 2, 2)',
           'Add a Flatten layer before it')),
    Wrong('images without depth', lambda: images(Convolution(2), Flatten(), data=IMAGES[..., 0]),
          ShapeError, ('Convolution', '4 axes (m, h, w, d: samples, height, width, depth)',
                       '3 axes (16, 8, 8)', 'Reshape', '(m, h, w, 1)')),
    Wrong('images without depth to a pooling', lambda: images(Pooling(), data=IMAGES[..., 0]),
          ShapeError, ('Pooling', '4 axes', '3 axes (16, 8, 8)', '(m, h, w, 1)')),
    Wrong('filter too large', lambda: images(Convolution(2, 9), Flatten()), ShapeError,
          ('Convolution.filter_size', 'no larger than the padded images (8, 8)', '(9, 9)',
           'smaller window')),
    Wrong('filter too wide', lambda: images(Convolution(2, (3, 12), padding=1)), ShapeError,
          ('Convolution.filter_size', 'no larger than the padded images (10, 10)', '(3, 12)')),
    Wrong('window too large', lambda: images(Pooling(2), Pooling(5)), ShapeError,
          ('Pooling.pool_size', 'no larger than the padded images (4, 4)', '(5, 5)')),
    Wrong('one-dimensional samples', lambda: run(Dense(3, softmax), data=X[:, 0]), ShapeError,
          ('Dense', '2 axes (m, n: samples, features)', '1 axis (16,)', 'X[:, np.newaxis]')),
    Wrong('flattened too early', lambda: images(Flatten(), Convolution(2)), ShapeError,
          ('Convolution', '4 axes', '2 axes (16, 64)', 'flatten only afterwards')),
    Wrong('labels in three columns', lambda: run(Dense(1), loss='MSE'), LabelError,
          ('Embedding.Y_data', 'each of the 1 units of the output layer Dense', 'shape (16, 3)',
           'as many units')),
    Wrong('labels in one column', lambda: run(Dense(3, softmax), Y_encode=False), LabelError,
          ('Embedding.Y_data', 'each of the 3 units of the output layer Dense', 'shape (16, 1)',
           'Y_encode=True')),
    Wrong('labels 0 1 2', lambda: run(Dense(1), Y_encode=False, loss='BCE'), LabelError,
          ('Embedding.Y_data', 'labels from 0 to 1', 'BCE', 'from 0 to 2', 'Y_encode=True')),
    Wrong('output of images', lambda: run(Convolution(3, activate=softmax), data=IMAGES),
          LabelError, ('Embedding.Y_data', '2 axes (m, u)', 'Convolution with 4', 'Flatten()')),
    Wrong('no Embedding', lambda: EpyNN([Dense(3), Dense(1)]), LayerError,
          ('EpyNN.layers', 'an Embedding as the first layer', 'Dense as layer 0', 'Embedding(X')),
    Wrong('Embedding inside', lambda: EpyNN([Embedding(X, Y), Embedding(X, Y), Dense()]),
          LayerError, ('EpyNN.layers', 'and nowhere else', 'Embedding as layer 1')),
    Wrong('no parentheses', lambda: EpyNN([Embedding(X, Y), Dense]), LayerError,
          ('EpyNN.layers[1]', 'a layer', 'Dense (class)', 'Add parentheses')),
    Wrong('no parentheses first', lambda: EpyNN([Embedding, Dense()]), LayerError,
          ('EpyNN.layers[0]', 'a layer', 'Embedding', 'Add parentheses')),
    Wrong('a number among the layers', lambda: EpyNN([Embedding(X, Y), 3]), LayerError,
          ('EpyNN.layers[1]', 'a layer', '3 (int)', 'Layer objects')),
    Wrong('twice the same', lambda: (lambda d: EpyNN([Embedding(X, Y), d, d]))(Dense(4)),
          LayerError, ('EpyNN.layers', 'each layer once', 'the same object twice', 'a second')),
    Wrong('no layers', lambda: EpyNN([]), LayerError,
          ('EpyNN.layers', 'an Embedding', 'only 0', 'Dense()')),
    Wrong('an Embedding alone', lambda: EpyNN([Embedding(X, Y)]), LayerError,
          ('EpyNN.layers', 'an Embedding and a layer after it', 'only 1')),
    Wrong('not a list', lambda: EpyNN(Dense()), ArgumentTypeError,
          ('EpyNN.layers', 'a list of layers', 'Dense', 'layers=[')),
    Wrong('name', lambda: EpyNN([Embedding(X, Y), Dense()], name=3), ArgumentTypeError,
          ('EpyNN.name', 'a string', '3 (int)')),
]  # fmt: skip

SETTINGS = [
    Wrong('loss', lambda: run(Dense(3, softmax), loss='crossentropy'), ArgumentError,
          ('loss', 'MSE, MAE, MSLE', "'crossentropy'")),
    Wrong('loss None', lambda: run(Dense(3, softmax), loss=3), ArgumentError, ('loss', '3')),
    Wrong('metric', lambda: run(Dense(3, softmax), metrics=['acuracy']), ArgumentError,
          ('metrics', 'accuracy, recall', "'acuracy'")),
    Wrong('metrics a number', lambda: run(Dense(3, softmax), metrics=5), ArgumentTypeError,
          ('EpyNN.initialize(metrics)', 'a list', '5 (int)')),
    Wrong('schedule', lambda: run(Dense(3), loss='MSE', se_hPars={'schedule': 'slow'}),
          ArgumentError, ('schedule', 'steady, exp_decay, lin_decay', "'slow'")),
    Wrong('optimizer', lambda: run(Dense(3, softmax), optimizer='Adamm'), EpynnError,
          ('optimizer', 'SGD', "'Adamm'")),
    Wrong('learning rate', lambda: run(Dense(3), loss='MSE', se_hPars={'learning_rate': '0.1'}),
          ArgumentError, ('learning_rate', 'a finite number', "'0.1'")),
    Wrong('settings', lambda: run(Dense(3), loss='MSE', se_hPars=0.1), ArgumentTypeError,
          ('se_hPars', 'a dict of hyper-parameters', 'float')),
    Wrong('seed', lambda: run(Dense(3), loss='MSE', seed='one'), ArgumentTypeError,
          ('EpyNN.initialize(seed)', 'a whole number of at least 0', "'one'")),
    Wrong('seed -1', lambda: run(Dense(3), loss='MSE', seed=-1), ArgumentError,
          ('EpyNN.initialize(seed)', 'a whole number of at least 0', '-1')),
    Wrong('reduction', lambda: run(Dense(3), loss='MSE', reduction='max'), ArgumentError,
          ('EpyNN.initialize(reduction)', 'sum, mean', "'max'")),
    Wrong('dtype', lambda: run(Dense(3), loss='MSE', dtype='int32'), ArgumentError,
          ('EpyNN.initialize(dtype)', 'float32 or float64', "'int32'")),
    Wrong('dtype nonsense', lambda: run(Dense(3), loss='MSE', dtype='number'), ArgumentError,
          ('EpyNN.initialize(dtype)', 'float32 or float64', "'number'")),
    Wrong('train(0)', lambda: train(0), ArgumentError, ('EpyNN.train(epochs)', WHOLE, '0 (int)')),
    Wrong('train(1.5)', lambda: train(1.5), ArgumentTypeError,
          ('EpyNN.train(epochs)', WHOLE, '1.5 (float)')),
    Wrong('train("5")', lambda: train('5'), ArgumentTypeError,
          ('EpyNN.train(epochs)', WHOLE, "'5' (str)")),
    Wrong('verbose -1', lambda: train(2, -1), ArgumentError,
          ('EpyNN.train(verbose)', 'a whole number of at least 0', '-1')),
    Wrong('verbose string', lambda: train(2, 'yes'), ArgumentTypeError,
          ('EpyNN.train(verbose)', 'a whole number of at least 0', "'yes'")),
]  # fmt: skip

PREDICTIONS = [
    Wrong('predict at once', lambda: make_classifier().predict(X), StateError,
          ('EpyNN.predict', 'an initialized network', 'Call initialize() or train() first')),
    Wrong('evaluate at once', lambda: make_classifier().evaluate(), StateError,
          ('EpyNN.evaluate', 'an initialized network', 'Call initialize() or train() first')),
    Wrong('more features', lambda: quiet(make_classifier()).predict(np.ones((3, 5))), ShapeError,
          ('Dense', 'fits its W of shape (4, 5)', '(3, 5)', 'Pass as many features')),
    Wrong('one sample alone', lambda: quiet(make_classifier()).predict(np.ones(4)), ShapeError,
          ('X_data', '(m, 4)', '(4,)')),
    Wrong('NaN', lambda: quiet(make_classifier()).predict(NAN), DataError,
          ('X_data', 'finite numbers', 'nan at index (3, 1)')),
    Wrong('words', lambda: quiet(make_classifier()).predict(['cat']), DataError,
          ('X_data', 'numbers')),
    Wrong('not encoded', lambda: quiet(make_classifier()).predict(X, X_encode=True), DataError,
          ('X_encode', 'an Embedding that was made with X_encode=True', 'X_encode=False')),
    Wrong('not scaled', lambda: quiet(make_classifier()).predict(X, X_scale=True), DataError,
          ('X_scale', 'an Embedding that was made with X_scale=True', 'X_scale=False')),
    Wrong('unseen token', lambda: words().predict(['tax'], X_encode=True), DataError,
          ('X_data, sample 0', 'tokens that were there', "'x'", 'Remove or replace')),
    Wrong('a list to forward', lambda: quiet(make_classifier()).forward([[1.0] * 4]), ShapeError,
          ('Embedding', 'an array as input', 'a list', 'np.array')),
]  # fmt: skip


def words():
    embedding = Embedding(['cat', 'act', 'tac'], [0, 1, 1], (1, 0, 0), X_encode=True)
    return quiet(EpyNN([embedding, Flatten(), Dense(1, sigmoid)]), loss='BCE')


def test_the_examples_are_wrong_for_one_reason_only():
    """The same things, done right."""
    images(Convolution(2, 3, activate=tanh), Pooling(2), Flatten(), Dropout(0.5, axis=1))
    assert words().predict(['tat'], X_encode=True).X.shape == (1, 3, 3)
    run(Dense(3, softmax)).train(1, 0)


@pytest.mark.parametrize(
    'wrong', [*DATA, *ARGUMENTS, *LAYERS, *SETTINGS, *PREDICTIONS], ids=lambda wrong: wrong.what
)
def test_wrong_input(wrong):
    with pytest.raises(EpynnError) as raised:
        wrong.do()
    message = str(raised.value)
    assert isinstance(raised.value, wrong.error), message
    start = 0
    for words in wrong.says:
        found = message.find(words, start)
        assert found >= 0, f'{words!r} is not (or not in this place) in: {message}'
        start = found + len(words)
    assert message.startswith(f'{raised.value.where}: expected ')
    assert message.endswith('.')


def test_a_failed_initialize_leaves_no_half_made_model():
    model = make_classifier()
    with pytest.raises(ArgumentError):
        model.initialize(loss='no such loss')
    with pytest.raises(StateError):
        model.predict(X)
    quiet(model).train(1, 0)
    with pytest.raises(EpynnError):
        quiet(model, metrics=['no such metric'])
    with pytest.raises(StateError):
        model.evaluate()


def test_unknown_settings_are_warned_of():
    with pytest.warns(UserWarning, match='se_hPars: learning_rte is not read by epynn'):
        quiet(make_classifier(), se_hPars={'learning_rte': 0.1})
