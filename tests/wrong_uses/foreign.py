"""Data that come as something else than arrays and lists, or whose values do not fit into them."""

from decimal import Decimal
from enum import IntEnum

import numpy as np

from epynn.commons.errors import DataError, LabelError
from epynn.commons.io import index_elements_auto, padding
from epynn.commons.loss import MSE
from epynn.commons.metrics import accuracy
from epynn.commons.models import dataSet
from epynn.embedding.models import Embedding
from wrong_uses.shared import Wrong, X, Y, text

LONG = 2**53 + 1
MASKED = np.ma.array([1.0, 2.0], mask=[False, True])
DATES = np.array(['2020-01-01', '2020-01-02'] * 12, dtype='datetime64[ns]')
FIELDS = np.array([(1, 2.0)] * 24, dtype=[('age', int), ('size', float)])


class Colour(IntEnum):
    """Numbers by other names."""

    RED = 1
    BLUE = 2


class Sparse:
    """What a sparse matrix of SciPy looks like from outside."""

    shape = (24, 4)

    def toarray(self):
        return X


class Gradient:
    """What a tensor that requires a gradient looks like from outside."""

    requires_grad = True
    dtype = 'torch.bfloat16'

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")


def encode(labels):
    return Embedding(X, labels, Y_encode=True)


