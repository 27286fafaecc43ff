"""What the user brings becomes one array or one list: every value as it was, by rows."""

import datetime
import tracemalloc
import warnings

import numpy as np
import pytest
from networks import quiet

from epynn.commons.errors import DataError, LabelError
from epynn.commons.io import apply_label_encoding, encode_labels, scale_features
from epynn.commons.io.numbers import as_numbers
from epynn.commons.io.user_data import as_array, as_list
from epynn.commons.library import read_model
from epynn.commons.loss import MSE
from epynn.commons.maths import sigmoid, softmax
from epynn.commons.metrics import accuracy
from epynn.commons.models import dataSet
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.network.models import EpyNN

X = np.random.default_rng(0).normal(size=(6, 2))
Y = np.array([0, 1, 0, 1, 1, 0])


class ArrayLike:
    """An object with nothing but ``__array__``."""

    def __array__(self, dtype=None, copy=None):
        return X


class Capsule:
    """An object with nothing but DLPack."""

    def __dlpack__(self, **options):
        return X.__dlpack__(**options)

    def __dlpack_device__(self):
        return X.__dlpack_device__()


# ARRAYS


@pytest.mark.parametrize(
    'data',
    [
        X.tolist(), list(X), tuple(map(tuple, X)), np.asfortranarray(X), X[::-1][::-1],
        X.astype('>f8'), np.ma.array(X), memoryview(X), ArrayLike(), Capsule(),
    ],
    ids=lambda data: type(data).__name__,
)  # fmt: skip
def test_arrays_of_any_make_are_one_array(data):
    array = as_numbers(data, 'X_data')
    assert type(array) is np.ndarray
    assert array.dtype.isnative
    np.testing.assert_array_equal(array, X)
    np.testing.assert_array_equal(Embedding(data, Y, (1, 0, 0)).dtrain.X, X)


def test_an_array_stays_the_same_object():
    for data in (X, X[:, ::-1], np.arange(5), np.array(['a'])):
        assert as_array(data, 'X_data') is data
    frozen = X.copy()
    frozen.flags.writeable = False
    assert as_numbers(frozen, 'X_data') is frozen


def test_a_large_array_is_not_copied():
    data = np.zeros((1000, 1000))
    tracemalloc.start()
    Embedding(data, np.zeros(1000), (1, 0, 0))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < data.nbytes / 4


@pytest.mark.parametrize('dtype', ['>f8', '>f4', '>i4', np.float16, np.longdouble, np.uint8, bool])
def test_a_network_learns_from_numbers_of_any_type(dtype):
    data = (X > 0).astype(dtype)
    model = EpyNN([Embedding(data, Y.astype(dtype), (1, 0, 0)), Dense(1, sigmoid)])
    quiet(model, loss='BCE', seed=1).train(2, 0)
    same = EpyNN([Embedding((X > 0) * 1.0, Y * 1.0, (1, 0, 0)), Dense(1, sigmoid)])
    quiet(same, loss='BCE', seed=1).train(2, 0)
    np.testing.assert_allclose(model.layers[1].p['W'], same.layers[1].p['W'], rtol=1e-12)
    np.testing.assert_allclose(model.predict(data).A, same.predict(data).A, rtol=1e-12)


def test_whole_numbers_are_exact_or_refused():
    limit = 2**53
    for data in ([[limit], [-limit]], np.array([[limit], [1]]), [[limit, 0.5]], [[1e300, 1]]):
        assert as_numbers(data, 'X_data').dtype.kind in 'if'
    _, classes = encode_labels([limit + 1, limit] * 3)  # labels stay whole numbers
    assert classes == [limit, limit + 1]
    assert accuracy(np.array([limit + 1]), np.array([limit])) == 0


# LISTS


def test_lists_leave_every_value_its_type():
    values = [1, 'a', 2.5, True, None, (1, 2)]
    assert list(map(type, as_list(values, 'X'))) == [int, str, float, bool, type(None), tuple]
    assert as_list(np.array([1, 2]), 'X') == [1, 2]
    assert type(as_list([np.int64(3)], 'X')[0]) is int
    assert type(as_list([np.longdouble(3)], 'X')[0]) is float
    assert as_list(ArrayLike(), 'X') == X.tolist()


def test_labels_of_dates_are_dates():
    days = np.array(['2020-01-02', '2020-01-01'], dtype='datetime64[D]')
    expected = [datetime.date(2020, 1, 1), datetime.date(2020, 1, 2)]
    assert encode_labels(days)[1] == encode_labels(days[:, np.newaxis])[1] == expected
    with pytest.raises(DataError, match='values that Python has, too'):
        encode_labels(days.astype('datetime64[ns]')[:, np.newaxis])


