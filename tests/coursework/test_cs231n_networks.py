"""The checks of the CS231n notebooks on networks and the Solver."""

import numpy as np
import pytest

from epynn.commons.errors import ArgumentError
from epynn.coursework.cs231n import FullyConnectedNet, Solver, ThreeLayerConvNet
from epynn.coursework.cs231n.gradient_check import eval_numerical_gradient, rel_error


@pytest.fixture(autouse=True)
def _seed():
    np.random.seed(231)  # noqa: NPY002  the networks draw as the course does


def check_gradients(model, X, y, tolerance, h=1e-5):
    """Compare the gradients of all parameters with central differences, as the notebooks do."""
    _, grads = model.loss(X, y)
    assert grads.keys() == model.params.keys()
    for name, param in model.params.items():
        numeric = eval_numerical_gradient(lambda _: model.loss(X, y)[0], param, False, h)
        error = np.abs(numeric - grads[name]).max() / max(1e-3, np.abs(numeric).max())
        assert error < tolerance, name


@pytest.mark.parametrize('normalization', [None, 'batchnorm', 'layernorm'])
@pytest.mark.parametrize(('reg', 'keep'), [(0, 1), (3.14, 0.75)])
def test_fully_connected_net(normalization, reg, keep, rng):
    N, D, H1, H2, C = 2, 15, 20, 30, 10
    X, y = rng.standard_normal((N + 1, D)), rng.integers(C, size=N + 1)
    model = FullyConnectedNet(
        [H1, H2], input_dim=D, num_classes=C, dropout_keep_ratio=keep,
        normalization=normalization, reg=reg, weight_scale=5e-2, dtype=np.float64, seed=123,
    )  # fmt: skip
    loss, _ = model.loss(X, y)
    assert loss == model.loss(X, y)[0]  # dropout is drawn anew from its seed
    penalty = sum(np.sum(model.params[f'W{layer}'] ** 2) for layer in (1, 2, 3)) * reg / 2
    assert abs(loss - penalty - np.log(C)) < (0.1 if normalization is None else 1.5)
    check_gradients(model, X, y, 1e-6)


@pytest.mark.parametrize(
    ('options', 'published'),
    [
        ([{'reg': 0}, {'reg': 3.14}], [2.3004790897684924, 7.052114776533016]),
        (
            [{'dropout_keep_ratio': keep, 'seed': 123} for keep in (1, 0.75, 0.5)],
            [2.3004790897684924, 2.302371489704412, 2.3042759220785896],
        ),
    ],
)
def test_losses_are_those_printed_in_the_notebooks(options, published):
    # The same draws in the same order: X, y, then the weights of one network after the other
    X, y = np.random.randn(2, 15), np.random.randint(10, size=2)  # noqa: NPY002
    for settings, expected in zip(options, published, strict=True):
        model = FullyConnectedNet(
            [20, 30], 15, 10, weight_scale=5e-2, dtype=np.float64, **settings
        )  # fmt: skip
        assert abs(model.loss(X, y)[0] - expected) < 1e-13


def test_parameters_are_drawn_as_the_course_draws_them():
    model = FullyConnectedNet([4, 3], 5, 2, normalization='batchnorm', weight_scale=0.1)
    assert list(model.params) == [
        'W1', 'b1', 'gamma1', 'beta1', 'W2', 'b2', 'gamma2', 'beta2', 'W3', 'b3',
    ]  # fmt: skip
    np.random.seed(231)  # noqa: NPY002
    for layer, shape in ((1, (5, 4)), (2, (4, 3)), (3, (3, 2))):
        drawn = 0.1 * np.random.randn(*shape)  # noqa: NPY002
        np.testing.assert_array_equal(model.params[f'W{layer}'], drawn.astype(np.float32))
    assert {param.dtype for param in model.params.values()} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(model.params['gamma1'], np.ones(4))
    np.testing.assert_array_equal(model.params['beta2'], np.zeros(3))


def test_scores_are_those_of_test_mode(rng):
    X, y = rng.standard_normal((20, 6)), rng.integers(3, size=20)
    model = FullyConnectedNet([5], 6, 3, 0.5, 'batchnorm', dtype=np.float64, seed=1)
    model.loss(X, y)
    first, second = model.loss(X), model.loss(X[:1])
    np.testing.assert_allclose(first[:1], second, rtol=1e-12)  # the batch plays no part
    assert first.shape == (20, 3)


def test_float32_networks_stay_float32(rng):
    X, y = rng.standard_normal((4, 3, 8, 8)), np.arange(4)
    for model in (
        FullyConnectedNet([5], 192, 10, 0.5, 'batchnorm', reg=0.1),
        FullyConnectedNet([5], 192, 10, 1, 'layernorm', reg=0.1),
        ThreeLayerConvNet((3, 8, 8), 2, 3, 5, reg=0.1),
    ):
        _, grads = model.loss(X, y)
        assert {grad.dtype for grad in grads.values()} == {np.dtype(np.float32)}
        assert model.loss(X).dtype == np.float32


def test_three_layer_conv_net_starts_at_the_loss_of_chance(rng):
    X, y = rng.standard_normal((50, 3, 32, 32)), rng.integers(10, size=50)
    model = ThreeLayerConvNet()
    loss, _ = model.loss(X, y)
    assert abs(loss - np.log(10)) < 0.01
    model.reg = 0.5
    assert model.loss(X, y)[0] > loss
    assert model.params['W2'].shape == (32 * 16 * 16, 100)


