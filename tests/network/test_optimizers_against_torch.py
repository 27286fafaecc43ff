"""The same network with the same initial weights in torch: the same losses, epoch after epoch."""

import numpy as np
import pytest
from networks import quiet

from epynn.commons.loss import ICCE, Huber, LabelSmoothing
from epynn.commons.maths import gelu, he_normal, identity, softmax, tanh
from epynn.commons.optimize import SGD, Adam, Nesterov
from epynn.commons.penalties import L1, L2
from epynn.commons.schedule import Cosine, ReduceOnPlateau
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.network.models import EpyNN

torch = pytest.importorskip('torch')

EPOCHS = 20
OPTIMIZERS = {
    'SGD-decay': (SGD(weight_decay=0.01), 0.2, 'SGD', {'weight_decay': 0.01}),
    'Nesterov': (Nesterov(), 0.05, 'SGD', {'momentum': 0.9, 'nesterov': True}),
    'Adam': (Adam(), 0.01, 'Adam', {}),
}
"""Some of `tests/commons/optimize`, where each is compared step by step."""


@pytest.fixture(autouse=True)
def one_thread():
    """Threads are no help with networks this small."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def make_data(m=30):
    rng = np.random.default_rng(0)
    y = np.arange(m) % 3
    X = rng.normal(size=(m, 6, 6, 2)) + y[:, None, None, None] * rng.normal(size=(6, 6, 2))
    return X, y


def make(loss, settings, head=softmax, penalty=None, Y=None, **embedding):
    X, y = make_data()
    Y = y if Y is None else Y
    hidden, output = Dense(8, gelu, he_normal), Dense(3 if head is softmax else 1, head)
    hidden.penalty = penalty
    layers = [
        Embedding(X, Y, relative_size=(1, 0, 0), **embedding),
        Convolution(4, 3, 1, activate=tanh),
        Flatten(),
        hidden,
        output,
    ]
    return quiet(EpyNN(layers), loss=loss, **settings)


class Twin(torch.nn.Module):
    """The network of `make`, with the weights it starts from."""

    def __init__(self, model):
        super().__init__()
        _, convolution, _, hidden, output = model.layers
        self.convolution = torch.nn.Conv2d(2, 4, 3, dtype=torch.float64)
        self.hidden = torch.nn.Linear(4 * 4 * 4, 8, dtype=torch.float64)
        self.output = torch.nn.Linear(8, output.d['u'], dtype=torch.float64)
        with torch.no_grad():
            W = convolution.p['W'].transpose(3, 2, 0, 1)  # (fh, fw, d, u) -> (u, d, fh, fw)
            self.convolution.weight.copy_(torch.tensor(np.ascontiguousarray(W)))
            self.convolution.bias.copy_(torch.tensor(convolution.p['b']))
            for theirs, ours in ((self.hidden, hidden), (self.output, output)):
                theirs.weight.copy_(torch.tensor(ours.p['W'].T.copy()))
                theirs.bias.copy_(torch.tensor(ours.p['b'][0]))

    def forward(self, X):
        A = torch.tanh(self.convolution(X.permute(0, 3, 1, 2)))
        A = A.permute(0, 2, 3, 1).flatten(1)  # the pixels in our order
        return self.output(torch.nn.functional.gelu(self.hidden(A)))


def losses_of_torch(twin, name, options, lr, loss, schedule=None, factor=1):
    """Return the loss after each epoch; `factor` is what the gradients are multiplied by."""
    X = torch.tensor(make_data()[0])
    optimizer = getattr(torch.optim, name)(twin.parameters(), lr=lr, **options)
    schedule = schedule(optimizer) if schedule else None
    losses = []
    for _ in range(EPOCHS):
        optimizer.zero_grad()
        (factor * loss(twin(X))).backward()
        optimizer.step()
        with torch.no_grad():
            losses.append(loss(twin(X)).item())
        if schedule is not None:
            plateau = isinstance(schedule, torch.optim.lr_scheduler.ReduceLROnPlateau)
            schedule.step(*([losses[-1]] if plateau else []))
    return losses


def check(model, *args, **kwargs):
    twin = Twin(model)
    expected = losses_of_torch(twin, *args, **kwargs)
    model.train(EPOCHS, verbose=0)
    ours = model.metrics[model.training_loss.__name__][0]
    np.testing.assert_allclose(ours, expected, rtol=1e-8, atol=0)
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-8)
    assert ours[-1] < 0.9 * ours[0]  # something was learned


def cross_entropy(outputs, **options):
    return torch.nn.functional.cross_entropy(outputs, torch.tensor(make_data()[1]), **options)


@pytest.mark.parametrize('reduction', ['mean', 'sum'])
@pytest.mark.parametrize('case', OPTIMIZERS)
def test_each_optimizer(case, reduction):
    optimizer, lr, name, options = OPTIMIZERS[case]
    m = len(make_data()[1])
    if reduction == 'sum' and name == 'SGD':
        lr = lr / m
    settings = {
        'optimizer': optimizer,
        'reduction': reduction,
        'se_hPars': {'learning_rate': lr},
    }
    model = make('CCE', settings, Y_encode=True)
    check(model, name, options, lr, cross_entropy, factor=m if reduction == 'sum' else 1)


@pytest.mark.parametrize('penalty', [L1(0.01), L2(0.1)])
def test_penalties(penalty):
    settings = {'optimizer': 'Adam', 'reduction': 'mean', 'se_hPars': {'learning_rate': 0.01}}
    model = make('CCE', settings, penalty=penalty, Y_encode=True)
    twin = Twin(model)

    def loss(outputs):
        W, c = twin.hidden.weight, penalty.coefficient
        return cross_entropy(outputs) + c * (
            W.abs().sum() if isinstance(penalty, L1) else W.square().sum() / 2
        )

    expected = losses_of_torch(twin, 'Adam', {}, 0.01, loss)
    model.train(EPOCHS, verbose=0)
    np.testing.assert_allclose(model.metrics['CCE'][0], expected, rtol=1e-8)


def test_clipping_by_value_in_a_network():
    settings = {
        'optimizer': SGD(clip_value=0.02),
        'reduction': 'mean',
        'se_hPars': {'learning_rate': 0.5},
    }
    model = make('CCE', settings, Y_encode=True)
    twin = Twin(model)
    for parameter in twin.parameters():
        parameter.register_hook(lambda g: torch.clamp(g, -0.02, 0.02))
    expected = losses_of_torch(twin, 'SGD', {}, 0.5, cross_entropy)
    model.train(EPOCHS, verbose=0)
    np.testing.assert_allclose(model.metrics['CCE'][0], expected, rtol=1e-8)


@pytest.mark.parametrize(
    ('ours', 'theirs'),
    [
        (Cosine(0.1), lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 20, eta_min=2e-3)),
        (
            ReduceOnPlateau(0.5, 0, threshold=0.2),
            lambda o: torch.optim.lr_scheduler.ReduceLROnPlateau(
                o, factor=0.5, patience=0, threshold=0.2, eps=0
            ),
        ),
    ],
)
def test_schedules(ours, theirs):
    settings = {
        'optimizer': 'Adam',
        'reduction': 'mean',
        'se_hPars': {'learning_rate': 0.02, 'schedule': ours},
    }
    model = make('CCE', settings, Y_encode=True)
    check(model, 'Adam', {}, 0.02, cross_entropy, theirs)
    assert len(set(model.layers[1].lrate)) > 2


@pytest.mark.parametrize('share', [0, 0.1])
def test_integer_labels_class_weights_and_smoothing(share):
    """torch divides by the sum of the weights, we by the number of samples."""
    loss = LabelSmoothing(ICCE, share) if share else ICCE
    settings = {'optimizer': 'Adam', 'reduction': 'mean', 'se_hPars': {'learning_rate': 0.01}}
    if not share:
        settings['class_weight'] = {0: 0.5, 2: 3}
        weight = torch.tensor([0.5, 1, 3], dtype=torch.float64)
    else:
        weight = None
    model = make(loss, settings)

    def theirs(outputs):
        return cross_entropy(outputs, weight=weight, label_smoothing=share, reduction='sum') / 30

    check(model, 'Adam', {}, 0.01, theirs)


@pytest.mark.parametrize('loss', ['MSE', 'Huber', Huber(0.3)])
def test_sample_weights_in_a_regression(loss):
    Y = np.sin(make_data()[0].mean(axis=(1, 2, 3)) * 5)[:, np.newaxis]
    w = np.random.default_rng(4).uniform(0, 2, size=30)
    settings = {'optimizer': 'Adam', 'reduction': 'mean', 'se_hPars': {'learning_rate': 0.01}}
    model = make(loss, settings, identity, Y=Y, sample_weight=w)
    truth, weights = torch.tensor(Y), torch.tensor(w)[:, None]
    delta = getattr(loss, 'delta', 1.0)

    def theirs(outputs):
        if loss == 'MSE':
            losses = torch.nn.functional.mse_loss(outputs, truth, reduction='none')
        else:
            losses = torch.nn.functional.huber_loss(outputs, truth, delta=delta, reduction='none')
        return (weights * losses).mean()

    check(model, 'Adam', {}, 0.01, theirs)
