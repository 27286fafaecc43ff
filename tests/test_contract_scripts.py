"""Whole scripts as courses have them, run unmodified in an empty folder, each in a process."""
# ruff: noqa: E501 - scripts are as long as their authors write them

import pytest
from processes import run_script

HEAD = """
import random

import numpy as np

import epynn.initialize
from epynn.commons.io import one_hot_decode_sequence
from epynn.commons.library import configure_directory, read_model
from epynn.commons.logs import process_logs
from epynn.commons.maths import relu, softmax, tanh, sigmoid, identity, elu, orthogonal
from epynn.network.models import EpyNN
from epynn.embedding.models import Embedding
from epynn.convolution.models import Convolution
from epynn.pooling.models import Pooling
from epynn.flatten.models import Flatten
from epynn.dropout.models import Dropout
from epynn.rnn.models import RNN
from epynn.lstm.models import LSTM
from epynn.gru.models import GRU
from epynn.dense.models import Dense
from settings import se_hPars

random.seed(1)
np.random.seed(1)

np.set_printoptions(precision=3, threshold=10)

configure_directory()
"""

DUMMY = """
def prepare_dataset(N_SAMPLES=100):
    X_features, Y_label = [], []
    for i in range(N_SAMPLES):
        features = [random.choice([True, False]) for j in range(11)]
        X_features.append(features)
        Y_label.append(0 if features.count(True) > features.count(False) else 1)
    return X_features, Y_label
"""
STRINGS = """
def features_string(N_FEATURES=12):
    return [random.choice(['A', 'T', 'G', 'C']) for j in range(N_FEATURES)]

def prepare_dataset(N_SAMPLES=100):
    X_features, Y_label = [], []
    for i in range(N_SAMPLES):
        features = features_string()
        if i % 2:
            features[2:6] = list('ATGC')
        X_features.append(features)
        Y_label.append([0, 1] if i % 2 else [1, 0])
    return X_features, Y_label
"""
IMAGES = """
def prepare_dataset(N_SAMPLES=60):
    X_features, Y_label = [], []
    for i in range(N_SAMPLES):
        image = np.random.randint(0, 4, (12, 10, 1))
        if i % 3:
            image[i % 3 * 3] += 6
        X_features.append(image.tolist())
        Y_label.append(i % 3)
    return X_features, Y_label
"""
DECISIONS = """
model.plot(path=False)
model.write()
model = read_model()

X_features, _ = prepare_dataset(N_SAMPLES=10)
dset = model.predict(X_features, {options})
for n, pred, probs in zip(dset.ids, dset.P, dset.A):
    print(n, pred, probs)
assert list(dset.ids) == list(range(10))
assert len(dset.P) == len(dset.A) == 10
"""

SCRIPTS = {
    'perceptron': DUMMY + """
X_features, Y_label = prepare_dataset(N_SAMPLES=120)
embedding = Embedding(X_data=X_features, Y_data=Y_label, relative_size=(2, 1, 0))
name = 'Perceptron_Dense-1-sigmoid'
dense = Dense()
model = EpyNN(layers=[embedding, dense], name=name)
model.initialize(loss='BCE', seed=1, metrics=['accuracy', 'recall'], se_hPars=se_hPars.copy(), end='\\r')
model.train(epochs=10, init_logs=False)
""" + DECISIONS.format(options=''),
    'MLP': DUMMY + """
X_features, Y_label = prepare_dataset(N_SAMPLES=120)
embedding = Embedding(X_data=X_features, Y_data=Y_label, Y_encode=True, relative_size=(2, 1, 1), batch_size=32)
se_hPars['learning_rate'] = 0.01
se_hPars['softmax_temperature'] = 5
layers = [embedding, Dense(16, relu), Dropout(0.1), Dense(8, elu), Dense(2, softmax)]
model = EpyNN(layers=layers, name='Dense-16-relu_Dropout_Dense-2-softmax')
model.initialize(loss='MSE', seed=1, metrics=['accuracy', 'recall', 'precision', 'MAE'], se_hPars=se_hPars.copy())
model.train(epochs=10, init_logs=True, verbose=2)
model.evaluate()
model.report()
assert se_hPars['learning_rate'] == 0.01 and se_hPars['softmax_temperature'] == 5
""" + DECISIONS.format(options='X_scale=False'),
    'perceptron without initialize': DUMMY + """
X_features, Y_label = prepare_dataset(N_SAMPLES=60)
model = EpyNN([Embedding(X_features, Y_label), Dense()])
model.train(epochs=10)
assert model.training_loss.__name__ == 'MSE'
model.train(epochs=10, init_logs=False)
""" + DECISIONS.format(options=''),
    **{
        name: STRINGS + f"""
X_features, Y_label = prepare_dataset(N_SAMPLES=120)
embedding = Embedding(X_data=X_features, Y_data=Y_label, X_encode=True, batch_size=32)
print(one_hot_decode_sequence(embedding.dtrain.X[0], embedding.i2e))
se_hPars['schedule'] = 'exp_decay'
se_hPars['softmax_temperature'] = 1
layers = [embedding, {layers}, Dense(2, softmax)]
model = EpyNN(layers=layers, name={name!r})
model.initialize(loss='BCE', seed=1, metrics=['accuracy', 'recall', 'fscore'], se_hPars=se_hPars.copy(), end='\\r')
model.train(epochs=10, init_logs=False)
process_logs('Trained', level=1)
""" + DECISIONS.format(options='X_encode=True')
        for name, layers in {
            'flat strings': 'Flatten(), Dense(8, tanh)',
            'RNN': 'RNN(10)',
            'RNN of sequences': 'RNN(4, sequences=True, clip_gradients=False), Flatten(), Dropout(0.5)',
            'LSTM': 'LSTM(8, initialization=orthogonal)',
            'LSTM of sequences': 'LSTM(4, sequences=True), LSTM(unit_cells=4)',
            'GRU': "GRU(unit_cells=8, clip_gradients=True, se_hPars={'learning_rate': 0.2})",
        }.items()
    },
    'ConvNet': IMAGES + """
X_features, Y_label = prepare_dataset(N_SAMPLES=60)
embedding = Embedding(X_data=X_features, Y_data=Y_label, X_scale=True, Y_encode=True, batch_size=16)
name = 'Convolution-8-3_Pooling-2-Max_Flatten_Dense-3-softmax'
se_hPars['learning_rate'] = 0.001
layers = [
    embedding,
    Convolution(unit_filters=8, filter_size=(3, 3), strides=(1, 1), activate=relu),
    Pooling(pool_size=(2, 2), strides=2),
    Dropout(drop_prob=0.25, axis=(0,)),
    Flatten(),
    Dense(3, softmax),
]
model = EpyNN(layers=layers, name=name)
model.initialize(loss='CCE', seed=1, metrics=['accuracy', 'NPV', 'specificity'], se_hPars=se_hPars.copy(), end='\\r')
model.train(epochs=10, init_logs=False)
assert layers[1].p['W'].shape == (3, 3, 1, 8)
""" + DECISIONS.format(options='X_scale=True'),
    'regression of a signal': """
def prepare_dataset(N_SAMPLES=40):
    X_features = [np.sin(np.linspace(0, random.uniform(3, 9), 30)).tolist() for i in range(N_SAMPLES)]
    return X_features, [sum(x) / 30 for x in X_features]

X_features, Y_label = prepare_dataset()
X_features = np.array(X_features)[:, :, np.newaxis]
embedding = Embedding(X_data=X_features, Y_data=Y_label)
model = EpyNN([embedding, GRU(4), Dense(1, identity)], name='signal')
model.initialize(loss='MAE', seed=1, metrics=['MSE'], se_hPars={**se_hPars, 'learning_rate': 0.01})
model.train(10)
X = X_features[:4]
dset = model.predict(X)
assert dset.A.shape == (4, 1) and dset.X.shape == (4, 30, 1)
""",
}  # fmt: skip

