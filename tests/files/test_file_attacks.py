"""Model files made to do harm, one by one: each is refused, and the words say why."""

import json
import re
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from model_files import describe, enclose, nest, parts_of_network
from networks import make_classifier, quiet
from saved_networks import OWN

from epynn.commons.errors import ModelFileError
from epynn.commons.maths import tanh
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.files.decoding import Decoder
from epynn.files.description import restore_network
from epynn.files.format import decode_file
from epynn.flatten.models import Flatten
from epynn.reshape.models import Reshape
from epynn.residual.models import Residual


def changed(model, change):
    """Read the file of a network whose description or arrays were changed."""
    text, arrays = parts_of_network(model)
    description = json.loads(text)
    change(description, arrays)
    arrays, description = decode_file(enclose(describe(description), arrays), 'file')
    return restore_network(description, arrays, Decoder('file', OWN))


def first(description):
    """Return the arguments of the first layer after the Embedding."""
    return description['layers'][0]['arguments']


def dense():
    return quiet(make_classifier(Dense(5, tanh)))


def images(*layers):
    return quiet(make_classifier(Reshape((2, 2, 1)), *layers, Flatten()))


HUGE = [
    (dense, lambda d, a: first(d).update(units=10**12)),
    (dense, lambda d, a: d['network'][1]['forward'].update(X=[2**30] * 4)),
    (dense, lambda d, a: d['network'][1]['forward'].update(X=[16, 2**30])),
    (dense, lambda d, a: d.update(epochs=10**12)),
    (dense, lambda d, a: d.update(epochs=10**12, e=10**11)),
    (dense, lambda d, a: d['rates'].update(layers=[10**12] * 3)),
    (lambda: images(Convolution(2, 2, 1)), lambda d, a: d['layers'][1]['arguments'].update(
        padding=10**9)),
    (lambda: images(Convolution(2, 2, 1)), lambda d, a: d['layers'][1]['arguments'].update(
        filter_size={'tuple': [10**9, 10**9]})),
    (lambda: images(Convolution(2, 2, 1)), lambda d, a: d['layers'][1]['arguments'].update(
        strides=10**12)),
    (lambda: images(Residual([Convolution(1, 1, 1)])), lambda d, a: d['layers'][1]['arguments'][
        'layers'][0]['arguments'].update(unit_filters=10**8)),
    (lambda: images(Residual([Convolution(1, 1, 1)])), lambda d, a: d['layers'][1]['arguments'][
        'layers'][0]['arguments'].update(padding=10**9)),
]  # fmt: skip


