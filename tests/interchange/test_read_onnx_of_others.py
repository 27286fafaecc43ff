"""Networks that PyTorch, Keras and scikit-learn wrote as files of ONNX: they predict the same."""

from pathlib import Path

import numpy as np
import pytest

from epynn import (
    Activation,
    BatchNorm,
    Convolution,
    Dense,
    Flatten,
    GlobalPooling,
    Parallel,
    Pooling,
    Residual,
    identity,
    relu,
    silu,
)
from epynn.interchange import read_onnx

onnx = pytest.importorskip('onnx')
torch = pytest.importorskip('torch')
RECORDED = Path(__file__).parent / 'recorded'
"""Files that took long to export, by `record_onnx.py`."""
pytestmark = pytest.mark.filterwarnings('ignore')

nn = torch.nn


class Block(nn.Module):
    """A block of He et al. (2016)."""

    def __init__(self, d, u, stride):
        super().__init__()
        self.chain = nn.Sequential(
            nn.Conv2d(d, u, 3, stride, 1, bias=False), nn.BatchNorm2d(u), nn.ReLU(),
            nn.Conv2d(u, u, 3, 1, 1, bias=False), nn.BatchNorm2d(u),
        )  # fmt: skip
        self.shortcut = nn.Sequential()
        if stride > 1 or d != u:
            self.shortcut = nn.Sequential(nn.Conv2d(d, u, 1, stride), nn.BatchNorm2d(u))

    def forward(self, X):
        return torch.relu(self.chain(X) + self.shortcut(X))


class View(nn.Module):
    """Rows as images."""

    def __init__(self, *shape):
        super().__init__()
        self.shape = shape

    def forward(self, X):
        return X.reshape(-1, *self.shape)


