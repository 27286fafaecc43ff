"""check_gradients, asked for what it cannot check."""

import numpy as np
from networks import make_classifier, quiet

from epynn.commons.errors import (
    ArgumentError,
    ArgumentTypeError,
    DataError,
    ShapeError,
    StateError,
)
from epynn.dense.models import Dense
from epynn.gradients import check_gradients
from wrong_uses.shared import Wrong, X, Y

ROWS = [
    Wrong('check the gradients of a class', lambda: check_gradients(Dense, X), ArgumentTypeError,
          'check_gradients(layer_or_model)', 'a layer or a network', 'Dense (class)',
          'Pass an object such as Dense(3)'),
    Wrong('check the gradients of a number', lambda: check_gradients(3, X), ArgumentTypeError,
          'check_gradients(layer_or_model)', 'a layer or a network', '3 (int)',
          'Pass an object such as Dense(3)'),
    Wrong('check the gradients of no points', lambda: check_gradients(Dense(3), X, points=0),
          ArgumentError, 'check_gradients(points)', 'a whole number of at least 1', '0 (int)',
          'Pass 1 or more'),
    Wrong('check gradients at -1', lambda: check_gradients(Dense(3), X, tolerance=-1),
          ArgumentError, 'check_gradients(tolerance)', 'a number from 0', '-1 (int)',
          'Choose a number of that range'),
    Wrong('check gradients by a seed', lambda: check_gradients(Dense(3), X, seed='x'),
          ArgumentTypeError, 'check_gradients(seed)', 'a whole number of at least 0', "'x' (str)",
          'Pass an int'),
    Wrong('check a layer with labels', lambda: check_gradients(Dense(3), X, Y), ArgumentError,
          'check_gradients(Y)', 'no labels with a layer', 'some', 'Pass a network with labels'),
    Wrong('check a network at once', lambda: check_gradients(make_classifier(), X, np.eye(3)[Y]),
          StateError, 'check_gradients', 'an initialized network', 'one that is not',
          'Call initialize()'),
    Wrong('check a network without labels', lambda: check_gradients(quiet(make_classifier()), X),
          ArgumentError, 'check_gradients(Y)', 'the labels of the batch', 'none',
          'Pass them as the loss takes them'),
    Wrong('check a network with other labels',
          lambda: check_gradients(quiet(make_classifier()), X, Y), ShapeError, 'loss',
          'Y and A of one shape with 2 axes (m, U)', 'Y (24, 1) and A (24, 3)',
          'The last layer needs as many units'),
    Wrong('check a network with fewer labels',
          lambda: check_gradients(quiet(make_classifier()), X, np.eye(3)[Y][:5]), ShapeError,
          'loss', 'Y and A of one shape with 2 axes (m, U)', 'Y (5, 3) and A (24, 3)',
          'The last layer needs as many units'),
    Wrong('check gradients of words', lambda: check_gradients(Dense(3), [['a', 'b']]), DataError,
          'check_gradients(X)', 'real numbers', 'data of type <U1', 'Pass numbers'),
    Wrong('check gradients of ragged data', lambda: check_gradients(Dense(3), [[1.0], [1.0, 2.0]]),
          DataError, 'check_gradients(X), sample 0', 'a sequence (s, e)', '1 numbers',
          '[np.reshape(x, (-1, 1)) for x in X]'),
    Wrong('check gradients of NaN', lambda: check_gradients(Dense(3), X * np.nan), DataError,
          'check_gradients(X)', 'finite numbers', 'nan at index (0, 0)',
          'Remove or replace the samples that'),
    Wrong('check gradients of nothing', lambda: check_gradients(Dense(3), None), DataError,
          'check_gradients(X)', 'real numbers', 'None (NoneType)',
          'Pass an array or a list of samples'),
    Wrong('check gradients of images', lambda: check_gradients(Dense(3), np.ones((2, 3, 3, 1))),
          ShapeError, 'Dense', 'an input of 2 axes (m, n: samples, features)',
          '4 axes (2, 3, 3, 1)', 'Add a Flatten layer before it'),
    Wrong('check gradients with training 1', lambda: check_gradients(Dense(3), X, training='yes'),
          ArgumentTypeError, 'check_gradients(training)', 'True or False', "'yes' (str)",
          'Pass one of the two'),
]  # fmt: skip