@pytest.mark.parametrize(('make', 'change'), HUGE, ids=range(len(HUGE)))
def test_huge_numbers_allocate_nothing(make, change):
    model = make()
    tracemalloc.start()
    try:
        with pytest.raises(ModelFileError, match=r'^file: expected'):
            changed(model, change)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(('change', 'words'), [
    (lambda d, a: a.pop('1.p.b'), 'parameters of Dense of shape .*W.*b'),
    (lambda d, a: a.pop('1.p.W'), 'parameters of Dense'),
    (lambda d, a: [a.pop('1.p.W'), a.pop('1.p.b')], 'parameters of Dense'),
    (lambda d, a: a.update({'1.p.V': np.ones(2)}), 'parameters of Dense'),
    (lambda d, a: a.update({'1.s.b': a.pop('1.p.b')}), 'statistics of Dense'),
    (lambda d, a: a.update({'7.p.W': np.ones(2)}), 'arrays of its layers, got .*7.p'),
    (lambda d, a: a.update({'W': np.ones(2)}), 'arrays of its layers'),
    (lambda d, a: a.update({'scale.constant.x': np.ones(2)}), 'arrays of its layers'),
    (lambda d, a: a.update({'0.p.W': np.ones(2)}), 'parameters of Embedding'),
    (lambda d, a: a.update({'1.p.W': a['1.p.W'].T}), 'parameters of Dense'),
    (lambda d, a: a.update({'1.p.W': a['1.p.W'].astype(int)}), 'parameters of Dense'),
    (lambda d, a: a.update({'scale.constant': np.zeros(4, bool)}), 'a scale of two numbers'),
    (lambda d, a: d['embedding'].update(scale=[0.0, 1.0]), 'a scale of two numbers'),
    (lambda d, a: first(d).update(activate={'function': 'xavier'}), 'an activation, got xavier'),
    (lambda d, a: first(d).update(activate={'function': 'numpy.max'}), 'an activation, got max'),
    (lambda d, a: first(d).update(initialization={'function': 'relu'}), 'an initializer'),
    (lambda d, a: first(d).update(activate={'function': 'os.system'}), "epynn, got 'os.system'"),
    (lambda d, a: first(d).update(activate='relu'), 'arguments that fit.*Dense.activate'),
    (lambda d, a: first(d).update(penalty={'object': 'SGD', 'arguments': {}}), 'Dense.penalty'),
    (lambda d, a: first(d).update(self=3), 'arguments of Dense'),
    (lambda d, a: first(d).update(colour=3), 'arguments of Dense'),
    (lambda d, a: d['optimizer']['arguments'].update(self=3), 'arguments that fit.*self'),
    (lambda d, a: d['optimizer']['arguments'].update(make=3), 'arguments that fit.*make'),
    (lambda d, a: d.update(loss={'function': 'tanh'}), 'a loss, got tanh'),
    (lambda d, a: d.update(metrics=[{'function': 'tanh'}]), 'a metric, got tanh'),
    (lambda d, a: d.update(optimizer={'object': 'L2', 'arguments': {'coefficient': 1}}),
     'an optimizer'),
    (lambda d, a: d.update(class_weights={'tuple': []}), 'class weights'),
    (lambda d, a: d.update(dtype='float16'), 'float32 or float64'),
    (lambda d, a: d.update(dtype='int64'), 'float32 or float64'),
    (lambda d, a: d.update(reduction='max'), 'sum or mean'),
    (lambda d, a: d.update(seed=-1), 'counts of at least 0'),
    (lambda d, a: d.update(seed='a'), "'seed' of type int or NoneType"),
    (lambda d, a: d.update(e=True), "'e' of type int"),
    (lambda d, a: d.pop('ts'), "'ts' of type int, got 'nothing'"),
    (lambda d, a: d.update(name=7), "'name' of type str"),
    (lambda d, a: d['history'][0][1][0].extend([0.5, 0.5]), 'a history of its metrics'),
    (lambda d, a: d['history'][0][1].pop(), 'a history of its metrics'),
    (lambda d, a: d['history'][0].__setitem__(0, 'MSE'), 'a history of its metrics'),
    (lambda d, a: d['history'][0][1][0].append('0.5'), 'lists of numbers'),
    (lambda d, a: d['rates'].update(lists=[[]]), 'a learning rate for each epoch'),
    (lambda d, a: d['rates'].update(layers=[0]), 'learning rates for each layer'),
    (lambda d, a: d['activations'].pop(), 'hyper-parameters of activations'),
    (lambda d, a: d['activations'].append({}), 'hyper-parameters of activations'),
    (lambda d, a: d['activations'].__setitem__(1, 7), 'hyper-parameters of activations'),
    (lambda d, a: d['activations'][1].clear(), 'hyper-parameters of activations'),
    (lambda d, a: d['activations'][1].update(activate=7), 'hyper-parameters of activations'),
    (lambda d, a: d['activations'][1]['activate'].update(a=7), 'hyper-parameters of activations'),
    (lambda d, a: d['activations'][2]['activate'].update(softmax_temperature=0), 'a number above'),
    (lambda d, a: d.update(deterministic=1), "'deterministic' of type bool"),
    (lambda d, a: d['layers'].pop(), 'learning rates for each layer'),
    (lambda d, a: d['layers'].clear(), 'EpyNN.layers'),
    (lambda d, a: d['layers'].append(7), 'EpyNN.layers'),
    (lambda d, a: d['layers'].append(
        {'layer': 'Embedding', 'arguments': {}, 'frozen': False}), 'an Embedding as the first'),
    (lambda d, a: d['network'].pop(), 'a row for each layer'),
    (lambda d, a: d['network'][1].pop('forward'), 'rows of'),
    (lambda d, a: d['network'][1]['dimensions'].update(u=9), 'Dense with u = 5'),
    (lambda d, a: d['network'][1]['forward'].update(X=[16, 2, 2]), 'an input of 2 axes'),
    (lambda d, a: d['network'][1]['forward'].pop('X'), 'the input shape of Dense'),
    (lambda d, a: d['network'][1]['forward'].update(X=[16, -4]), 'a shape'),
    (lambda d, a: d['embedding'].update(layer='Dense'), 'an Embedding'),
    (lambda d, a: d['embedding'].update(tokens=['a', 'a']), 'each token once'),
    (lambda d, a: d['embedding'].update(tokens=[['a']]), 'arguments that fit.*unhashable'),
    (lambda d, a: d['embedding']['settings']['dict'].append(['X_data', [[1.0]]]),
     'the settings of an Embedding'),
    (lambda d, a: d['embedding']['settings']['dict'].pop(0), 'the settings of an Embedding'),
    (lambda d, a: d['se_hPars']['dict'].append(['schedule', 'never']), 'each key once'),
    (lambda d, a: d.update(se_hPars={'dict': [['schedule', 'never']]}), 'one of steady'),
    (lambda d, a: d.update(se_hPars={'dict': [['learning_rate', 'a']]}), 'learning_rate'),
    (lambda d, a: d.update(se_hPars={'dict': [['schedule', {'function': 'relu'}]]}),
     'a schedule, got relu'),
    (lambda d, a: d.update(se_hPars={'tuple': []}), 'hyper-parameters by name'),
    (lambda d, a: first(d).update(se_hPars=nest({'dict': []}, 2, 120)), 'at most 100 deep'),
    (lambda d, a: d.update(se_hPars=nest({'dict': []}, 1, 200)), 'at most 100 deep'),
])  # fmt: skip
def test_what_does_not_fit_is_said(change, words):
    model, X = dense(), np.ones((2, 4))
    again = changed(model, lambda d, a: None)
    np.testing.assert_array_equal(again.predict(X).A, model.predict(X).A)
    with pytest.raises(ModelFileError, match=words) as caught:
        changed(model, change)
    assert len(str(caught.value)) < 600


def test_no_source_knows_pickle():
    package = Path(__file__).resolve().parents[2] / 'epynn'
    # Estimators ask joblib whether they are in a worker of its; it is joblib that pickles them.
    paths = [path for path in package.rglob('*.py') if path.name != 'scikit_learn.py']
    sources = [path.read_text(encoding='utf-8') for path in paths]
    assert len(sources) > 100
    modules = r'(pickle|_pickle|cPickle|cloudpickle|dill|shelve|marshal|joblib)'
    words = re.compile(rf'^\s*(import|from)\s+{modules}\b|allow_pickle\s*=\s*True', re.MULTILINE)
    assert not any(words.search(source) for source in sources)
    assert words.search('    from pickle import loads')