class Joined(nn.Module):
    """Branches side by side, and multiplied."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(2, 3, 1), nn.Conv2d(2, 4, 3, padding=1)

    def forward(self, X):
        A = torch.cat([self.a(X), torch.sigmoid(self.b(X)), X], dim=1)
        return A * torch.tanh(A)


FUNCTIONS = (
    nn.ReLU(), nn.SiLU(), nn.GELU(), nn.GELU('tanh'), nn.ELU(0.5), nn.SELU(), nn.Hardswish(),
    nn.Mish(), nn.Softplus(), nn.LeakyReLU(0.2), nn.Hardsigmoid(), nn.ReLU6(), nn.Hardtanh(),
    nn.Softsign(), nn.Sigmoid(), nn.Tanh(),
)  # fmt: skip
MODULES = {
    'mlp': ((5,), lambda: nn.Sequential(
        nn.Linear(5, 4), nn.LayerNorm(4), nn.BatchNorm1d(4),
        *(each for function in FUNCTIONS for each in (nn.Linear(4, 4), function)),
        nn.Linear(4, 3, bias=False), nn.Softmax(-1),
    )),
    'cnn': ((2, 9, 8), lambda: nn.Sequential(
        nn.Conv2d(2, 4, (3, 2), (2, 1), 1), nn.BatchNorm2d(4, 1e-3), nn.ReLU(),
        nn.MaxPool2d(2, ceil_mode=True), nn.Dropout(), nn.Conv2d(4, 4, 3, padding=2, dilation=2,
        groups=2), nn.AvgPool2d(3, 1, 1, count_include_pad=False), nn.Flatten(),
        nn.BatchNorm1d(60), nn.Linear(60, 3),
    )),
    'resnet': ((3, 8, 8), lambda: nn.Sequential(
        nn.Conv2d(3, 4, 3, 1, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), Block(4, 4, 1),
        Block(4, 6, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 3),
    )),
    'normalized': ((2, 6, 5), lambda: nn.Sequential(
        nn.Conv2d(2, 6, 3), nn.GroupNorm(3, 6), nn.InstanceNorm2d(6, affine=True), nn.Flatten(),
        nn.LayerNorm(72), nn.Linear(72, 3),
    )),
    'decoder': ((4,), lambda: nn.Sequential(
        nn.Linear(4, 24), nn.BatchNorm1d(24), nn.ReLU(), View(6, 2, 2),
        nn.ConvTranspose2d(6, 3, 3, 2, 1, 1), nn.BatchNorm2d(3), nn.Tanh(),
    )),
    'branches': ((2, 4, 3), lambda: nn.Sequential(
        Joined(), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(9, 2),
    )),
    'signals': ((3, 9), lambda: nn.Sequential(
        nn.ConstantPad1d((2, 0), 0.0), nn.Conv1d(3, 4, 3), nn.ReLU(), nn.MaxPool1d(2),
        nn.Flatten(), nn.Linear(16, 2),
    )),
    'steps': ((6, 4), lambda: nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))),
}  # fmt: skip


def make_module(name):
    """Return a module whose statistics and parameters are not those it begins with."""
    torch.manual_seed(0)
    shape, make = MODULES[name]
    module = make()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter += 0.1 * torch.randn(parameter.shape)
        for buffer in module.buffers():
            if buffer.is_floating_point():
                buffer += 0.5 * torch.rand(buffer.shape)
    return module.eval(), torch.randn(3, *shape)


def write_module(module, X, path):
    """Write a module as a file, the number of samples free."""
    free = {'X': {0: 'm'}}
    torch.onnx.export(module, (X,), path, dynamo=False, input_names=['X'], dynamic_axes=free)
    return path


def compare(model, X, A):
    """Compare, images channels-last."""
    X, A = (array if array.ndim == 2 or array.shape[1:] == shape else np.moveaxis(array, 1, -1)
            for array, shape in ((X, model.network[0]['forward']['X'][1:]), (A, ())))  # fmt: skip
    B = model.forward(X.astype(np.float64))
    A = A.reshape(B.shape) if A.size == B.size and A.ndim == 2 else A
    np.testing.assert_allclose(B, A, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize('name', MODULES)
def test_modules_of_pytorch_predict_the_same(name, tmp_path):
    module, X = make_module(name)
    model = read_onnx(write_module(module, X, tmp_path / 'module.onnx'))
    A = module(X).detach().numpy()
    if name == 'steps':
        np.testing.assert_allclose(model.forward(X.numpy().astype(float)), A, rtol=1e-5, atol=1e-5)
    else:
        compare(model, X.numpy(), A)


def read_recorded(name):
    """Return a network of a recorded file, samples, and what its author predicts for them."""
    with np.load(RECORDED / f'{name}.npz') as arrays:
        return read_onnx(RECORDED / f'{name}.onnx'), arrays['X'], arrays['A']


def test_the_other_exporter_of_pytorch_whose_weights_lie_beside_the_file():
    model, X, A = read_recorded('torch_dynamo')
    compare(model, X, A)
    kinds = [type(layer) for layer in model.layers[1:]]
    assert kinds == [Convolution, Residual, Activation, Residual, Activation, GlobalPooling, Dense]
    assert model.layers[1].activate.function is relu


def test_layers_are_those_that_a_person_would_write(tmp_path):
    module, X = make_module('mlp')
    model = read_onnx(write_module(module, X, tmp_path / 'module.onnx'))
    names = [layer.activate.__name__ for layer in model.layers[4:]]
    assert names == [
        'relu', 'silu', 'gelu', 'gelu_tanh', 'elu', 'selu', 'hard_swish', 'mish', 'softplus',
        'lrelu', 'hard_sigmoid', 'relu6', 'hard_tanh', 'softsign', 'sigmoid', 'tanh', 'softmax',
    ]  # fmt: skip
    assert model.layers[8].se_hPars == {'ELU_alpha': 0.5}
    assert all(type(layer) is Dense for layer in model.layers[4:])
    module, X = make_module('branches')
    model = read_onnx(write_module(module, X, tmp_path / 'module.onnx'))
    assert [type(layer) for layer in model.layers[1:4]] == [Parallel, Parallel, Pooling]
    module, X = make_module('cnn')
    model = read_onnx(write_module(module, X, tmp_path / 'module.onnx'))
    kinds = [Convolution, Pooling, Convolution, Pooling, Flatten, BatchNorm, Dense]
    assert [type(layer) for layer in model.layers[1:]] == kinds


def test_networks_of_keras():
    model, X, A = read_recorded('keras')
    np.testing.assert_allclose(model.predict(X).A, A, rtol=1e-5, atol=1e-5)
    kinds = [Convolution, Pooling, Convolution, Pooling, Flatten, Dense]
    assert [type(layer) for layer in model.layers[1:]] == kinds
    assert model.layers[3].activate.function is silu


def test_networks_of_scikit_learn(tmp_path):
    skl2onnx = pytest.importorskip('skl2onnx')
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler, StandardScaler

    X = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32) * 3 + 1
    two, three, amounts = X[:, 0] > 1, np.arange(60) % 3, X[:, 1] * 2
    small = {'hidden_layer_sizes': (5,), 'max_iter': 5, 'random_state': 0}
    for estimator, y in (
        (MLPClassifier(**small), two.astype(int)),
        (make_pipeline(MinMaxScaler(), MLPClassifier(activation='tanh', **small)), three),
        (make_pipeline(StandardScaler(), MLPRegressor(activation='logistic', **small)), amounts),
    ):
        estimator.fit(X, y)
        file = skl2onnx.to_onnx(estimator, X[:1])
        (tmp_path / 'estimator.onnx').write_bytes(file.SerializeToString())
        model = read_onnx(tmp_path / 'estimator.onnx')
        probabilities = hasattr(estimator, 'predict_proba')
        A = estimator.predict_proba(X) if probabilities else estimator.predict(X)[:, np.newaxis]
        np.testing.assert_allclose(model.forward(X.astype(float)), A, rtol=1e-4, atol=1e-5)
    assert isinstance(model.layers[1], BatchNorm)  # the scaler, which does not learn
    assert not model.layers[1].trainable
    assert model.layers[-1].activate.function is identity