ROWS = [
    Wrong('a set of samples', lambda: Embedding({1.0, 2.0}, [0, 1]), DataError, 'X_data',
          'an array or a list, in order', 'a set, which has none', 'Pass sorted(X_data)'),
    Wrong('a set of words', lambda: text(frozenset(['ab', 'ba']), [0, 1]), DataError, 'X_data',
          'an array or a list, in order', 'a frozenset, which has none', 'Pass sorted(X_data)'),
    Wrong('a sample that is a set', lambda: text(['ab', {'a', 'b'}], [0, 1]), DataError,
          'X_data, sample 1', 'an array or a list, in order', 'a set, which has none',
          'Pass sorted(X_data[1])'),
    Wrong('a set of labels', lambda: encode(set(range(24))), DataError, 'Y_data',
          'an array or a list, in order', 'a set, which has none', 'Pass sorted(Y_data)'),
    Wrong('the keys of a dict as labels', lambda: encode(dict(enumerate(Y)).keys()), DataError,
          'Y_data', 'an array or a list, in order', 'a dict_keys, which has none',
          'Pass sorted(Y_data)'),
    Wrong('the values of a dict as labels', lambda: encode(dict(enumerate(Y)).values()), DataError,
          'Y_data', 'an array or a list, in order', 'a dict_values', 'Pass list(Y_data)'),
    Wrong('a dict of words', lambda: text({'ab': 0, 'ba': 1}, [0, 1]), DataError, 'X_data',
          'an array or a list, in order', 'a dict', 'Pass its values: list(X_data.values())'),
    Wrong('a generator of samples', lambda: Embedding((x for x in X), Y), DataError, 'X_data',
          'an array or a list, in order', 'a generator', 'Pass list(X_data)'),
    Wrong('a generator of labels', lambda: encode(y for y in Y), DataError, 'Y_data',
          'an array or a list, in order', 'a generator', 'Pass list(Y_data)'),
    Wrong('samples and labels zipped', lambda: Embedding(zip(X, Y, strict=True)), DataError,
          'X_data', 'an array or a list, in order', 'a zip', 'Pass list(X_data)'),
    Wrong('tokens of a map', lambda: index_elements_auto(map(str, Y)), DataError, 'X_data',
          'an array or a list, in order', 'a map', 'Pass list(X_data)'),
    Wrong('pad a set', lambda: padding({'ab', 'a'}), DataError, 'X_data',
          'an array or a list, in order', 'a set', 'Pass sorted(X_data)'),
    Wrong('a data set of a set', lambda: dataSet({1, 2}), DataError, 'dataSet.X_data',
          'an array or a list, in order', 'a set, which has none', 'Pass sorted(X_data)'),
    Wrong('accuracy of a set', lambda: accuracy({0, 1}, [0, 1]), DataError, 'A',
          'an array or a list, in order', 'a set, which has none', 'Pass sorted(A)'),
    Wrong('weights by label', lambda: Embedding(X, Y, sample_weight={0: 1.0, 1: 2.0}), DataError,
          'sample_weight', 'an array or a list, in order', 'a dict', 'Pass its values'),
    Wrong('sparse samples', lambda: Embedding(Sparse(), Y), DataError, 'X_data', 'an array',
          'a sparse one (Sparse)', 'Pass X_data.toarray()'),
    Wrong('sparse labels', lambda: encode(Sparse()), DataError, 'Y_data', 'an array',
          'a sparse one (Sparse)', 'Pass Y_data.toarray()'),
    Wrong('a tensor with gradient', lambda: Embedding(Gradient(), Y), DataError, 'X_data',
          'what NumPy can read', 'a Gradient that has to be prepared',
          'Pass X_data.detach().float().numpy()'),
    Wrong('a list of tensors with gradient', lambda: Embedding([Gradient()] * 2, [0, 1]), DataError,
          'X_data', 'what NumPy can read', 'a Gradient that has to be prepared',
          'Pass [x.detach().float().numpy() for x in X_data]'),
    Wrong('the loss of a tensor with gradient', lambda: MSE(X, Gradient()), DataError, 'A',
          'what NumPy can read', 'a Gradient that has to be prepared', 'Pass A.detach()'),
    Wrong('samples with fields', lambda: Embedding(FIELDS, Y), DataError, 'X_data',
          'one value in each place', 'the fields age, size',
          'np.column_stack([X_data[n] for n in X_data.dtype.names])'),
    Wrong('a list of masked samples', lambda: Embedding([MASKED, MASKED], [0, 1]), DataError,
          'X_data', 'values all of which count', 'masked ones in a list', 'fill it: data.filled'),
    Wrong('a masked number in a list', lambda: Embedding([[1.0, np.ma.masked]], [0]), DataError,
          'X_data', 'values all of which count', 'masked ones in a list', 'fill it: data.filled'),
    Wrong('masked labels', lambda: encode(np.ma.array(Y, mask=Y == 1)), DataError, 'Y_data',
          'values all of which count', 'a masked array', 'Leave out what is masked'),
    Wrong('accuracy of masked labels', lambda: accuracy(np.ma.array(Y, mask=Y == 1), Y), DataError,
          'A', 'values all of which count', 'a masked array', 'Leave out what is masked'),
    Wrong('dates as samples', lambda: Embedding(DATES, Y), DataError, 'X_data', 'real numbers',
          'data of type datetime64[ns]', "(X_data - X_data.min()) / np.timedelta64(1, 'D')"),
    Wrong('spans of time as samples', lambda: Embedding(DATES - DATES[0], Y), DataError, 'X_data',
          'real numbers', 'data of type timedelta64[ns]', 'Divide by a unit'),
    Wrong('dates of nanoseconds as labels', lambda: encode(DATES), DataError, 'Y_data',
          'values that Python has, too', "np.datetime64('2020-01-01", 'Y_data.astype(str)'),
    Wrong('a date that is none as a label',
          lambda: encode(np.where(Y == 1, np.datetime64('NaT'), DATES.astype('M8[D]'))), LabelError,
          'Y_data, sample 1', 'a label', 'None', 'Remove the samples without'),
    Wrong('whole numbers beyond float64', lambda: Embedding(np.array([[LONG], [3]]), [0, 1]),
          DataError, 'X_data', 'whole numbers up to 2**53', '9007199254740993',
          'np.array(X_data, dtype=float)'),
    Wrong('whole numbers beyond float64 among floats', lambda: Embedding([[LONG, 0.5]], [0]),
          DataError, 'X_data', 'whole numbers that float64 holds', '9007199254740993',
          'Write them as floats'),
    Wrong('whole numbers beyond 64 bits', lambda: Embedding([[10**400], [3]], [0, 1]), DataError,
          'X_data', 'real numbers', 'whole numbers beyond 64 bits', 'Divide them'),
    Wrong('targets beyond float64', lambda: Embedding(X, [LONG, LONG - 1] * 12), DataError,
          'Y_data', 'whole numbers up to 2**53', '9007199254740993', 'Subtract the smallest'),
    Wrong('labels True and 1', lambda: encode([True, 1, 0] * 8), DataError, 'Y_data',
          'labels and tokens of one type', 'True (bool) and 1 (int)', 'list(map(str, Y_data))'),
    Wrong("labels 1 and '1'", lambda: encode([1, '1'] * 12), DataError, 'Y_data',
          'labels and tokens of one type', "1 (int) and '1' (str)", 'list(map(str, Y_data))'),
    Wrong('labels 1 and Decimal 1', lambda: encode([1, Decimal(1)] * 12), DataError, 'Y_data',
          'labels and tokens of one type', "Decimal('1') and 1 (int)",
          'list(map(str, Y_data))'),
    Wrong('tokens False and 0', lambda: text([[False, 0], [0, False]], [0, 1]), DataError, 'X_data',
          'labels and tokens of one type', 'False (bool) and 0 (int)', 'list(map(str, X_data))'),
    Wrong('labels of days', lambda: encode(DATES.astype('M8[D]')), DataError, 'Y_data',
          'values that a model file can hold', 'datetime.date(2020, 1, 1) (date)',
          'list(map(str, Y_data))'),
    Wrong('labels of decimals', lambda: encode([Decimal(1), Decimal(2)] * 12), DataError, 'Y_data',
          'values that a model file can hold', "Decimal('1')", 'list(map(str, Y_data))'),
    Wrong('labels of an enum', lambda: encode([Colour.RED, Colour.BLUE] * 12), DataError, 'Y_data',
          'values that a model file can hold', 'Colour.RED', 'list(map(str, Y_data))'),
    Wrong('complex labels to encode', lambda: encode([1j, 2j] * 12), DataError, 'Y_data',
          'values that a model file can hold', '1j (complex)', 'list(map(str, Y_data))'),
    Wrong('labels of endless digits', lambda: encode([10**5000, 1] * 12), DataError, 'Y_data',
          'values that a model file can hold', 'thousands of digits', 'Number them from 0'),
    Wrong('labels of half characters', lambda: encode(['\ud83d', 'a'] * 12), DataError, 'Y_data',
          'values that a model file can hold', 'ud83d', 'Number them from 0'),
    Wrong('tokens of an enum', lambda: text([[Colour.RED], [Colour.BLUE]], [0, 1]), DataError,
          'X_data', 'values that a model file can hold', 'Colour.RED', 'list(map(str, X_data))'),
    Wrong('ten thousand labels', lambda: Embedding(np.zeros((9999, 1)), np.arange(9999.0),
          Y_encode=True), LabelError, 'Y_data', 'classes, each with several samples',
          '9999 different labels in 9999 samples', 'Amounts to be predicted need no Y_encode'),
    Wrong('ten thousand tokens', lambda: text(np.arange(9999).reshape(-1, 3), np.zeros(3333)),
          DataError, 'X_data', 'tokens that occur several times', '9999 different ones among 9999',
          'Amounts need no X_encode'),
    Wrong('an object array of arrays', lambda: Embedding(np.array([None, *X], object)[1:], Y),
          DataError, 'X_data', 'one array', 'an array of arrays', 'np.stack(list(X_data))'),
    Wrong('decimals', lambda: Embedding([[Decimal(1)], [Decimal(2)]], [0, 1]), DataError, 'X_data',
          'real numbers', 'data of type object', 'np.array(X_data, dtype=float)'),
    Wrong('names of files', lambda: Embedding(['img/a.png', 'img/b.png'], [0, 1]), DataError,
          'X_data', 'real numbers', 'data of type <U9', 'Read the files first'),
    Wrong('words of different lengths', lambda: Embedding(['cat', 'horse'], [0, 1]), DataError,
          'X_data', 'real numbers', 'data of type <U5', 'the Embedding with X_encode=True'),
    Wrong('images of different sizes', lambda: Embedding([np.ones((2, 2)), np.ones((3, 3))], Y[:2]),
          DataError, 'X_data, sample 1', 'a step of shape (2,)', 'one of shape (3,)',
          'Bring images to one size'),
]  # fmt: skip
