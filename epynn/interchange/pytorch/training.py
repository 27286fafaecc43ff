"""Losses, penalties, clipping and optimizers of epynn in PyTorch: one step of training there."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from epynn.commons import loss as losses
from epynn.commons import optimize
from epynn.commons.arguments import describe
from epynn.commons.errors import ArgumentError
from epynn.commons.loss import LabelSmoothing
from epynn.commons.models import Layer
from epynn.commons.penalties import L1, L2
from epynn.interchange.pytorch import modules
from epynn.interchange.pytorch.layers import Links, chain_of
from epynn.interchange.pytorch.makers import MAKERS
from epynn.kernels.arrays import ndarray
from epynn.network.models import EpyNN


class Counterpart:
    """A network, whose layers have seen samples, as a module, and what it learns by.

    Parameters
    ----------
    model : EpyNN
        The network; the numbers of the module are copies.
    """

    def __init__(self, model: EpyNN) -> None:
        self.model = model
        self.links = self.build()
        learns = any(link.layer.trainable for link in self.links)
        self.optimizer = self.optimizer_of(model.optimizer) if learns else None

    def build(self) -> Sequence[Any]:
        """Make the module; return the links of its numbers."""
        links = Links(MAKERS)
        self.module = chain_of(self.model.layers[1:], links, '', 1).train()
        freeze(self.module, links)
        last = list(self.module.modules())[-1]
        self.products: list[Tensor] = []  # what the last module computed the outputs from
        last.register_forward_hook(lambda _, inputs, __: self.products.append(inputs[0]))
        self.loss = loss_of(self.model.training_loss, last)
        return links

    def outputs(self, X: ndarray) -> tuple[Tensor, Tensor]:
        """Return the outputs in training, and what the last activation computed them from."""
        return self.module(torch.tensor(X)), self.products.pop()

    def optimizer_of(self, optimizer: Any) -> Any:
        """Return what takes a step, and forgets gradients."""
        return optimizer_of(optimizer, self.links)

    def learn(self, X: ndarray, Y: ndarray) -> tuple[ndarray, ndarray]:
        """Compute the gradients, clipped; return the outputs, and the loss of each sample or step.

        `Y` has rows of labels, ``(m, c)``.
        """
        A, Z = self.outputs(X)
        rows = A.flatten(0, -2)
        terms = self.loss(torch.tensor(Y.astype(np.float64)), rows, Z.flatten(0, -2))
        if self.optimizer is not None:
            count = len(rows) if self.model.reduction == 'sum' else 1
            self.optimizer.zero_grad()
            ((terms.mean() + penalty_of(self.links)) * count).backward()
            clip(self.model.optimizer, self.links)
        return A.detach().numpy(), terms.detach().numpy()

    def update(self) -> None:
        """Take the step."""
        if self.optimizer is not None:
            self.optimizer.step()


@contextmanager
def counterpart(model: EpyNN) -> Iterator[Counterpart]:
    """Build the network in PyTorch."""
    yield Counterpart(model)


Loss: TypeAlias = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Loss of each sample ``f(Y, A, Z)``, ``(m, U) -> (m,)``; the last module makes `A` of `Z`."""


def loss_of(loss: Any, last: nn.Module) -> Loss:
    """Return one of the losses of the library; `last` is the last module of the network.

    Cross-entropies behind softmax and sigmoid are computed from ``Z``, as here: ``A`` may be 0.
    """
    if isinstance(loss, losses.Huber):
        return lambda Y, A, Z: F.huber_loss(A, Y, reduction='none', delta=loss.delta).mean(-1)
    if isinstance(loss, LabelSmoothing):
        return smoothed(loss, loss_of(loss.loss, last))

    def log(A: Tensor, Z: Tensor) -> Tensor:
        behind_softmax = isinstance(last, modules.Softmax)
        return torch.log_softmax(Z / last.temperature, -1) if behind_softmax else A.log()

    def bce(Y: Tensor, A: Tensor, Z: Tensor) -> Tensor:
        if isinstance(last, nn.Sigmoid):
            return F.binary_cross_entropy_with_logits(Z, Y, reduction='none').mean(-1)
        return F.binary_cross_entropy(A, Y, reduction='none').mean(-1)

    known: dict[Any, Loss] = {
        losses.MSE: lambda Y, A, Z: (Y - A).square().mean(-1),
        losses.MAE: lambda Y, A, Z: (Y - A).abs().mean(-1),
        losses.MSLE: lambda Y, A, Z: (torch.log1p(Y) - torch.log1p(A)).square().mean(-1),
        losses.Hinge: lambda Y, A, Z: (1 - (2 * Y - 1) * A).clamp(min=0).mean(-1),
        losses.CCE: lambda Y, A, Z: -(columns(Y, A) * log(A, Z)).sum(-1),
        losses.ICCE: lambda Y, A, Z: -(columns(Y, A) * log(A, Z)).sum(-1),
        losses.BCE: bce,
    }
    if loss not in known:
        raise unknown('a loss of the library', loss)
    return known[loss]