@pytest.mark.parametrize(('filter_size', 'reg'), [(3, 0.0), (4, 0.1)])
def test_three_layer_conv_net_gradients(filter_size, reg, rng):
    X, y = rng.standard_normal((2, 3, 8, 8)), rng.integers(10, size=2)
    model = ThreeLayerConvNet(
        (3, 8, 8), num_filters=3, filter_size=filter_size, hidden_dim=7, reg=reg,
        weight_scale=0.05, dtype=np.float64,
    )  # fmt: skip
    check_gradients(model, X, y, 1e-6, h=1e-6)


@pytest.mark.parametrize(
    ('rule', 'config'),
    [
        ('sgd', {'learning_rate': 0.2}),
        ('sgd_momentum', {'learning_rate': 5e-2}),
        ('rmsprop', {'learning_rate': 2e-3}),
        ('adam', {'learning_rate': 3e-3}),
    ],
)
def test_solver_overfits_50_samples(rule, config, rng):
    data = small_data(rng, (30,))
    model = FullyConnectedNet([100, 100], 30, 10, weight_scale=0.15)
    solver = Solver(
        model, data, update_rule=rule, optim_config=config, num_epochs=40, batch_size=25,
        verbose=False,
    )  # fmt: skip
    solver.train()
    assert solver.train_acc_history[-1] == 1.0
    assert len(solver.loss_history) == 80
    assert len(solver.train_acc_history) == len(solver.val_acc_history) == 41
    assert solver.loss_history[-1] < 0.1


def test_solver_overfits_with_a_conv_net(rng):
    data = small_data(rng, (3, 8, 8))
    model = ThreeLayerConvNet((3, 8, 8), 8, 3, 32, weight_scale=0.1)
    solver = Solver(
        model, data, update_rule='adam', optim_config={'learning_rate': 3e-3}, num_epochs=40,
        batch_size=25, verbose=False,
    )  # fmt: skip
    solver.train()
    assert max(solver.train_acc_history) == 1.0


def test_solver_keeps_the_best_parameters_and_decays_the_rate(rng, capsys):
    data = small_data(rng, (6,))
    model = FullyConnectedNet([5], 6, 10, dropout_keep_ratio=0.9, normalization='batchnorm')
    solver = Solver(
        model, data, optim_config={'learning_rate': 0.1}, lr_decay=0.5, num_epochs=3,
        batch_size=10, print_every=4, num_train_samples=20, num_val_samples=10,
    )  # fmt: skip
    solver.train()
    assert solver.epoch == 3
    assert {config['learning_rate'] for config in solver.optim_configs.values()} == {0.0125}
    assert solver.best_val_acc == max(solver.val_acc_history)
    assert model.params is solver.best_params
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(' loss')[0] for line in lines if 'Iteration' in line] == [
        f'(Iteration {t} / 15)' for t in (1, 5, 9, 13)
    ]
    assert sum(line.startswith('(Epoch ') for line in lines) == 4


def test_solver_draws_the_batches_of_the_course(rng):
    data = small_data(rng, (6,))

    class Recorder:
        def __init__(self):
            self.params = {'W': np.zeros(1)}
            self.batches = []

        def loss(self, X, y=None):
            if y is None:
                return np.zeros((len(X), 10))
            self.batches.append(X)
            return 0.0, {'W': np.zeros(1)}

    model = Recorder()
    Solver(model, data, batch_size=50, num_epochs=1, verbose=False).train()
    np.random.seed(231)  # noqa: NPY002
    drawn = np.random.choice(50, 50)  # noqa: NPY002
    np.testing.assert_array_equal(model.batches[0], data['X_train'][drawn])


def test_check_accuracy(rng):
    model = FullyConnectedNet([5], 6, 3, dtype=np.float64)
    X = rng.standard_normal((250, 6))
    y = model.loss(X).argmax(axis=1)
    solver = Solver(model, {'X_train': X, 'y_train': y, 'X_val': X, 'y_val': y}, verbose=False)
    assert solver.check_accuracy(X, y) == 1.0
    assert solver.check_accuracy(X, (y + 1) % 3, num_samples=100) == 0.0


def test_errors_name_what_is_wrong(rng):
    model, data = FullyConnectedNet([5], 6), small_data(rng, (6,))
    with pytest.raises(ArgumentError, match=r'update_rule: .* sgd, sgd_momentum, rmsprop, adam'):
        Solver(model, data, update_rule='momentum')
    with pytest.raises(ArgumentError, match='Add X_val'):
        Solver(model, {'X_train': 0, 'y_train': 0, 'y_val': 0})
    with pytest.raises(ArgumentError, match='normalization: expected one of batchnorm, layernorm'):
        FullyConnectedNet([5], normalization='groupnorm')
    with pytest.raises(TypeError, match='learning_rate'):
        Solver(model, data, learning_rate=1)


def small_data(rng, shape):
    return {
        'X_train': rng.standard_normal((50, *shape)), 'y_train': rng.integers(10, size=50),
        'X_val': rng.standard_normal((30, *shape)), 'y_val': rng.integers(10, size=30),
    }  # fmt: skip


def test_rel_error():
    assert rel_error(np.array([1.0, 2.0]), np.array([1.0, 2.0])) == 0
    assert rel_error([1.0, 0.0], [1.0, 2.0]) == 1