def test_whole_numbers_may_be_written_as_floats():
    encoded, classes = encode_labels([1, 1.0, 2, 0.0, -0.0])
    assert classes == [0, 1, 2]
    np.testing.assert_array_equal(encoded.argmax(axis=1), [1, 1, 2, 0, 0])


def test_classes_of_numbers_take_no_flags_and_the_other_way():
    for labels, classes in (([True], [0, 1]), ([1], [False, True])):
        with pytest.raises(LabelError, match='expected one of the classes'):
            apply_label_encoding(labels, classes)


def test_labels_that_hardly_occur_twice_are_warned_of():
    with pytest.warns(UserWarning, match='Y_encode: 50 different labels in 60 samples') as caught:
        Embedding(np.zeros((60, 2)), [*range(50), *range(10)], (1, 0, 0), Y_encode=True)
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        encode_labels(range(20))
        encode_labels([*range(50)] * 2)


def test_columns_beyond_all_memory_are_refused(monkeypatch):
    def full(shape):
        raise MemoryError

    monkeypatch.setattr(np, 'zeros', full)
    with pytest.raises(DataError, match=r'columns that fit into memory.*3 columns for 3 values'):
        encode_labels([1, 2, 3])


def test_columns_take_the_memory_of_the_samples_only():
    tracemalloc.start()
    encode_labels([*range(1000)] * 2)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2000 * 1000 * 8 * 1.2


# FRAMES AND SERIES


@pytest.fixture(params=['pandas', 'polars'])
def library(request):
    return pytest.importorskip(request.param)


def test_frames_are_read_by_rows(library):
    frame = library.DataFrame({'a': X[:, 0], 'b': X[:, 1]})
    labels = library.DataFrame({'label': Y})
    for X_data, Y_data in ((frame, labels), (frame, labels['label'])):
        embedding = Embedding(X_data, Y_data, (1, 0, 0))
        np.testing.assert_array_equal(embedding.dtrain.X, X)
        np.testing.assert_array_equal(embedding.dtrain.y, Y)
        embedding = Embedding(X_data, Y_data, (1, 0, 0), Y_encode=True, X_scale=True)
        assert embedding.classes == [0, 1]
        np.testing.assert_array_equal(embedding.dtrain.X, scale_features(X))
    np.testing.assert_array_equal(dataSet(frame, labels).X, X)
    np.testing.assert_array_equal(MSE(frame, X), 0)
    assert accuracy(labels['label'], labels['label']) == accuracy(labels, Y) == 1
    np.testing.assert_array_equal(sigmoid(labels['label']), sigmoid(Y))


def test_columns_of_several_types_become_numbers(library):
    frame = library.DataFrame({'age': [1, 2], 'size': [0.5, 1.5], 'ill': [True, False]})
    np.testing.assert_array_equal(as_numbers(frame, 'X_data'), [[1, 0.5, 1], [2, 1.5, 0]])
    whole = library.DataFrame({'a': [1, 2], 'b': [3, 4]})
    assert as_numbers(whole, 'X_data').dtype == np.int64


@pytest.mark.parametrize(
    ('column', 'words'),
    [
        (['x', 'y', 'z'], r'real numbers in every column, got words'),
        (['x', None, 'z'], r"column 'bad': expected (a value in every row|real numbers in every)"),
        ([1.0, None, 2.0], r'finite numbers, got nan at index \(1,\)'),
        ([datetime.date(2020, 1, 1)] * 3, r'expected real numbers'),
        ([2**53 + 1, 2, 3], r'expected whole numbers up to 2\*\*53'),
    ],
)
def test_a_column_that_is_no_feature_is_named(library, column, words):
    frame = library.DataFrame({'good': [1.5, 2.5, 3.5], 'bad': column})
    with pytest.raises(DataError, match=words) as raised:
        Embedding(frame, [0, 1, 0])
    assert str(raised.value).startswith("X_data, column 'bad': expected")


def test_tokens_are_the_values_of_a_frame_and_not_its_names(library):
    frame = library.DataFrame({'first': ['a', 'b', 'a'], 'second': ['b', 'c', 'c']})
    embedding = Embedding(frame, [0, 1, 1], (1, 0, 0), X_encode=True)
    assert list(embedding.e2i) == ['a', 'b', 'c']
    model = quiet(EpyNN([embedding, Flatten(), Dense(1)]), loss='BCE')
    assert model.predict(frame, X_encode=True).X.shape == (3, 2, 3)
    np.testing.assert_array_equal(model.predict(frame, X_encode=True).X, embedding.dtrain.X)


