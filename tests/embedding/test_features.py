"""Columns of frames: a network finds the features where it learned them, or says so."""

import numpy as np
import pytest
from networks import make_data, quiet

from epynn.commons.errors import DataError
from epynn.commons.maths import softmax
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.files.reading import read_model
from epynn.flatten.models import Flatten
from epynn.network.models import EpyNN

X, Y = make_data()
NAMES = ['age', 'height', 'weight', 'pulse']


class Frame:
    """The least that a frame is: columns with names."""

    def __init__(self, data, columns):
        self.data, self.columns = np.asarray(data), list(columns)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, name):
        if isinstance(name, list):
            return Frame(np.stack([self[each] for each in name], axis=1), name)
        return self.data[:, self.columns.index(name)]

    def to_numpy(self):
        return self.data


def make(library, data=X, columns=NAMES):
    if library == 'any':
        return Frame(data, columns)
    library = pytest.importorskip(library)
    return library.DataFrame({name: data[:, i] for i, name in enumerate(columns)})


@pytest.fixture(params=['any', 'pandas', 'polars'])
def library(request):
    return request.param


def build(X_data, Y_data=Y, **options):
    embedding = Embedding(X_data, Y_data, Y_encode=True, **options)
    return quiet(EpyNN([embedding, Flatten(), Dense(3, softmax)]))


@pytest.mark.parametrize('scale', [False, True])
def test_columns_in_another_order_are_refused_with_the_remedy(library, scale):
    frame = make(library)
    model = build(frame, X_scale=scale)
    A = model.predict(frame, X_scale=scale).A
    turned = frame[NAMES[::-1]]
    with pytest.raises(DataError, match=r'Choose them in that order') as caught:
        model.predict(turned, X_scale=scale)
    assert caught.value.remedy.endswith(f'X_data[{NAMES}].')
    np.testing.assert_array_equal(model.predict(turned[NAMES], X_scale=scale).A, A)


def test_columns_that_are_too_many_too_few_or_others_are_refused(library):
    model = build(make(library))
    more = make(library, np.c_[X, X[:, 0]], [*NAMES, 'label'])
    with pytest.raises(DataError, match=r"got \['age', .*'label'\]. Choose them in that order"):
        model.predict(more)
    for names in (NAMES[:3], ['size', *NAMES[1:]]):
        with pytest.raises(DataError, match=r"There is no '(pulse|age)': .* X_data.to_numpy\(\)"):
            model.predict(make(library, X[:, : len(names)], names))


def test_arrays_have_no_names_and_numbers_are_places(library):
    A = build(X).predict(X).A
    for model in (build(X), build(make(library))):
        for data in (X, X.tolist(), make('any', columns=range(4))):
            np.testing.assert_array_equal(model.predict(data).A, A)
    numbered = build(make('any', columns=range(4)))
    np.testing.assert_array_equal(numbered.predict(make(library)).A, A)
    with pytest.raises(DataError, match=r'X_data\[\[0, 1, 2, 3\]\]'):
        numbered.predict(make('any', columns=[3, 2, 1, 0]))


def test_tokens_in_columns():
    words = np.array([['a', 'b'], ['b', 'c'], ['c', 'a']] * 8)
    model = build(Frame(words, ['first', 'second']), X_encode=True)
    with pytest.raises(DataError, match=r"X_data\[\['first', 'second'\]\]"):
        model.predict(Frame(words, ['second', 'first']), X_encode=True)


@pytest.mark.parametrize('columns', [NAMES, [('a', 1), ('a', 2), ('b', 1), (0.5, None)]])
def test_names_are_in_the_file(columns, tmp_path):
    path = build(Frame(X, columns)).write(tmp_path / 'model')
    again = read_model(path)
    assert again.embedding.features == columns
    with pytest.raises(DataError, match='Choose them in that order'):
        again.predict(Frame(X, columns[::-1]))
    with pytest.raises(DataError, match='Choose them in that order'):
        read_model(path, data=Embedding(Frame(X, columns[::-1]), Y, Y_encode=True))
    on = read_model(path, data=Embedding(X, Y, Y_encode=True))
    assert on.embedding.features == columns


