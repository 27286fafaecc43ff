"""Modules of PyTorch as networks: the same outputs, and they train on."""

import numpy as np
import pytest
from drawn_networks import drawn_network
from layer_table import ROWS
from moved import move_parameters
from networks import parameters, quiet

from epynn import Embedding, read_model
from epynn.commons.errors import LayerError
from epynn.interchange import from_torch, to_torch

torch = pytest.importorskip('torch')
layers = pytest.importorskip('epynn.interchange.pytorch.layers')
makers = pytest.importorskip('epynn.interchange.pytorch.makers')
of_sequences = pytest.importorskip('epynn.interchange.pytorch.sequence_modules')
ours = pytest.importorskip('epynn.interchange.pytorch.modules')
nn = torch.nn

FIRST = {3: (0, 3, 1, 2), 2: (0, 2, 1)}
"""Axes of images and signals as modules take them that have the channels first."""


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.name)
def test_what_goes_comes_back(row):
    layer, X = row.make(), row.draw_input()
    layer.training = False
    layer.forward(X)
    move_parameters(layer)
    A = layer.forward(X)
    module = layers.chain_of([layer], layers.Links(makers.MAKERS), '')
    model = from_torch(module, X.shape[1:])
    np.testing.assert_allclose(model.predict(X).A, A, rtol=0, atol=1e-12)
    here = [p for each in model.layers for p in each.p.values()]
    for came, went in zip(here, layer.p.values(), strict=True):
        np.testing.assert_array_equal(came, went)


def test_networks_drawn_at_random_come_back():
    for number in range(40):
        X, chain, _ = drawn_network(number)
        A = X
        for layer in chain:
            layer.training = False
            A = layer.forward(A)
        module = layers.chain_of(chain, layers.Links(makers.MAKERS), '', 1).eval()
        there = module(torch.tensor(X)).detach().numpy()
        assert np.abs(there - A).max() <= 1e-12 * max(1, np.abs(A).max()), number
        np.testing.assert_array_equal(from_torch(module, X.shape[1:]).forward(X), A)


def drawn(module, seed=0):
    """Return a module in float64, all of whose numbers are drawn."""
    module = module.double().eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for tensor in module.state_dict().values():
            if tensor.dtype == torch.float64:
                tensor.copy_(torch.rand(tensor.shape, generator=generator).double() - 0.3)
        for name, tensor in module.named_buffers():
            if 'running_var' in name:
                tensor.copy_(tensor.abs() + 0.5)
    return module


def of_torch(module, X, first):
    """Return what a module makes of samples, channels last."""
    X = torch.tensor(X)
    if first:
        X = X.permute(FIRST[X.ndim - 1]).contiguous()
    A = module(X)
    A = (A[0] if isinstance(A, tuple) else A).detach()
    return A.movedim(1, -1).numpy() if first and A.ndim > 2 else A.numpy()


def samples(shape, m=4):
    return np.random.default_rng(0).normal(size=(m, *shape))


def after(*modules):
    return nn.Sequential(*modules)


def encoder(norm_first, **options):
    return nn.TransformerEncoderLayer(
        6, 2, 5, 0.1, norm_first=norm_first, batch_first=True, **options
    )


def last(cells):
    cells.sequences = False
    return cells