def test_missing_words_are_refused(library):
    with pytest.raises(DataError, match=r'Y_data: expected a value in every row, got .* in row 2'):
        Embedding(X[:3], library.Series(['a', 'b', None]), Y_encode=True)
    with pytest.raises(DataError, match="X_data, column 'p': expected a value in every row"):
        Embedding(library.DataFrame({'p': ['a', None], 'q': ['b', 'a']}), X_encode=True)


def test_labels_in_several_columns_are_refused_with_the_name_of_one(library):
    frame = library.DataFrame({'id': [1, 2, 3], 'label': ['a', 'b', 'a']})
    with pytest.raises(LabelError, match=r"got 2 values\. Choose the column .*Y_data\['label'\]"):
        Embedding(X[:3], frame, Y_encode=True)


def test_types_that_pandas_adds():
    pandas = pytest.importorskip('pandas')
    frame = pandas.DataFrame({
        'a': pandas.array([1, 2, 3], dtype='Int64'), 'b': pandas.array([0.5, 1, 2], 'Float64'),
        'c': pandas.array([True, False, True], dtype='boolean'),
    })  # fmt: skip
    np.testing.assert_array_equal(as_numbers(frame, 'X'), [[1, 0.5, 1], [2, 1, 0], [3, 2, 1]])
    for dtype in ('category', 'string', 'object'):
        labels = pandas.Series(['b', 'a', 'b'], dtype=dtype)
        assert Embedding(X[:3], labels, (1, 0, 0), Y_encode=True).classes == ['a', 'b']
    whole = pandas.Series([2, 1, 2], dtype='Int64')
    assert Embedding(X[:3], whole, (1, 0, 0), Y_encode=True).classes == [1, 2]
    missing = pandas.Series([2, None, 2], dtype='Int64')
    for options in ({}, {'Y_encode': True}):
        with pytest.raises(DataError, match=r'got (nan|<NA>) (at index|in row)'):
            Embedding(X[:3], missing, **options)
    with pytest.raises(LabelError, match='Y_data, sample 1: expected a label, got <NA>'):
        Embedding(X[:3], [1, pandas.NA, 2], Y_encode=True)
    with pytest.raises(DataError, match='a number everywhere, got <NA> at index'):
        Embedding([[1.0, pandas.NA]], [1])
    with pytest.raises(DataError, match='expected tokens that equal themselves'):
        Embedding([['a', pandas.NA]], [1], X_encode=True)
    twice = pandas.DataFrame([[1, 2.5], [3, 4.5]], columns=['a', 'a'])
    np.testing.assert_array_equal(as_numbers(twice, 'X'), [[1, 2.5], [3, 4.5]])


def test_a_lazy_frame_is_to_be_collected():
    polars = pytest.importorskip('polars')
    with pytest.raises(DataError, match=r'got a LazyFrame\. Pass X_data\.collect\(\)'):
        Embedding(polars.DataFrame({'a': [1, 2]}).lazy(), [0, 1])


def test_tensors():
    torch = pytest.importorskip('torch')
    data = torch.tensor(X)
    np.testing.assert_array_equal(as_numbers(data, 'X_data'), X)
    np.testing.assert_array_equal(as_numbers(list(data), 'X_data'), X)
    assert encode_labels(torch.tensor(Y))[1] == [0, 1]
    for tensor, remedy in (
        (data.clone().requires_grad_(), r'X_data\.detach\(\)\.numpy\(\)'),
        (data.bfloat16(), r'X_data\.float\(\)\.numpy\(\)'),
        (data.to('meta'), r'X_data\.cpu\(\)\.numpy\(\)'),
        (list(data.clone().requires_grad_()), r'\[x\.detach\(\)\.numpy\(\) for x in X_data\]'),
    ):
        with pytest.raises(DataError, match=remedy):
            Embedding(tensor, Y)


# LABELS AND TOKENS IN FILES


@pytest.mark.parametrize(
    'labels', [[None, 1], [True, False], [0.5, -1.0], ['a', 'é'], [b'a', b'b'], [(1, 'a'), (2,)]]
)
def test_labels_that_are_taken_come_back_from_a_file(labels, tmp_path):
    tokens = [[label, label] for label in labels]
    if None in labels or type(labels[0]) is tuple:
        labels = ['a', 'b']  # these may be tokens alone
    embedding = Embedding(tokens * 3, labels * 3, (1, 0, 0), X_encode=True, Y_encode=True)
    model = quiet(EpyNN([embedding, Flatten(), Dense(2, softmax)]))
    model.write(tmp_path / 'model')
    read = read_model(tmp_path / 'model')
    for ours, theirs in (
        (embedding.classes, read.embedding.classes), (list(embedding.e2i), list(read.embedding.e2i))
    ):  # fmt: skip
        assert ours == list(theirs)
        assert list(map(type, ours)) == list(map(type, theirs))
