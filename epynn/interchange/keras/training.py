"""Losses and optimizers of epynn in Keras, on PyTorch: one step of training there."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import torch
from keras import losses as theirs
from keras.src.backend.common import dtypes
from torch import Tensor, nn

from epynn.commons import loss as losses
from epynn.commons import optimize
from epynn.commons.loss import LabelSmoothing
from epynn.commons.maths import sigmoid, softmax
from epynn.interchange.keras.building import Builder, Link
from epynn.interchange.keras.makers import MAKERS
from epynn.interchange.pytorch.training import (
    Counterpart,
    Loss,
    columns,
    loss_of,
    smoothed,
    unknown,
)
from epynn.kernels.arrays import ndarray
from epynn.network.models import EpyNN


class KerasCounterpart(Counterpart):
    """A network in Keras, and what it learns by; gradients are those of PyTorch, below it.

    Losses and optimizers are those of Keras where it has the same formula. The mean squared
    logarithmic error, cross-entropies of outputs of other activations than softmax and sigmoid,
    which Keras cuts off near 0 and 1, and penalties and clipping are written out in PyTorch;
    RMSprop and Adagrad, whose epsilon Keras has under the root, too. The running variance of a
    BatchNormalization is multiplied as here, by ``N / (N - 1)``.
    """

    def build(self) -> Sequence[Link]:
        """Make the network; return the links of its numbers."""
        build, rows = Builder(MAKERS), self.model.layers[1:]
        whole = rows[0].takes_tokens and rows[0].checks_numbers
        X = keras.Input(rows[0].fs['X'][1:], dtype='int64' if whole else 'float64')
        A = build.chain(rows, X, '', 1)
        self.network = keras.Model(X, [A, A if build.Z is None else build.Z])
        self.loss = self.keras_loss(self.model.training_loss)
        return build.links

    def outputs(self, X: ndarray) -> tuple[Tensor, Tensor]:
        """Return the outputs in training, and what the last activation computed them from."""
        running = [link for link in self.links if link.name == 'var' and link.layer.trainable]
        before = [link.tensor.detach().clone() for link in running]
        A, Z = self.network(torch.tensor(X), training=True)
        for link, var in zip(running, before, strict=True):
            # v' = mu v + (1 - mu) s^2, of which the second part grows
            N = math.prod(link.layer.fs['X'][:-1])
            grown = (link.tensor - link.layer.momentum * var) / (N - 1)
            with torch.no_grad():
                link.tensor.add_(grown)
        return A, Z

    def keras_loss(self, loss: Any) -> Loss:
        """Return one of the losses of the library, by Keras's function where it is the same."""
        if isinstance(loss, LabelSmoothing):
            return smoothed(loss, self.keras_loss(loss.loss))
        if isinstance(loss, losses.Huber):
            return lambda Y, A, Z: theirs.huber(Y, A, loss.delta)
        last = self.model.layers[-1].output_layer().last_activation()
        behind = None if last is None else last.function
        T = last.hyperparameters['T'] if last is not None and behind is softmax else 1.0
        known: dict[Any, Loss] = {
            losses.MSE: lambda Y, A, Z: theirs.mean_squared_error(Y, A),
            losses.MAE: lambda Y, A, Z: theirs.mean_absolute_error(Y, A),
            losses.Hinge: lambda Y, A, Z: theirs.hinge(2 * Y - 1, A),
        }
        if behind is sigmoid:
            known[losses.BCE] = lambda Y, A, Z: theirs.binary_crossentropy(Y, Z, True)
        if behind is softmax:
            known[losses.CCE] = known[losses.ICCE] = lambda Y, A, Z: (
                theirs.categorical_crossentropy(columns(Y, A), Z / T, True)
            )
        return known[loss] if loss in known else loss_of(loss, nn.Identity())

    def optimizer_of(self, optimizer: Any) -> Any:
        """Return what takes a step, and forgets gradients."""
        return Steps(optimizer, self.links)


