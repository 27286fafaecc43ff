"""What the tables of the pages say of PyTorch, where it is installed: shapes, defaults, bounds."""

import pytest

torch = pytest.importorskip('torch')
nn = torch.nn

SHAPES = {
    'nn.Linear(3, 4).weight': (4, 3), 'nn.Linear(3, 4).bias': (4,),
    'nn.Conv2d(6, 16, (3, 5), groups=2).weight': (16, 3, 3, 5),
    'nn.Conv1d(6, 16, 5, groups=2).weight': (16, 3, 5),
    'nn.ConvTranspose2d(8, 4, (3, 5), groups=2).weight': (8, 2, 3, 5),
    'nn.RNN(4, 8).weight_ih_l0': (8, 4), 'nn.RNN(4, 8).bias_hh_l0': (8,),
    'nn.LSTM(4, 8).weight_ih_l0': (32, 4), 'nn.LSTM(4, 8).weight_hh_l0': (32, 8),
    'nn.LSTM(4, 8).bias_ih_l0': (32,), 'nn.LSTM(4, 8).bias_hh_l0': (32,),
    'nn.MultiheadAttention(8, 2).in_proj_weight': (24, 8), 'nn.RMSNorm(4).weight': (4,),
    'nn.GRU(4, 8).weight_ih_l0': (24, 4), 'nn.Embedding(9, 4).weight': (9, 4),
    'nn.BatchNorm2d(16)(torch.ones(2, 16, 3, 3))': (2, 16, 3, 3),
    'nn.AdaptiveAvgPool2d(1)(torch.ones(2, 4, 5, 5))': (2, 4, 1, 1),
    'nn.Conv2d(3, 16, 3)(torch.ones(3, 9, 9))': (16, 7, 7),
}  # fmt: skip

DEFAULTS = {
    'nn.LeakyReLU().negative_slope': 0.01, 'nn.BatchNorm1d(4).momentum': 0.1,
    'nn.BatchNorm1d(4).eps': 1e-5, 'nn.LayerNorm(4).eps': 1e-5, 'nn.GroupNorm(2, 4).eps': 1e-5,
    'nn.Softplus().threshold': 20, 'nn.Conv2d(1, 1, 3).stride': (1, 1), 'nn.MaxPool2d(3).stride': 3,
    'nn.AvgPool2d(2).count_include_pad': True,
    'nn.BatchNorm1d(3, momentum=None).momentum': None,
    'optim.RMSprop([x]).defaults["alpha"]': 0.99, 'optim.AdamW([x]).defaults["weight_decay"]': 0.01,
    'optim.Adam([x]).defaults["eps"]': 1e-8, 'optim.Adagrad([x]).defaults["lr"]': 0.01,
}  # fmt: skip

BOUNDS = {
    'nn.Linear(64, 500)': 64, 'nn.Conv2d(6, 80, (3, 5), groups=2)': 3 * 5 * 3,
    'nn.Conv1d(6, 80, 5, groups=2)': 5 * 3, 'nn.LSTM(40, 40)': 40,
    'nn.ConvTranspose2d(80, 6, (3, 5), groups=2)': 3 * 5 * 3,
}  # fmt: skip
"""How many numbers the bound ``1 / sqrt(n)`` of the first weights is about."""


def evaluate(code):
    x = nn.Parameter(torch.ones(1))
    return eval(code, {'nn': nn, 'optim': torch.optim, 'torch': torch, 'x': x})


@pytest.mark.parametrize('code', SHAPES)
def test_shapes_are_those_of_the_tables(code):
    assert evaluate(code).shape == SHAPES[code]


@pytest.mark.parametrize('code', DEFAULTS)
def test_defaults_are_those_of_the_tables(code):
    assert evaluate(code) == DEFAULTS[code]


@pytest.mark.parametrize('code', BOUNDS)
def test_first_weights_are_within_the_bounds_of_the_tables(code):
    torch.manual_seed(0)
    for parameter in evaluate(code).parameters():
        bound = BOUNDS[code] ** -0.5
        assert 0.8 * bound < parameter.abs().max() <= bound


def test_running_variances_are_of_all_but_one():
    norm = nn.BatchNorm1d(1, momentum=1.0)
    norm(torch.tensor([[0.0], [2.0]]))
    assert norm.running_var == 2


def test_a_frame_that_keeps_the_size_is_refused_with_strides():
    with pytest.raises(ValueError, match='strided'):
        nn.Conv2d(1, 1, 3, stride=2, padding='same')


def test_ties_and_frames_of_pooling_are_as_the_tables_say():
    x = torch.ones(1, 1, 2, 2, requires_grad=True)
    nn.MaxPool2d(2)(x).backward()
    assert x.grad.flatten().tolist() == [1, 0, 0, 0]
    assert nn.AvgPool2d(2, padding=1)(x).flatten().tolist() == [0.25] * 4
    slope = torch.zeros(1, requires_grad=True)
    nn.ReLU()(slope).backward()
    assert slope.grad == 0