VECTORS, IMAGES, SIGNALS, SEQUENCES = (6,), (8, 6, 3), (9, 4), (5, 6)
CHANNELS_FIRST = {
    'lenet': (IMAGES, lambda: after(
        nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(48, 5), nn.Sigmoid(), nn.Linear(5, 3), nn.Softmax(1))),
    'nested': (IMAGES, lambda: after(
        after(nn.Conv2d(3, 4, (3, 2), (2, 1), 'valid'), nn.BatchNorm2d(4), nn.LeakyReLU(0.1)),
        after(nn.AvgPool2d((3, 2), 1, (1, 0), count_include_pad=False), nn.Dropout2d(0.3)),
        nn.Flatten(), nn.BatchNorm1d(48), nn.Dropout(), nn.Linear(48, 2))),
    'same': (IMAGES, lambda: after(
        nn.Conv2d(3, 6, (2, 4), padding='same', dilation=(1, 2), groups=3, bias=False),
        nn.GELU(), nn.GroupNorm(2, 6), nn.MaxPool2d(3, 2, 1, 1, False, True))),
    'norms': (IMAGES, lambda: after(
        nn.LayerNorm((3, 8, 6), elementwise_affine=False),
        nn.InstanceNorm2d(3), nn.GroupNorm(1, 3), nn.InstanceNorm2d(3, affine=True),
        nn.BatchNorm2d(3, affine=False, momentum=0.3), nn.Softmax(1))),
    'padded': (IMAGES, lambda: after(
        nn.ZeroPad2d((0, 1, 1, 1)), nn.Conv2d(3, 2, (3, 2)), nn.ZeroPad2d((1, 1, 1, 1)),
        nn.AvgPool2d(3, 3), nn.Tanh())),
    'global': (IMAGES, lambda: after(
        nn.AdaptiveAvgPool2d((4, None)), nn.Conv2d(3, 4, 1), nn.AdaptiveMaxPool2d(1),
        nn.Conv2d(4, 5, 1), nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(5, 2))),
    'decoder': (IMAGES, lambda: after(
        nn.Flatten(), nn.Linear(144, 7), nn.Tanh(), nn.Linear(7, 18), nn.BatchNorm1d(18),
        nn.ReLU(), nn.Unflatten(1, (3, 2, -1)), nn.ConvTranspose2d(3, 2, 4, 2, 1),
        nn.ELU(0.7), nn.ConvTranspose2d(2, 4, 3, 2, 1, 1, 2, True, 2), nn.Sigmoid())),
    'back': (IMAGES, lambda: after(
        nn.Flatten(), nn.Unflatten(-1, (3, 8, 6)), nn.LayerNorm((3, 8, 6), 1e-3, False))),
    'residual': (IMAGES, lambda: after(
        nn.Conv2d(3, 4, 1), ours.Residual(
            after(nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU()), nn.Identity()),
        nn.Flatten(), nn.Linear(192, 2))),
    'signals': (SIGNALS, lambda: after(
        nn.Conv1d(4, 6, 3, 2, 1, 2, 2), nn.BatchNorm1d(6), nn.SiLU(), nn.Dropout1d(0.2),
        nn.AvgPool1d(2, 1, 1), nn.MaxPool1d(2, 2), nn.Flatten(), nn.Linear(12, 4))),
    'causal': (SIGNALS, lambda: after(
        nn.ConstantPad1d((4, 0), 0.0), nn.Conv1d(4, 2, 3, dilation=2), nn.InstanceNorm1d(2),
        nn.AdaptiveAvgPool1d(3), nn.AdaptiveMaxPool1d(1), nn.Flatten(), nn.Linear(2, 1))),
}  # fmt: skip
"""Modules that have the channels first."""

CHANNELS_LAST = {
    'mlp': (VECTORS, lambda: after(
        nn.Linear(6, 5, bias=False), nn.LayerNorm(5, 1e-3), nn.Hardtanh(), nn.Linear(5, 4),
        nn.Hardsigmoid(), nn.RMSNorm(4, 1e-6), nn.Softsign(), nn.Linear(4, 3), nn.Softmax(-1))),
    'activations': (VECTORS, lambda: after(
        nn.SELU(), nn.GELU('tanh'), nn.ReLU6(), nn.Hardswish(), nn.Softplus(), nn.Mish(),
        nn.Identity(), nn.BatchNorm1d(6, 1e-3, 0.2),
        nn.LayerNorm(6, elementwise_affine=False), nn.LayerNorm(6, bias=False))),
    'linear': (VECTORS, lambda: nn.Linear(6, 2)),
    'steps': (SEQUENCES, lambda: after(
        nn.LayerNorm(6), nn.Linear(6, 3), nn.Tanh(), nn.Flatten(), nn.Linear(15, 2))),
    'rnn': (SEQUENCES, lambda: nn.RNN(6, 3, 2, 'relu', batch_first=True, dropout=0.2)),
    'lstm': (SEQUENCES, lambda: after(nn.Linear(6, 4), nn.LSTM(4, 3, 2, batch_first=True))),
    'lstm without bias': (SEQUENCES, lambda: nn.LSTM(6, 3, bias=False, batch_first=True)),
    'two ways': (SEQUENCES, lambda: nn.LSTM(6, 3, 2, batch_first=True, bidirectional=True)),
    'last state': (SEQUENCES, lambda: after(
        last(of_sequences.StatesOfGRU(6, 4, 2, batch_first=True)), nn.Linear(4, 2))),
    'gru': (SEQUENCES, lambda: nn.GRU(6, 3, 2, batch_first=True, bidirectional=True)),
    'encoder': (SEQUENCES, lambda: encoder(True)),
    'encoder behind': (SEQUENCES, lambda: nn.TransformerEncoder(
        encoder(False, activation='gelu', layer_norm_eps=1e-3), 2, nn.LayerNorm(6),
        enable_nested_tensor=False)),
    'encoder without bias': (SEQUENCES, lambda: encoder(True, bias=False)),
}  # fmt: skip


