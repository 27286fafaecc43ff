"""What `from_torch` refuses: by its place, with the setting and the remedy."""

import numpy as np
import pytest

from epynn.commons.errors import (
    ArgumentError,
    ArgumentTypeError,
    EpynnError,
    MissingExtraError,
    ShapeError,
)
from epynn.interchange import from_torch

torch = pytest.importorskip('torch')
nn = torch.nn
after = nn.Sequential
VECTORS, IMAGES, SEQUENCES = (6,), (8, 6, 3), (5, 6)


class Doubled(nn.Linear):
    def forward(self, X):
        return 2 * super().forward(X)


def shared():
    linear = nn.Linear(6, 6)
    return after(linear, nn.Tanh(), linear)


REFUSED = {
    'class': (lambda: after(nn.Linear(6, 6), after(nn.PixelShuffle(1))), VECTORS,
              r'from_torch, 1\.0 \(PixelShuffle\): .*read_onnx'),
    'own': (lambda: Doubled(6, 2), VECTORS, r'from_torch, Doubled: expected a module that has a'),
    'shared': (shared, VECTORS, r'2 \(Linear\): expected a weight of its own.*deepcopy'),
    'axes': (lambda: after(nn.Conv2d(3, 2, 3), nn.Linear(4, 2)), IMAGES,
             r'1 \(Linear\): expected channels last, got channels behind the samples'),
    'tokens': (lambda: after(nn.Embedding(5, 4), nn.Conv1d(4, 4, 1)), (4,),
               r'1 \(Conv1d\): expected channels behind the samples, got channels last'),
    'order': (lambda: after(nn.Conv2d(3, 2, 3), nn.Flatten()), IMAGES, 'Linear behind Flatten'),
    'norm': (lambda: after(nn.Conv2d(3, 2, 3), nn.Flatten(), nn.GroupNorm(2, 48)), IMAGES,
             r'2 \(GroupNorm\): expected a Linear behind Flatten'),
    'unflatten': (lambda: after(nn.Unflatten(1, (2, 3, 1)), nn.Conv2d(2, 1, 1)), VECTORS,
                  r'0 \(Unflatten\): expected a Linear before it'),
    'padding': (lambda: after(nn.ZeroPad2d((2, 0, 1, 0)), nn.Conv2d(3, 2, 3)), IMAGES,
                r'1 \(Conv2d\): expected padding that is the same on both sides'),
    'no padding': (lambda: after(nn.ZeroPad2d(1), nn.Tanh()), IMAGES, 'a pooling behind it'),
    'mode': (lambda: nn.Conv2d(3, 2, 3, padding=1, padding_mode='reflect'), IMAGES,
             "Conv2d: expected padding_mode='zeros', got padding_mode='reflect'"),
    'momentum': (lambda: nn.BatchNorm1d(6, momentum=None), VECTORS, 'a mean of all batches'),
    'batch': (lambda: nn.BatchNorm1d(6, track_running_stats=False), VECTORS, 'track_running'),
    'adaptive': (lambda: nn.AdaptiveAvgPool2d(3), IMAGES, r'share out \(8, 6\) evenly'),
    'softmax': (lambda: after(nn.Conv2d(3, 2, 1), nn.Softmax(2)), IMAGES, 'along the channels'),
    'tanh': (lambda: nn.Hardtanh(0, 6), VECTORS, r'Hardtanh: expected min_val=-1\.0, got .*0'),
    'tuple': (lambda: after(nn.LSTM(6, 2, batch_first=True), nn.Linear(2, 1)), SEQUENCES,
              r'0 \(LSTM\): .*StatesOfLSTM'),
    'first': (lambda: nn.GRU(6, 2), SEQUENCES, r'GRU: .*Set module\.batch_first = True'),
    'projected': (lambda: nn.LSTM(6, 4, proj_size=2, batch_first=True), SEQUENCES, 'proj_size'),
    'padding token': (lambda: nn.Embedding(5, 2, 0), (4,), 'padding_idx=None, got padding_idx=0'),
    'half': (lambda: nn.Linear(6, 2).half(), VECTORS, r'weight of torch.float16.*float\(\)'),
    'mixed': (lambda: after(nn.Linear(6, 2), nn.Linear(2, 1).double()), VECTORS, 'one data type'),
    'lazy': (lambda: nn.LazyLinear(3), VECTORS, 'LazyLinear: expected a weight of numbers'),
    'meta': (lambda: nn.Linear(6, 2, device='meta'), VECTORS, 'Load the weights'),
    'infinite': (lambda: nn.Linear(6, 2).apply(lambda m: m.weight.data.fill_(np.nan)),
                 VECTORS, 'finite numbers'),
    'parameter': (lambda: nn.utils.parametrizations.weight_norm(nn.Linear(6, 2)), VECTORS,
                  'parametrizations'),
}  # fmt: skip


@pytest.mark.filterwarnings('ignore:Lazy modules')
@pytest.mark.parametrize('case', REFUSED)
def test_what_has_no_layer_is_refused_by_its_place(case):
    make, shape, words = REFUSED[case]
    with pytest.raises(EpynnError, match=words):
        from_torch(make(), shape)


def test_arguments_are_checked(monkeypatch):
    module = nn.Linear(6, 2)
    with pytest.raises(ShapeError, match='Linear'):
        from_torch(module, (5,))
    with pytest.raises(ArgumentTypeError, match=r'from_torch\(module\): .*state_dict'):
        from_torch(module.state_dict(), (6,))
    for shape in (6, (), 'six', (6.0,)):
        with pytest.raises(ArgumentTypeError, match=r'from_torch\(shape\)'):
            from_torch(module, shape)
    with pytest.raises(ArgumentError, match='at least 1'):
        from_torch(module, (0,))
    monkeypatch.setitem(__import__('sys').modules, 'torch', None)
    with pytest.raises(MissingExtraError, match='pip install torch'):
        from_torch(module, (6,))
