"""Modules of PyTorch for what it lacks, or has otherwise: arrays stay channels-last, (m, ..., d).

What PyTorch has is taken from there. Parameters keep its names and layouts, ``weight (u, n)``.
"""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from epynn.kernels.arrays import ndarray

Function = Callable[[Tensor], Tensor]


class ChannelsLast(nn.Module):
    """Images or signals with the channels last, for a module that has them behind the samples."""

    def forward(self, X: Tensor) -> Tensor:
        """Return ``(m, ..., d) -> (m, ..., u)``."""
        A: Tensor = super().forward(X.movedim(-1, 1)).movedim(1, -1)
        return A


class Conv1d(ChannelsLast, nn.Conv1d):
    """Convolution of signals ``(m, s, e)``."""


class Conv2d(ChannelsLast, nn.Conv2d):
    """Convolution of images ``(m, h, w, d)``."""


class ConvTranspose2d(ChannelsLast, nn.ConvTranspose2d):
    """Transposed convolution of images ``(m, h, w, d)``."""


class BatchNorm1d(ChannelsLast, nn.BatchNorm1d):
    """Normalization of the channels of signals ``(m, s, e)``."""


class BatchNorm2d(ChannelsLast, nn.BatchNorm2d):
    """Normalization of the channels of images ``(m, h, w, d)``."""


class BatchNorm3d(ChannelsLast, nn.BatchNorm3d):
    """Normalization of the channels of films ``(m, s, h, w, d)``."""


class PReLU(ChannelsLast, nn.PReLU):
    """A rectifier that learns a slope for each channel, which are last."""


class GroupNorm(ChannelsLast, nn.GroupNorm):
    """Normalization of groups of channels, which are last."""


class MaxPool1d(ChannelsLast, nn.MaxPool1d):
    """The largest number under each window, of signals ``(m, s, e)``."""


class MaxPool2d(ChannelsLast, nn.MaxPool2d):
    """The largest number under each window, of images ``(m, h, w, d)``."""


class MinPool1d(MaxPool1d):
    """The smallest number under each window, ``-max(-X)``, of signals ``(m, s, e)``."""

    def forward(self, X: Tensor) -> Tensor:
        """Return ``(m, s, e) -> (m, os, e)``."""
        return -super().forward(-X)


class MinPool2d(MaxPool2d):
    """The smallest number under each window, ``-max(-X)``, of images ``(m, h, w, d)``."""

    def forward(self, X: Tensor) -> Tensor:
        """Return ``(m, h, w, d) -> (m, oh, ow, d)``."""
        return -super().forward(-X)


class AvgPool1d(ChannelsLast, nn.AvgPool1d):
    """The mean under each window, of signals ``(m, s, e)``."""


class AvgPool2d(ChannelsLast, nn.AvgPool2d):
    """The mean under each window, of images ``(m, h, w, d)``."""


class MeanPool(nn.Module):
    """Pool by the mean where ``AvgPool`` has no way: dilated windows, and points not counted."""

    def __init__(
        self, size: Sequence[int], strides: Sequence[int], dilation: Sequence[int], counts: ndarray
    ) -> None:
        super().__init__()
        self.size, self.strides, self.dilation = tuple(size), tuple(strides), tuple(dilation)
        self.counts: Tensor
        self.register_buffer('counts', torch.from_numpy(counts), persistent=False)

    def forward(self, X: Tensor) -> Tensor:
        """Return ``sum / count`` of each window, the sum by filters of ones."""
        convolve = F.conv2d if len(self.size) == 2 else F.conv1d
        d = X.shape[-1]
        ones = X.new_ones(d, 1, *self.size)
        sums = convolve(X.movedim(-1, 1), ones, None, self.strides, 0, self.dilation, d)
        return (sums / self.counts).movedim(1, -1)


class Pad(nn.Module):
    """Pad places, each side by itself; negative pads cut."""

    def __init__(self, pads: Sequence[int], value: float = 0.0) -> None:
        super().__init__()
        self.pads, self.value = list(pads), value

    def forward(self, X: Tensor) -> Tensor:
        """Return ``(m, ..., d)`` with other places."""
        return F.pad(X, [0, 0, *self.pads], value=self.value)