class Steps:
    """Optimizers of Keras, one for each learning rate.

    Parameters
    ----------
    optimizer : Optimizer
        That of the network.
    links : list of Link
        The numbers of both.
    """

    def __init__(self, optimizer: Any, links: Sequence[Link]) -> None:
        self.ours, self.t = optimizer, 0
        self.variables: dict[float, dict[int, Any]] = defaultdict(dict)
        for link in links:
            if link.kind == 'p' and link.layer.trainable:
                lr = float(link.layer.lrate[link.layer.e])
                self.variables[lr][id(link.variable)] = link.variable
        self.theirs = {lr: keras_optimizer(optimizer, lr) for lr in self.variables}

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for variables in self.variables.values():
            for variable in variables.values():
                variable.value.grad = None

    def step(self) -> None:
        """Move all parameters."""
        self.t += 1
        ours = self.ours
        for lr, variables in self.variables.items():
            optimizer = self.theirs[lr]
            if isinstance(ours, optimize.Adam):
                # Keras adds epsilon to the root before its correction
                optimizer.epsilon = ours.epsilon * math.sqrt(1 - ours.beta2**self.t)
            gradients = [variable.value.grad for variable in variables.values()]
            if not ours.decoupled_decay:
                pairs = zip(gradients, variables.values(), strict=True)
                gradients = [g + ours.weight_decay * v.value.detach() for g, v in pairs]
            with torch.no_grad():
                optimizer.apply(gradients, list(variables.values()))


class Root:
    """RMSprop and Adagrad as here: epsilon is added to the root, and sums begin at 0."""

    def __init__(self, keep: float, take: float, epsilon: float, lr: float) -> None:
        self.keep, self.take, self.epsilon, self.lr = keep, take, epsilon, lr
        self.squares: dict[int, Tensor] = {}

    def apply(self, gradients: Sequence[Tensor], variables: Sequence[Any]) -> None:
        """Return ``p - lr g / (sqrt(s) + eps)``, with ``s = keep s + take g^2``."""
        for g, variable in zip(gradients, variables, strict=True):
            s = self.keep * self.squares.get(id(variable), torch.zeros_like(g))
            s = self.squares[id(variable)] = s + self.take * g.square()
            variable.assign(variable.value - self.lr * g / (s.sqrt() + self.epsilon))


def keras_optimizer(optimizer: Any, lr: float) -> Any:
    """Return an optimizer of the library by Keras's, at a learning rate."""
    kind = type(optimizer)
    if kind is optimize.SGD:
        return keras.optimizers.SGD(lr)
    if kind in (optimize.Momentum, optimize.Nesterov):
        # The velocity there is multiplied by the rate, which stays the same here
        return keras.optimizers.SGD(lr, optimizer.momentum, kind is optimize.Nesterov)
    if kind is optimize.RMSprop:
        return Root(optimizer.rho, 1 - optimizer.rho, optimizer.epsilon, lr)
    if kind is optimize.Adagrad:
        return Root(1.0, 1.0, optimizer.epsilon, lr)
    if kind in (optimize.Adam, optimize.AdamW):
        settings = {
            'beta_1': optimizer.beta1, 'beta_2': optimizer.beta2, 'amsgrad': optimizer.amsgrad,
        }  # fmt: skip
        if kind is optimize.AdamW:
            return keras.optimizers.AdamW(lr, optimizer.weight_decay, **settings)
        return keras.optimizers.Adam(lr, **settings)
    raise unknown('an optimizer of the library', optimizer)


@contextmanager
def in_float64() -> Iterator[None]:
    """Let Keras compute in float64, and on the processor, inside a block.

    On PyTorch, Keras rounds what comes of two numbers to float32, whatever they are: a table says
    so, which is set aside.
    """
    table, precision = dtypes.BIT64_TO_BIT32_DTYPE, keras.config.floatx()
    rounded = table['float64']
    table['float64'] = 'float64'
    keras.config.set_floatx('float64')
    try:
        with keras.device('cpu'):
            yield
    finally:
        table['float64'] = rounded
        keras.config.set_floatx(precision)


@contextmanager
def counterpart(model: EpyNN) -> Iterator[KerasCounterpart]:
    """Build the network in Keras, which computes in float64 meanwhile."""
    with in_float64():
        yield KerasCounterpart(model)
