"""Wrong samples to predict, and to pass forward."""

import numpy as np
from networks import make_classifier, make_regression, quiet

from epynn.commons.errors import (
    ArgumentTypeError,
    DataError,
    LayerError,
    ShapeError,
    StateError,
    TrainingError,
)
from epynn.dense.models import Dense
from wrong_uses.shared import IMAGES, Wrong, X, make_images, words

NAN = np.full((3, 4), np.nan)


def predict(X_data, **options):
    quiet(make_classifier()).predict(X_data, **options)


def predict_huge():
    model = quiet(make_regression(), loss='MSE')
    model.layers[1].p['W'] = np.full((4, 1), 1e308)
    model.predict(np.full((3, 4), 1e308))


def predict_changed():
    model = quiet(make_classifier())
    model.layers.append(Dense(3))
    model.predict(X)


ROWS = [
    Wrong('predict at once', lambda: make_classifier().predict(X), StateError, 'EpyNN.predict',
          'an initialized network', 'one that is not', 'Call initialize() or train() first'),
    Wrong('predict more features', lambda: predict(np.ones((3, 5))), ShapeError, 'Dense, layer 1',
          'an input that fits its W of shape (4, 5)', 'an input of shape (3, 5), which needs W',
          'Pass as many features as the layer'),
    Wrong('predict one sample alone', lambda: predict(np.ones(4)), ShapeError,
          'EpyNN.predict(X_data)', 'samples of shape (m, 4)', 'an array of shape (4,)',
          'For one sample, pass X_data[np.newaxis]'),
    Wrong('predict images', lambda: predict(IMAGES), ShapeError, 'EpyNN.predict(X_data)',
          'samples of shape (m, 4)', 'an array of shape (24, 8, 8, 1)',
          'Give each sample all the features'),
    Wrong('predict NaN', lambda: predict(NAN), DataError, 'X_data', 'finite numbers',
          'nan at index (0, 0)', 'Remove or replace the samples that'),
    Wrong('predict words', lambda: predict(['cat']), DataError, 'X_data', 'real numbers',
          'data of type <U3', 'Encode words by the Embedding with'),
    Wrong('predict None', lambda: predict(None), DataError, 'X_data', 'real numbers',
          'None (NoneType)', 'Pass an array or a list of samples'),
    Wrong('predict a number', lambda: predict(3.0), DataError, 'X_data', 'at least one sample',
          'an array of shape ()', 'Pass samples along the first axis'),
    Wrong('predict nothing', lambda: predict([]), DataError, 'X_data', 'at least one sample',
          'an array of shape (0,)', 'Pass samples along the first axis'),
    Wrong('predict no samples', lambda: predict(np.empty((0, 4))), DataError, 'X_data',
          'at least one sample', 'an array of shape (0, 4)', 'Pass samples along the first axis'),
    Wrong('predict ragged samples', lambda: predict([[1.0, 2.0], [3.0]]), DataError,
          'X_data, sample 0', 'a sequence (s, e)', '2 numbers', 'Give each sample all features'),
    Wrong('predict with a mask of samples', lambda: predict(X, mask=X[:, 0] > 0), ShapeError,
          'mask', 'True or False for each step of samples (24, 4)', 'an array of shape (24,)',
          '(m, s)'),
    Wrong('predict features with a mask',
          lambda: predict(X, mask=np.arange(4) < np.full((24, 1), 3)), LayerError,
          'Dense, layer 1', 'sequences of one length', '24 of 96 steps here', 'LSTM(8)'),
    Wrong('predict complex numbers', lambda: predict(X * 1j), DataError, 'X_data', 'real numbers',
          'data of type complex128', 'Pass the two parts as features:'),
    Wrong('predict a data set', lambda: predict(quiet(make_classifier()).embedding.dtrain),
          DataError, 'EpyNN.predict(X_data)', 'an array of samples', 'the dataSet dtrain',
          'Pass its samples: predict(dset.X)'),
    Wrong('predict encoded', lambda: predict(X, X_encode=True), DataError, 'X_encode',
          'an Embedding that was made with', 'X_encode=False', 'Make the Embedding with'),
    Wrong('predict scaled', lambda: predict(X, X_scale=True), DataError, 'X_scale',
          'an Embedding that was made with X_scale=True', 'X_scale=False',
          'Make the Embedding with'),
    Wrong('predict with X_encode yes', lambda: predict(X, X_encode='yes'), ArgumentTypeError,
          'X_encode', 'True or False', "'yes' (str)", 'Pass one of the two'),
    Wrong('predict with X_scale 1', lambda: predict(X, X_scale=1), ArgumentTypeError, 'X_scale',
          'True or False', '1 (int)', 'Pass one of the two'),
    Wrong('predict an unseen token', lambda: words().predict(['tax'], X_encode=True), DataError,
          'X_data, sample 0', 'tokens that were there when the encoding', "'x'",
          'Remove or replace it, or make the'),
    Wrong('predict a longer word', lambda: words().predict(['taca'], X_encode=True), ShapeError,
          'Dense, layer 2', 'an input that fits its W of shape (9, 1)',
          'an input of shape (1, 12), which needs', 'Pass as many features as the layer'),
    Wrong('predict words of two lengths', lambda: words().predict(['tac', 'ta'], X_encode=True),
          LayerError, 'Flatten, layer 1', 'sequences of one length', '1 of 6 steps here',
          'Put it behind one that reads sequences to their end'),
    Wrong('predict one letter at a time', lambda: words().predict('tac', X_encode=True), ShapeError,
          'Dense, layer 2', 'an input that fits its W of shape (9, 1)',
          'an input of shape (3, 3), which needs W', 'Pass as many features as the layer'),
    Wrong('predict a number for words', lambda: words().predict([5], X_encode=True), DataError,
          'X_data, sample 0', 'a sequence of tokens for each sample', '5',
          'Put a sample of one token into a'),
    Wrong('predict None for words', lambda: words().predict(None, X_encode=True), DataError,
          'X_data', 'samples, each a sequence of tokens', 'None (NoneType)', 'Pass a list of them'),
    Wrong('predict no words', lambda: words().predict([], X_encode=True), DataError, 'X_data',
          'at least one sample', 'none', 'Pass a list of sequences of tokens'),
    Wrong('predict words not encoded', lambda: words().predict(['tac']), DataError, 'X_data',
          'real numbers', 'data of type <U3', 'Encode words by the Embedding with'),
    Wrong('predict images of another size', lambda: make_images().predict(np.ones((2, 9, 9, 1))),
          ShapeError, 'Dense, layer 3', 'an input that fits its W of shape (8, 3)',
          'an input of shape (2, 18), which needs', 'Pass as many features as the layer'),
    Wrong('predict images without depth', lambda: make_images().predict(np.ones((2, 8, 8))),
          ShapeError, 'EpyNN.predict(X_data)', 'samples of shape (m, 8, 8, 1)',
          'an array of shape (2, 8, 8)', 'Give them the last axis: X_data[..., np.newaxis]'),
    Wrong('predict numbers beyond all bounds', lambda: predict_huge(), TrainingError,
          'EpyNN.predict', 'finite outputs for prediction', 'inf',
          'scale the data by X_scale=True'),
    Wrong('predict with a layer too many', lambda: predict_changed(), StateError, 'EpyNN.predict',
          'the 3 layers that were initialized', '4, which differ at layer 3',
          'Call initialize() again; params=False'),
    Wrong('forward a list', lambda: quiet(make_classifier()).forward([[1.0] * 4]), ShapeError,
          'Embedding, layer 0', 'an array as input', 'a list', 'Convert it by np.array'),
    Wrong('forward words', lambda: quiet(make_classifier()).forward(np.array([['a'] * 4])),
          DataError, 'Embedding, layer 0', 'an array of numbers as input', 'one of type <U1',
          'Convert it by np.array(A'),
    Wrong('forward other features', lambda: quiet(make_classifier()).forward(np.ones((3, 9))),
          ShapeError, 'Dense, layer 1', 'an input that fits its W of shape (4, 5)',
          'an input of shape (3, 9), which needs W', 'Pass as many features as the layer'),
]  # fmt: skip