class GlobalPooling(nn.Module):
    """Keep one number of each channel, over all places."""

    def __init__(self, how: str) -> None:
        super().__init__()
        self.how = how

    def forward(self, X: Tensor) -> Tensor:
        """Return ``(m, ..., d) -> (m, d)``."""
        places = X.flatten(1, -2)
        if self.how == 'mean':
            return places.mean(1)
        return places.amax(1) if self.how == 'max' else places.amin(1)


class Softmax(nn.Module):
    """Softmax at a temperature, along the channels."""

    def __init__(self, temperature: float) -> None:
        super().__init__()
        self.temperature = temperature

    def forward(self, Z: Tensor) -> Tensor:
        """Return ``softmax(Z / T)``."""
        return torch.softmax(Z / self.temperature, -1)


class HardSigmoid(nn.Module):
    """Straight lines in place of the sigmoid; PyTorch's own has its slope 1/6 in float32."""

    def forward(self, Z: Tensor) -> Tensor:
        """Return ``min(max(Z / 6 + 1/2, 0), 1)``."""
        return (Z / 6 + 0.5).clamp(0, 1)


class Softplus(nn.Module):
    """``log(1 + exp(Z))``, without PyTorch's switch to ``Z`` above 20."""

    def forward(self, Z: Tensor) -> Tensor:
        """Return ``max(Z, 0) + log1p(exp(-|Z|))``."""
        return Z.clamp(min=0) + torch.log1p(torch.exp(-Z.abs()))


class Mish(nn.Module):
    """``Z tanh(softplus(Z))``."""

    def __init__(self) -> None:
        super().__init__()
        self.softplus = Softplus()

    def forward(self, Z: Tensor) -> Tensor:
        """Return it for each number."""
        return Z * torch.tanh(self.softplus(Z))


class Dropout(nn.Module):
    """Switch points off in training; one draw for all points along some axes."""

    def __init__(self, p: float, axes: Sequence[int]) -> None:
        super().__init__()
        self.p, self.axes = p, tuple(axes)

    def forward(self, X: Tensor) -> Tensor:
        """Return ``X D / (1 - p)`` in training, ``X`` outside."""
        if not self.training:
            return X
        shape = [1 if axis in self.axes else size for axis, size in enumerate(X.shape)]
        return X * F.dropout(X.new_ones(shape), self.p)


class Reshape(nn.Module):
    """Give each sample another shape."""

    def __init__(self, *shape: int) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, X: Tensor) -> Tensor:
        """Return ``(m, ...) -> (m, *shape)``."""
        return X.reshape(len(X), *self.shape)


class Residual(nn.Module):
    """``A = F(X) + S(X)``."""

    def __init__(self, chain: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.chain, self.shortcut = chain, shortcut

    def forward(self, X: Tensor) -> Tensor:
        """Return the sum of both ways."""
        A: Tensor = self.chain(X) + self.shortcut(X)
        return A


class Parallel(nn.Module):
    """Branches side by side, each of which may read a part of the channels."""

    def __init__(self, branches: Sequence[nn.Module], join: str, inputs: Sequence[slice]) -> None:
        super().__init__()
        self.branches, self.join, self.inputs = nn.ModuleList(branches), join, list(inputs)

    def forward(self, X: Tensor) -> Tensor:
        """Return the outputs of all branches, joined."""
        pairs = zip(self.branches, self.inputs, strict=True)
        outputs = [branch(X[..., part]) for branch, part in pairs]
        if self.join == 'concatenate':
            return torch.cat(outputs, -1)
        if self.join == 'multiply':
            return math.prod(outputs[1:], start=outputs[0])
        total = sum(outputs[1:], start=outputs[0])
        return total / len(outputs) if self.join == 'mean' else total


class TimeDistributed(nn.Module):
    """Apply a module at each step, as if it were a sample."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, X: Tensor) -> Tensor:
        """Return ``(m, s, ...) -> (m, s, ...)``."""
        A: Tensor = self.module(X.flatten(0, 1)).unflatten(0, X.shape[:2])
        return A
