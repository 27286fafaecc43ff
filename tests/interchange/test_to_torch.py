"""Networks as modules of PyTorch: the same outputs and gradients, and they train on."""

import numpy as np
import pytest
from layer_table import ROWS
from moved import move_parameters
from networks import quiet
from test_guides import run

from epynn import (
    GRU,
    LSTM,
    Activation,
    BatchNorm,
    Convolution,
    Dense,
    Embedding,
    EpyNN,
    Flatten,
    Parallel,
    softmax,
)  # fmt: skip
from epynn.commons.errors import ArgumentTypeError, LayerError, MissingExtraError, StateError
from epynn.commons.maths import ACTIVATIONS
from epynn.interchange import to_torch

torch = pytest.importorskip('torch')
torch_layers = pytest.importorskip('epynn.interchange.pytorch.layers')
torch_makers = pytest.importorskip('epynn.interchange.pytorch.makers')


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.name)
def test_outputs_and_gradients_are_the_same(row):
    layer, X = row.make(), row.draw_input()
    layer.training = False
    layer.forward(X)
    move_parameters(layer)
    A = layer.forward(X)
    dA = np.random.default_rng(0).standard_normal(A.shape)
    links = torch_layers.Links(torch_makers.MAKERS)
    module = torch_layers.chain_of([layer], links, '').eval()
    x = torch.tensor(X, requires_grad=not row.tokens)
    out = module(x)
    np.testing.assert_allclose(out.detach().numpy(), A, rtol=0, atol=1e-12)
    dX = layer.backward(dA)
    layer.compute_gradients()
    if out.requires_grad:
        out.backward(torch.tensor(dA))
    if x.grad is not None:
        np.testing.assert_allclose(x.grad.numpy(), dX, rtol=0, atol=1e-11)
    learned = [link for link in links if link.kind == 'p']
    assert len(learned) == len(layer.p)
    for link in learned:
        dp = link.layer.g[f'd{link.name}']
        np.testing.assert_allclose(link.take(link.tensor.grad), dp, rtol=0, atol=1e-11)
        assert np.array_equal(link.take(), link.array)


def test_outputs_and_gradients_of_each_activation_are_the_same():
    X = 3 * np.random.default_rng(1).standard_normal((20, 4))
    layer = Parallel([[Activation(f)] for f in ACTIVATIONS.values()])
    A = layer.forward(X)
    links = torch_layers.Links(torch_makers.MAKERS)
    x = torch.tensor(X, requires_grad=True)
    out = torch_layers.chain_of([layer], links, '')(x)
    np.testing.assert_allclose(out.detach().numpy(), A, rtol=0, atol=1e-14)
    out.backward(torch.tensor(A))
    np.testing.assert_allclose(x.grad.numpy(), layer.backward(A), rtol=0, atol=1e-12)


def network(*layers, shape=(12, 6, 6, 2)):
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=shape), rng.integers(0, 3, shape[0])
    embedding = Embedding(X, Y, (1, 0, 0), Y_encode=True)
    return quiet(EpyNN([embedding, *layers, Dense(3, softmax)], 'small'), loss='CCE')


def test_a_module_trains_on_as_the_network_does():
    model = network(Convolution(4, 3, 1), BatchNorm(), Flatten(), shape=(12, 6, 6, 2))
    model.train(2, verbose=0)
    module = to_torch(model).train()
    optimizer = torch.optim.SGD(module.parameters(), 0.1)
    batch = model.embedding.dtrain
    X, Y = torch.tensor(batch.X), torch.tensor(batch.Y)
    for _ in range(3):
        optimizer.zero_grad()
        (-(Y * module(X).log()).sum()).backward()
        optimizer.step()
    model.train(3, verbose=0)
    A = module.eval()(X).detach().numpy()
    np.testing.assert_allclose(A, model.predict(batch.X).A, rtol=0, atol=1e-12)


def test_the_module_reads_as_the_layers_do():
    module = to_torch(network(LSTM(4, sequences=True), GRU(3), shape=(12, 5, 2)))
    assert [name for name, _ in module.named_children()] == ['1', '2', '3', '3_Softmax']
    assert isinstance(module[0], torch.nn.LSTM)
    assert not module[0].bias_hh_l0.requires_grad
    assert [*module.state_dict()][-2:] == ['3.weight', '3.bias']
    assert module(torch.zeros(2, 5, 2, dtype=torch.float64)).shape == (2, 3)


def test_what_has_no_module_is_refused():
    with pytest.raises(ArgumentTypeError, match='a network'):
        to_torch(Dense(3))
    with pytest.raises(StateError, match='initialize'):
        to_torch(EpyNN([Embedding(np.ones((4, 2)), np.ones(4)), Dense()]))
    own = network(Dense(2, lambda x, deriv=False: x * 0 + 1 if deriv else x), shape=(12, 2))
    with pytest.raises(LayerError, match=r'to_torch, 1\.Dense: expected an activation function'):
        to_torch(own)

    class Own(Dense):
        pass

    with pytest.raises(LayerError, match=r'to_torch, 1\.Own: expected a layer of the library'):
        to_torch(network(Own(2), shape=(12, 2)))


def test_without_torch_the_error_says_how_to_get_it(monkeypatch):
    model = network(Dense(2), shape=(12, 2))
    monkeypatch.setitem(__import__('sys').modules, 'torch', None)
    with pytest.raises(MissingExtraError, match='pip install torch'):
        to_torch(model)


def test_the_blocks_of_the_guide_run(tmp_path, monkeypatch, capsys):
    pytest.importorskip('onnx')
    monkeypatch.chdir(tmp_path)
    run('interchange.md', 'python|py')
    assert '(1): Conv2d' in capsys.readouterr().out
