"""What is no training to go on with, or not with these data, is refused."""

import json

import numpy as np
import pytest
from files.interrupted import Interrupt, X, Y, embed, interrupted, make
from files.test_file_mutations import mutate_arrays, mutate_description
from model_files import edit, enclose, parts_of

import epynn
from epynn import Callback, EarlyStopping
from epynn.commons.errors import (
    ArgumentError,
    DataError,
    EpynnError,
    ModelFileError,
    StateError,
)


@pytest.fixture
def path(tmp_path):
    """Return the file of a training in the middle of an epoch."""
    interrupted(tmp_path / 'file')
    return tmp_path / 'file'


CHANGED = X.copy()
CHANGED[0, 0] += 1e-9
OTHER_LABELS = Y.copy()
OTHER_LABELS[[0, 1]] = Y[[1, 0]]
OTHERS = {
    'fewer samples': ({'X': X[:-3], 'Y': Y[:-3]}, r'samples of dtrain, shape: \[18, 4\]'),
    'a sample': ({'X': CHANGED}, 'samples of dtrain, checksum'),
    'labels': ({'Y': OTHER_LABELS}, 'labels of dtrain, checksum'),
    'weights': ({'sample_weight': np.ones(30)}, 'weights of dtrain'),
    'shares': ({'sizes': (2, 0, 1)}, 'sets'),
    'batches': ({'batch_size': 5}, 'batch_size: 5'),
    'the last batch': ({'drop_last': True}, 'drop_last: True'),
    'augmentation': ({'augment': lambda X, rng: X}, 'augment: True'),
    'the order': ({'stratify': True}, 'samples of dtrain, checksum'),
}


@pytest.mark.parametrize(('options', 'words'), OTHERS.values(), ids=OTHERS)
def test_other_data_are_refused_by_what_differs(path, options, words):
    with pytest.raises(DataError, match=words) as caught:
        epynn.read_model(path, data=embed(**options))
    assert 'without the training' in caught.value.remedy


def test_an_optimizer_that_remembers_elsewhere_is_refused(tmp_path):
    class Hidden(epynn.SGD):
        def step(self, p, g, lr, moments):
            self.steps = 1
            return p - lr * g

    model = make(optimizer=Hidden())
    model.train(1, 0)
    with pytest.raises(ArgumentError, match=r'Hidden with steps.*Keep in moments'):
        model.write(tmp_path / 'x', resume=True)


def test_best_parameters_of_another_network_are_refused(tmp_path):
    early, other = EarlyStopping(patience=9), make(embed(X[:, :3]))
    make().train(2, 0, callbacks=early)
    taker = EarlyStopping(patience=9)
    taker.restore(early.state())
    with pytest.raises(StateError, match='Make a new EarlyStopping'):
        taker.put_best(other)


def test_what_nobody_can_write_is_refused(tmp_path):
    class Keeps(Callback):
        remembers = ('thing',)
        thing = object()

    model = make()
    model.train(1, 0, callbacks=Keeps())
    with pytest.raises(ArgumentError, match='the training, interrupted'):
        model.write(tmp_path / 'x', resume=True)


def remove(name):
    return lambda training, arrays: training.pop(name)


def put(name, value):
    return lambda training, arrays: training.update({name: value})


BROKEN = {
    **{f'without {name}': remove(name) for name in ('step', 'order', 'moments', 'streams')},
    'no dictionary': put('moments', 5),
    'an unknown part': put('more', 5),
    'a step of half a batch': put('step', 0.5),
    'an order that is no array': put('order', [0, 1, 2]),
    'an order of other samples': lambda training, arrays: arrays.update(
        {training['order']['array']: np.zeros(20, int)}
    ),
    'an array that is not there': put('order', {'array': 'training.99999'}),
    'states that are carried by nobody': put('carried', [{'dict': []}]),
    'states that are no arrays': put('carried', [{'dict': [['h', 5]]}] * 5),
    'states of words': put('carried', 5),
    'too few streams': lambda training, arrays: training['streams'].pop(),
    'another generator': lambda training, arrays: training['streams'][0]['dict'][0].__setitem__(
        1, 'System'
    ),
    'a callback without a name': put('interrupted', {'tuple': [[[5, {'dict': []}]], '', False]}),
}


@pytest.mark.parametrize('change', BROKEN.values(), ids=BROKEN)
def test_a_training_that_does_not_fit_is_refused(path, change):
    edit(path, lambda description, arrays: change(description['training'], arrays))
    with pytest.raises(ModelFileError):
        epynn.read_model(path, data=embed())


@pytest.mark.filterwarnings('ignore')
def test_structured_mutations_of_a_training_go_on_or_give_a_typed_error(tmp_path, capsys):
    path, outcomes = tmp_path / 'file', {'refused': 0, 'goes on': 0}
    schedule = {'schedule': 'reduce_on_plateau'}
    interrupted(path, callbacks=[EarlyStopping(patience=2)], se_hPars=schedule)
    description, arrays = parts_of(path)
    ours = {name: array for name, array in arrays.items() if name.startswith('training.')}
    for case in range(300):
        rng = np.random.default_rng([5, case])
        changed, kept = json.loads(json.dumps(description)), dict(ours)
        if rng.random() < 0.8:
            mutate_description(changed['training'], rng)
        else:
            mutate_arrays(kept, rng)
        path.write_bytes(enclose(json.dumps(changed), {**arrays, **kept}))
        try:
            with np.errstate(all='ignore'):
                model = epynn.read_model(path, data=embed())
                model.train(until=5, verbose=0, callbacks=[Interrupt(), EarlyStopping(patience=2)])
            outcomes['goes on'] += 1
        except EpynnError:
            outcomes['refused'] += 1
        except Exception as error:
            raise AssertionError(f'case {case}') from error
        capsys.readouterr()
    assert outcomes['refused'] > 100
    assert outcomes['goes on'] > 30
