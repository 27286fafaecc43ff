"""Optimizers: step by step those of torch.optim; clipping; data types; layers in layers."""

import numpy as np
import pytest
from layer_table import Chain

from epynn.commons.errors import ArgumentError, ArgumentTypeError
from epynn.commons.optimize import (
    OPTIMIZERS,
    SGD,
    Adagrad,
    Adam,
    AdamW,
    Momentum,
    Nesterov,
    Optimizer,
    RMSprop,
    make_optimizer,
)
from epynn.dense.models import Dense

STEPS = 50
PAIRS = {
    'SGD': (SGD, 'SGD', {}, {}),
    'Momentum': (Momentum, 'SGD', {}, {'momentum': 0.9}),
    'Momentum-0.5': (Momentum, 'SGD', {'momentum': 0.5}, {'momentum': 0.5}),
    'Nesterov': (Nesterov, 'SGD', {}, {'momentum': 0.9, 'nesterov': True}),
    'RMSprop': (RMSprop, 'RMSprop', {}, {}),
    'RMSprop-0.9': (RMSprop, 'RMSprop', {'rho': 0.9, 'epsilon': 1e-3}, {'alpha': 0.9, 'eps': 1e-3}),
    'Adagrad': (Adagrad, 'Adagrad', {}, {}),
    'Adam': (Adam, 'Adam', {}, {}),
    'Adam-0.8': (
        Adam, 'Adam', {'beta1': 0.8, 'beta2': 0.9, 'epsilon': 1e-4},
        {'betas': (0.8, 0.9), 'eps': 1e-4},
    ),
    'AMSGrad': (Adam, 'Adam', {'amsgrad': True}, {'amsgrad': True}),
    'AdamW': (AdamW, 'AdamW', {}, {}),
    'AdamW-AMSGrad': (AdamW, 'AdamW', {'amsgrad': True}, {'amsgrad': True}),
}  # fmt: skip
RATES = [0.1 * 0.9**x for x in range(STEPS)]


class Bare:
    """No more of a layer than optimizers ask for."""

    def __init__(self, p, lrate, dtype=np.float64):
        self.p = {name: np.array(value, dtype) for name, value in p.items()}
        self.g = {}
        self.moments = {}
        self.lrate = lrate
        self.e = 0
        self.trainable = True

    def children(self):
        return []


def draw(rng):
    return {'W': rng.normal(size=(4, 3)), 'b': rng.normal(size=(1, 3))}


def gradients(rng):
    """Gradients of very different size from step to step."""
    return [
        {name: g * 10.0 ** rng.uniform(-3, 1) for name, g in draw(rng).items()}
        for _ in range(STEPS)
    ]


def train(optimizer, start, steps, rates, dtype=np.float64):
    layer = Bare(start, rates, dtype)
    for e, g in enumerate(steps):
        layer.e = e
        layer.g = {f'd{name}': np.array(value, dtype) for name, value in g.items()}
        optimizer.clip([layer])
        optimizer.update(layer)
    return layer


def train_torch(torch, name, options, start, steps, rates, clip=None):
    parameters = {n: torch.tensor(value, requires_grad=True) for n, value in start.items()}
    optimizer = getattr(torch.optim, name)(parameters.values(), lr=rates[0], **options)
    for g, rate in zip(steps, rates, strict=True):
        optimizer.param_groups[0]['lr'] = rate
        for n, parameter in parameters.items():
            parameter.grad = torch.tensor(g[n])
        if clip is not None:
            clip(parameters.values())
        optimizer.step()
    return {n: parameter.detach().numpy() for n, parameter in parameters.items()}