@pytest.mark.filterwarnings('ignore:Using padding=.same. with even kernel lengths')
@pytest.mark.parametrize('case', [*CHANNELS_FIRST, *CHANNELS_LAST])
def test_modules_of_pytorch_predict_the_same(case, tmp_path):
    first = case in CHANNELS_FIRST
    shape, make = {**CHANNELS_FIRST, **CHANNELS_LAST}[case]
    module, X = drawn(make()), samples(shape)
    model = from_torch(module, shape)
    A = of_torch(module, X, first)
    np.testing.assert_allclose(model.predict(X).A, A, rtol=0, atol=1e-12)
    if A.ndim == 2:
        again = read_model(model.write(tmp_path / 'came'))
        np.testing.assert_array_equal(again.predict(X).A, model.predict(X).A)
    single = from_torch(module.float(), shape)
    dtypes = {p.dtype for each in parameters(single) for p in each.values()}
    assert dtypes <= {np.dtype('f4')} or not [*module.parameters()]
    np.testing.assert_allclose(single.predict(X.astype('f4')).A, A, atol=1e-3)


def steps_of_torch(module, X, Y, count):
    """Take steps by all samples, with the sum of the losses over them."""
    optimizer = torch.optim.SGD(module.train().parameters(), 0.05)
    for _ in range(count):
        optimizer.zero_grad()
        (-(torch.tensor(Y) * module(torch.tensor(X)).log()).sum()).backward()
        optimizer.step()
    return module.eval()


TRAINED = {
    'images': (IMAGES, lambda: after(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4, momentum=0.3), nn.ReLU(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(24, 5), nn.LayerNorm(5), nn.Linear(5, 3), nn.Softmax(1))),
    'sequences': (SEQUENCES, lambda: after(
        of_sequences.Attention(6, 8, 2, 1, True, 0.0, True, True), of_sequences.GRU(
            6, 4, 3, [nn.Tanh(), nn.Sigmoid(), nn.Sigmoid()], False),
        nn.Linear(4, 3), nn.Softmax(1))),
}  # fmt: skip


@pytest.mark.parametrize('case', TRAINED)
def test_they_train_on_as_the_modules_do(case):
    shape, make = TRAINED[case]
    X, Y = samples(shape, 6), np.eye(3)[np.arange(6) % 3]
    module = drawn(make())
    data = Embedding(X, Y, (1, 0, 0))
    model = from_torch(module, shape, data=data)
    quiet(model, params=False, learning_rate=0.05)
    model.train(4, verbose=0)
    images = X.transpose(FIRST[3]) if len(shape) == 3 else X
    steps_of_torch(module, images, Y, 4)
    again = from_torch(module, shape)
    for here, there in zip(parameters(model), parameters(again), strict=True):
        for name, p in here.items():
            np.testing.assert_allclose(p, there[name], rtol=0, atol=1e-11, err_msg=name)
    np.testing.assert_allclose(model.predict(X).A, again.predict(X).A, rtol=0, atol=1e-11)


def test_a_network_that_learned_in_pytorch_comes_home(tmp_path):
    X, Y = samples(SEQUENCES, 8), np.eye(3)[np.arange(8) % 3]
    cells = last(of_sequences.StatesOfLSTM(6, 4, batch_first=True))
    module = drawn(after(cells, nn.Linear(4, 3), nn.Softmax(1)))
    model = from_torch(module, SEQUENCES, data=Embedding(X, Y, (1, 0, 0)))
    quiet(model, params=False, optimizer='Adam', learning_rate=0.01)
    model.train(2, verbose=0)
    there = steps_of_torch(to_torch(model), X, Y, 3)
    home = from_torch(there, SEQUENCES)
    assert [each.name for each in home.layers] == ['Embedding', 'LSTM', 'Dense']
    np.testing.assert_allclose(home.predict(X).A, of_torch(there, X, False), rtol=0, atol=1e-12)


def test_what_is_frozen_stays_so():
    module = drawn(after(nn.Linear(6, 5), nn.Tanh(), nn.BatchNorm1d(5), nn.Linear(5, 2)))
    module[0].requires_grad_(False)
    model = from_torch(module, VECTORS)
    assert [each.trainable for each in model.layers[1:]] == [False, True, True]
    module[3].bias.requires_grad_(False)
    with pytest.raises(LayerError, match=r'3 \(Linear\): .*Freeze all of them, or none'):
        from_torch(module, VECTORS)