def smoothed(loss: LabelSmoothing, base: Loss) -> Loss:
    """Return the loss of a truth of which a share goes to all answers alike."""
    share, two = loss.share, loss.loss is losses.BCE

    def smooth(Y: Tensor, A: Tensor, Z: Tensor) -> Tensor:
        truth = (1 - share) * columns(Y, A) + share / (2 if two else A.shape[-1])
        return base(truth, A, Z)

    return smooth


def columns(Y: Tensor, A: Tensor) -> Tensor:
    """Return labels of as many columns as the outputs have; a number ``(m, 1)`` as one-hot ones."""
    if Y.shape == A.shape:
        return Y
    return F.one_hot(Y.long()[..., 0], A.shape[-1]).to(A.dtype)


def penalty_of(links: Iterable[Any]) -> Tensor:
    """Return the penalties of all weights."""
    total = torch.zeros((), dtype=torch.float64)
    for link in links:
        penalty = link.layer.penalty
        if link.kind != 'p' or penalty is None or link.name not in link.layer.weights():
            continue
        W = link.there
        if type(penalty) not in (L1, L2):
            raise unknown('a penalty of the library', penalty)
        terms = W.abs().sum() if isinstance(penalty, L1) else W.square().sum() / 2
        total = total + penalty.coefficient * terms
    return total


def optimizer_of(optimizer: Any, links: Iterable[Any]) -> torch.optim.Optimizer:
    """Return the optimizer, each parameter with the learning rate of its layer."""
    layers = {id(link.tensor): link.layer for link in links if link.kind == 'p'}
    tensors = {id(link.tensor): link.tensor for link in links if link.kind == 'p'}
    groups = [
        {'params': [tensors[key]], 'lr': layer.lrate[layer.e]}
        for key, layer in layers.items()
        if layer.trainable
    ]
    common = {'weight_decay': optimizer.weight_decay}
    kind = type(optimizer)
    if kind is optimize.SGD:
        return torch.optim.SGD(groups, **common)
    if kind in (optimize.Momentum, optimize.Nesterov):
        nesterov = kind is optimize.Nesterov
        return torch.optim.SGD(groups, momentum=optimizer.momentum, nesterov=nesterov, **common)
    if kind is optimize.RMSprop:
        return torch.optim.RMSprop(groups, alpha=optimizer.rho, eps=optimizer.epsilon, **common)
    if kind is optimize.Adagrad:
        return torch.optim.Adagrad(groups, eps=optimizer.epsilon, **common)
    if kind in (optimize.Adam, optimize.AdamW):
        make = torch.optim.AdamW if kind is optimize.AdamW else torch.optim.Adam
        betas = optimizer.beta1, optimizer.beta2
        settings = {'betas': betas, 'eps': optimizer.epsilon, 'amsgrad': optimizer.amsgrad}
        return make(groups, **settings, **common)
    raise unknown('an optimizer of the library', optimizer)


def clip(optimizer: Any, links: Iterable[Any]) -> None:
    """Clip gradients as layers do, each by itself, and then as the optimizer does, together."""
    by_layer: dict[int, tuple[Layer, dict[int, Tensor]]] = {}
    for link in links:
        if link.kind == 'p':
            _, tensors = by_layer.setdefault(id(link.layer), (link.layer, {}))
            tensors[id(link.tensor)] = link.tensor
    for layer, tensors in by_layer.values():
        if layer.clip_gradients:
            scale_down(tensors.values(), 0.25)
    every = [tensor for layer, tensors in by_layer.values() for tensor in tensors.values()]
    if optimizer.clip_value is not None:
        nn.utils.clip_grad_value_(every, optimizer.clip_value)
    if optimizer.clip_norm is not None:
        scale_down(every, optimizer.clip_norm)


def scale_down(tensors: Iterable[Tensor], largest: float) -> None:
    """Scale gradients down to a joint norm; PyTorch's own function ends a little below it."""
    gradients = [tensor.grad for tensor in tensors if tensor.grad is not None]
    norm = math.hypot(*(float(gradient.norm()) for gradient in gradients))
    if norm > largest:
        for gradient in gradients:
            gradient *= largest / norm


def freeze(module: nn.Module, links: Links) -> None:
    """Keep what is frozen here from learning there; a frozen BatchNorm keeps its statistics."""
    for link in links:
        if link.kind == 'p' and not link.layer.trainable:
            link.tensor.requires_grad_(False)
    for each in module.modules():
        if isinstance(each, nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d):
            each.train(each.weight.requires_grad)


def unknown(expected: str, got: Any) -> ArgumentError:
    """Return the error for what has no counterpart that is known."""
    return ArgumentError(
        'EpyNN.verify', expected, describe(got), 'What you wrote yourself is yours to compare.'
    )