@pytest.mark.parametrize('weight_decay', [None, 0.1])
@pytest.mark.parametrize('pair', PAIRS)
def test_fifty_steps_are_those_of_torch(pair, weight_decay, rng):
    torch = pytest.importorskip('torch')
    ours, theirs, settings, options = PAIRS[pair]
    if weight_decay is not None:
        settings = {**settings, 'weight_decay': weight_decay}
        options = {**options, 'weight_decay': weight_decay}
    start, steps = draw(rng), gradients(rng)
    layer = train(ours(**settings), start, steps, RATES)
    expected = train_torch(torch, theirs, options, start, steps, RATES)
    for name, p in layer.p.items():
        np.testing.assert_allclose(p, expected[name], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize('pair', ['SGD', 'Adam', 'AdamW'])
def test_clipping_by_value_is_that_of_torch(pair, rng):
    torch = pytest.importorskip('torch')
    ours, theirs, settings, options = PAIRS[pair]
    start, steps = draw(rng), gradients(rng)
    layer = train(ours(**settings, clip_value=0.2), start, steps, RATES)
    expected = train_torch(
        torch, theirs, options, start, steps, RATES,
        lambda parameters: torch.nn.utils.clip_grad_value_(parameters, 0.2),
    )  # fmt: skip
    for name, p in layer.p.items():
        np.testing.assert_allclose(p, expected[name], rtol=1e-13)


def test_clipping_by_norm_is_that_of_torch_but_for_its_margin(rng):
    """They divide by norm + 1e-6, we by the norm: the clipped gradients differ by that factor."""
    torch = pytest.importorskip('torch')
    clipped = 0
    for g in gradients(rng):
        layer = Bare(g, [0.1])
        layer.g = {f'd{name}': value for name, value in g.items()}
        tensors = [torch.zeros(value.shape, dtype=torch.float64) for value in g.values()]
        for tensor, value in zip(tensors, g.values(), strict=True):
            tensor.grad = torch.tensor(value)
        norm = float(torch.nn.utils.clip_grad_norm_(tensors, 1.5))
        SGD(clip_norm=1.5).clip([layer])
        factor = (norm + 1e-6) / norm if norm > 1.5 else 1
        clipped += norm > 1.5
        for name, tensor in zip(g, tensors, strict=True):
            theirs = tensor.grad.numpy() * factor
            np.testing.assert_allclose(layer.g[f'd{name}'], theirs, rtol=1e-12)
    assert 0 < clipped < STEPS


def test_clipping_is_joint_over_layers_and_by_value_first(rng):
    layers = [Bare({}, [0.1]) for _ in range(3)]
    for layer in layers:
        layer.g = {'dW': rng.normal(size=(3, 2)) * 100}
    layers[2].trainable = False
    frozen = layers[2].g['dW'].copy()
    expected = [np.clip(layer.g['dW'], -2, 2) for layer in layers[:2]]
    norm = np.sqrt(sum(np.sum(g**2) for g in expected))
    Adam(clip_norm=1, clip_value=2).clip(layers)
    for layer, g in zip(layers, expected, strict=False):
        np.testing.assert_allclose(layer.g['dW'], g / norm, rtol=1e-14)
    np.testing.assert_array_equal(layers[2].g['dW'], frozen)


def test_clipping_without_gradients():
    Adam(clip_norm=1, clip_value=2).clip([])
    Adam(clip_norm=1, clip_value=2).clip([Bare({}, [0.1])])


def test_clipping_reaches_the_trainable_layers_inside_layers(rng):
    inside, frozen, beside = Dense(3), Dense(3), Dense(2)
    chain = Chain([inside, frozen])
    frozen.trainable = False
    A = beside.forward(chain.forward(rng.normal(size=(5, 4))))
    chain.backward(beside.backward(np.ones_like(A)))
    for layer in (beside, chain):
        layer.compute_gradients()
    before = {key: np.array(g) for key, g in chain.g.items()}
    trained = [*inside.g.values(), *beside.g.values()]
    norm = np.sqrt(sum(np.sum(g**2) for g in trained))
    SGD(clip_norm=norm / 4).clip([chain, beside])
    np.testing.assert_allclose(chain.g['d0.W'], before['d0.W'] / 4, rtol=1e-13)
    np.testing.assert_array_equal(chain.g['d1.W'], before['d1.W'])
    np.testing.assert_allclose(beside.g['dW'], trained[2] / 4, rtol=1e-13)
    chain.trainable = False
    SGD(clip_value=1e-9).clip([chain])
    np.testing.assert_allclose(chain.g['d0.W'], before['d0.W'] / 4, rtol=1e-13)


@pytest.mark.parametrize('scalar', [float, np.float64, np.float32])
@pytest.mark.parametrize('cls', OPTIMIZERS.values())
def test_float32_stays_float32(cls, scalar, rng):
    """Whatever numbers the settings are; NumPy 2 takes a np.float64 for an array of float64."""
    settings = {'weight_decay': scalar(0.1), 'clip_norm': scalar(1), 'clip_value': scalar(1)}
    for name in ('momentum', 'rho', 'beta1', 'beta2', 'epsilon'):
        if name in vars(cls()):
            settings[name] = scalar(vars(cls())[name])
    rates = [scalar(0.1)] * STEPS
    start, steps = draw(rng), gradients(rng)
    layer = train(cls(**settings), start, steps, rates, np.float32)
    double = train(cls(**settings), start, steps, rates)
    for name, p in layer.p.items():
        assert p.dtype == np.float32
        np.testing.assert_allclose(p, double.p[name], rtol=1e-3, atol=1e-4)
        arrays = [value for value in layer.moments[name].values() if isinstance(value, np.ndarray)]
        assert all(array.dtype == np.float32 for array in arrays)


@pytest.mark.parametrize('cls', OPTIMIZERS.values())
def test_nothing_is_changed_in_place(cls, rng):
    """Neither parameters nor gradients; and nothing remembered is one of their arrays."""
    layer = Bare(draw(rng), [0.1])
    for _ in range(3):
        layer.g = {f'd{name}': value for name, value in draw(rng).items()}
        arrays = [*layer.p.values(), *layer.g.values()]
        for array in arrays:
            array.flags.writeable = False
        cls(weight_decay=0.1).update(layer)
        for moments in layer.moments.values():
            assert not any(
                np.shares_memory(value, array) for value in moments.values() for array in arrays
            )


def test_one_optimizer_serves_many_layers(rng):
    start, steps, optimizer = draw(rng), gradients(rng), Adam()
    first = train(optimizer, start, steps, RATES)
    second = train(optimizer, start, steps, RATES)
    np.testing.assert_array_equal(first.p['W'], second.p['W'])
    assert vars(optimizer) == vars(Adam())


def test_frozen_layers_do_not_move(rng):
    layer = Bare(draw(rng), [0.1])
    layer.trainable = False
    Adam().update(layer)
    assert layer.moments == {}


def test_an_optimizer_of_ones_own(rng):
    class Sign(Optimizer):
        def step(self, p, g, lr, moments):
            return p - lr * np.sign(g)

    start, steps = draw(rng), gradients(rng)
    layer = train(Sign(), start, steps[:1], [0.5])
    np.testing.assert_array_equal(layer.p['W'], start['W'] - 0.5 * np.sign(steps[0]['W']))


# ARGUMENTS


def test_by_name_or_object():
    for name, cls in OPTIMIZERS.items():
        assert type(make_optimizer(name)) is cls
    optimizer = Adam(beta1=0.5)
    assert make_optimizer(optimizer) is optimizer
    with pytest.raises(ArgumentTypeError, match=r'got Adam \(class\)\. Add parentheses: Adam\(\)'):
        make_optimizer(Adam)
    for wrong in ('adam', None):
        with pytest.raises(ArgumentError, match='optimizer: expected an optimizer or one of SGD'):
            make_optimizer(wrong)


def test_they_print_their_settings():
    text = 'Adam(clip_norm=1.0, beta1=0.9, beta2=0.999, epsilon=1e-08, amsgrad=True)'
    assert repr(Adam(amsgrad=True, clip_norm=1)) == text