SETTINGS = """
se_hPars = {
    # Schedule learning rate
    'learning_rate': 0.05,
    'schedule': 'lin_decay',
    'decay_k': 0.001,
    'cycle_epochs': 0,
    'cycle_descent': 0,
    # Tune activation function
    'ELU_alpha': 1,
    'LRELU_alpha': 0.3,
    'softmax_temperature': 1,
}
"""


def run(script, folder):
    """Return what a script printed; warnings are errors."""
    done = run_script(script, folder, '-W', 'error', '-X', 'utf8')
    assert done.returncode == 0, f'{done.stdout}\n{done.stderr}'
    return done.stdout


@pytest.mark.parametrize('name', SCRIPTS)
def test_a_script_runs_unmodified(name, tmp_path):
    if 'model.plot' in SCRIPTS[name]:
        pytest.importorskip('matplotlib')
    run(HEAD + SCRIPTS[name], tmp_path)
    folders = ['datasets', 'models', 'plots']
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_dir()) == folders
    assert not list((tmp_path / 'plots').iterdir())  # path=False
    written = [path.name for path in (tmp_path / 'models').iterdir()]
    assert len(written) == ('model.write' in SCRIPTS[name])
    assert not (tmp_path / 'settings.py').exists()


@pytest.mark.parametrize('name', ['perceptron', 'LSTM'])
def test_a_script_runs_with_settings_of_its_own(name, tmp_path):
    (tmp_path / 'settings.py').write_text(SETTINGS)
    script = HEAD + SCRIPTS[name].replace('model.plot(path=False)', '').replace(
        "se_hPars['schedule'] = 'exp_decay'", ''
    )
    script += "assert se_hPars['learning_rate'] == 0.05\n"
    script += "assert model.se_hPars['schedule'] == 'lin_decay'\n"
    run(script, tmp_path)


def test_the_same_seed_prints_the_same_table(tmp_path):
    script = HEAD + SCRIPTS['GRU'].replace('model.plot(path=False)', '')
    first, second = run(script, tmp_path), run(script, tmp_path)
    rows = [
        [line for line in out.splitlines() if line.strip()[:1].isdigit()] for out in (first, second)
    ]
    # The time of a row differs; the numbers of the predictions and of the metrics do not.
    assert len(rows[0]) == len(rows[1]) >= 20
    assert rows[0][-10:] == rows[1][-10:]


def test_plots_and_models_by_their_default_names(tmp_path):
    pytest.importorskip('matplotlib')
    script = HEAD + SCRIPTS['perceptron'].replace('model.plot(path=False)', 'model.plot()')
    script += "from pathlib import Path\nassert Path('plots', f'{model.uname}.png').exists()\n"
    run(script, tmp_path)
    (plot,) = (tmp_path / 'plots').iterdir()
    (model,) = (tmp_path / 'models').iterdir()
    assert plot.read_bytes().startswith(b'\x89PNG')
    assert model.stem == plot.stem