def test_names_that_no_file_holds_are_kept_as_text(tmp_path):
    columns = [complex(i) for i in range(4)]
    model = build(Frame(X, columns))
    assert read_model(model.write(tmp_path / 'model')).embedding.features == list(map(str, columns))
    model.predict(Frame(X, columns))


# LABELS IN A COLUMN


@pytest.mark.parametrize('library', ['pandas', 'polars'])
def test_a_column_of_the_frame_may_hold_the_labels(library):
    module = pytest.importorskip(library)
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((30, 2)), np.array(['x', 'y', 'z'])[np.arange(30) % 3]
    frame = module.DataFrame({'a': X[:, 0], 'species': y.tolist(), 'b': X[:, 1]})
    sets = {'validation': (frame, 'species')}
    embedding = Embedding(frame, 'species', Y_encode=True, stratify=True, **sets)
    assert embedding.features == ['a', 'b']
    assert embedding.classes == ['x', 'y', 'z']
    np.testing.assert_array_equal(embedding.dval.X, X)
    np.testing.assert_array_equal(embedding.dval.y, np.arange(30) % 3)
    model = EpyNN([embedding, Dense(3, softmax)])
    model.initialize(loss='CCE', seed=1, verbose=False)
    assert model.evaluate(frame, 'species') == model.evaluate(X, y)
    assert model.confusion_matrix(frame, 'species').labels == ['x', 'y', 'z']
    with pytest.raises(DataError, match=r"X_data\[\['a', 'b'\]\]"):
        model.predict(frame)


@pytest.mark.parametrize('library', ['pandas', 'polars'])
def test_several_columns_of_the_frame_may_hold_the_targets(library):
    module = pytest.importorskip(library)
    values = np.arange(18.0).reshape(6, 3) / 7
    frame = module.DataFrame(dict(zip('abc', values.T, strict=True)))
    embedding = Embedding(frame, ['c', 'a'], (1, 0, 0))
    assert embedding.features == ['b']
    np.testing.assert_array_equal(embedding.dtrain.Y, values[:, [2, 0]])
    np.testing.assert_array_equal(embedding.dtrain.X, values[:, [1]])
    words = list('abcabc')  # as many as samples: labels, whatever the columns are called
    assert Embedding(frame, words, Y_encode=True).classes == list('abc')
    with pytest.raises(DataError, match=r"or the name of one column of X_data.* got 'd'"):
        Embedding(frame, ['a', 'd'])
    with pytest.raises(DataError, match='as many labels as samples'):
        Embedding(frame, ['x', 'y'], Y_encode=True)


def test_a_column_of_labels_has_to_be_there_once_and_not_alone():
    pandas = pytest.importorskip('pandas')
    frame = pandas.DataFrame({'a': [1.0, 2.0], 'species': ['x', 'y']})
    with pytest.raises(DataError, match=r"^Y_data: expected labels, or the name.*'species' was"):
        Embedding(frame, 'specie')
    with pytest.raises(DataError, match=r'^Embedding.validation\[1\]: expected labels, or the na'):
        Embedding(frame, 'species', (1, 0, 0), Y_encode=True, validation=(frame, 'kind'))
    with pytest.raises(DataError, match='X_data: expected a column of samples beside the labels'):
        Embedding(frame[['species']], 'species', Y_encode=True)
    twice = pandas.DataFrame([[1.0, 2.0, 0]], columns=['a', 'y', 'y'])
    with pytest.raises(DataError, match="got 'y', which several have"):
        Embedding(twice, 'y')
    with pytest.raises(DataError, match='Y_data: expected as many labels as samples'):
        Embedding([[1.0], [2.0], [3.0]], 'y')
