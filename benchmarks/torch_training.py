"""A network of ours once more in PyTorch, and its training as a good user of PyTorch writes it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from epynn import LSTM, RNN, Convolution, Dense, Dropout, EpyNN, Flatten, Pooling
from epynn.commons.models import Layer
from epynn.commons.schedule import schedule_functions

SAMPLES_AT_A_TIME = 256
"""Samples that pass through at once in evaluation, as many as ours."""


class States(nn.Module):
    """A recurrent layer that gives its last state, or all."""

    def __init__(self, cell: nn.RNNBase, sequences: bool) -> None:
        super().__init__()
        self.cell, self.sequences = cell, sequences

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Return ``(m, u)`` or ``(m, s, u)``."""
        states, _ = self.cell(X)
        return states if self.sequences else states[:, -1]


class SameDropout(nn.Dropout):
    """Dropout by the masks of our layer, to compare results; in timed runs it is PyTorch's own."""

    rng: np.random.Generator | None = None
    image: tuple[int, ...] = ()

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Switch points off in training."""
        if self.rng is None or not self.training:
            return super().forward(X)
        mask = torch.tensor(self.rng.uniform(0, 1, tuple(X.shape)) > self.p)
        if self.image:  # ours was flattened from (h, w, d), theirs from (d, h, w)
            mask = mask.reshape(-1, *self.image).permute(0, 3, 1, 2).flatten(1)
        return X * mask / (1 - self.p)


def convert_network(model: EpyNN) -> nn.Sequential:
    """Return the layers after the Embedding for PyTorch, with the same parameters.

    The output is left linear: PyTorch's losses want it so.
    """
    net = nn.Sequential()
    image: tuple[int, ...] = ()
    for number, layer in enumerate(model.layers[1:], start=1):
        if isinstance(layer, Flatten):
            image = model.network[number]['forward']['X'][1:]
        for module in convert_layer(layer, image):
            net.append(module)
        if isinstance(layer, Dense):
            image = ()
    activations = (nn.ReLU, nn.Sigmoid, nn.Softmax)
    return net[:-1] if isinstance(net[-1], activations) else net


def convert_layer(layer: Layer, image: tuple[int, ...]) -> Iterator[nn.Module]:
    """Yield what one layer becomes; `image` is the shape that was flattened before, if any."""
    p = {name: torch.tensor(value) for name, value in layer.p.items()}
    if isinstance(layer, Convolution):
        fh, fw, d, u = p['W'].shape
        strides, padding = (layer.d['sh'], layer.d['sw']), layer.arguments.get('padding', 0)
        convolution = nn.Conv2d(d, u, (fh, fw), strides, padding)
        set_parameters(convolution, weight=p['W'].permute(3, 2, 0, 1), bias=p['b'])
        yield convolution
    elif isinstance(layer, Dense):
        W = p['W']
        if image:  # features in the order (h, w, d) -> (d, h, w)
            W = W.reshape(*image, -1).permute(2, 0, 1, 3).reshape(W.shape)
        linear = nn.Linear(*W.shape)
        set_parameters(linear, weight=W.T, bias=p['b'][0])
        yield linear
    elif isinstance(layer, RNN | LSTM):
        gates = 'ifgo' if isinstance(layer, LSTM) else ['']
        e, u = layer.ps['U' + gates[0]]
        make = nn.LSTM if isinstance(layer, LSTM) else nn.RNN
        cell = make(e, u, batch_first=True)
        cell.bias_hh_l0.requires_grad_(False)  # one bias a gate learns, as in ours
        U, V, b = (torch.cat([p[s + gate] for gate in gates], dim=1) for s in 'UVb')
        set_parameters(
            cell, weight_ih_l0=U.T, weight_hh_l0=V.T, bias_ih_l0=b[0],
            bias_hh_l0=torch.zeros_like(b[0]),
        )  # fmt: skip
        module = States(cell, layer.sequences)
        module.max_norm = 0.25 if layer.clip_gradients else None
        yield module
    elif isinstance(layer, Pooling):
        d = layer.d
        yield nn.MaxPool2d((d['fh'], d['fw']), (d['sh'], d['sw']))
    elif isinstance(layer, Dropout):
        dropout = SameDropout(layer.drop_prob)
        dropout.image = image
        yield dropout
    elif isinstance(layer, Flatten):
        yield nn.Flatten()
    else:
        raise SystemExit(f'benchmarks: no such layer for PyTorch: {layer.name}')
    name = layer.activation.get('activate')
    activations = {'relu': nn.ReLU, 'sigmoid': nn.Sigmoid, 'softmax': nn.Softmax}
    if isinstance(layer, Convolution | Dense) and name != 'identity':
        yield activations[name]()


def schedule_rates(model: EpyNN, epochs: int) -> list[float]:
    """Return the learning rate of each epoch, of a training of that many."""
    schedule, hPars = model.se_hPars['schedule'], {**model.se_hPars, 'epochs': epochs}
    return [float(rate) for rate in schedule_functions(schedule, hPars)]


def set_parameters(module: nn.Module, **values: torch.Tensor) -> None:
    with torch.no_grad():
        for name, value in values.items():
            getattr(module, name).copy_(value)


@dataclass
class TorchTraining:
    """The training of a network of ours, in PyTorch.

    Tensors are made beforehand, labels are numbers of classes, and each epoch gathers the shuffled
    samples once and cuts views off them, in our order, drawn beforehand. That is faster than a
    DataLoader. The optimizer is the fused one, the fastest. As in ours, each epoch ends with
    the loss and the accuracy on every set.

    Parameters
    ----------
    model : EpyNN
        The network, initialized and not trained.
    epochs : int
        Epochs.
    layout : torch.memory_format
        Of images and filters.
    """

    model: EpyNN
    epochs: int
    layout: torch.memory_format = torch.contiguous_format

    def __post_init__(self) -> None:
        model, embedding = self.model, self.model.embedding
        self.net = convert_network(model).to(memory_format=self.layout)
        self.start = {name: value.clone() for name, value in self.net.state_dict().items()}
        self.binary = model.training_loss.__name__ == 'BCE'
        self.sets = [self._tensors(dset.X, dset.Y) for dset in embedding.dsets]
        self.orders = [torch.tensor(order) for order in self._orders()]
        self.size = embedding.se_dataset['batch_size'] or len(embedding.dtrain.X)
        self.rates = schedule_rates(model, self.epochs)
        self.reset()

    def _tensors(self, X: np.ndarray, Y: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        Xt = torch.tensor(X, dtype=torch.float32)
        if Xt.ndim == 4:
            Xt = Xt.permute(0, 3, 1, 2).contiguous(memory_format=self.layout)
        if self.binary:
            return Xt, torch.tensor(Y, dtype=torch.float32)
        return Xt, torch.tensor(Y.argmax(axis=1))

    def _orders(self) -> Iterator[np.ndarray]:
        """Yield the order of the samples in each epoch: our shuffles, drawn beforehand."""
        embedding = self.model.embedding
        rng = np.random.default_rng(self.model.seed + 1)
        order = np.arange(len(embedding.dtrain.X))
        size = len(embedding.batch_dtrain[0].X)
        used = len(order) - len(order) % size if embedding.se_dataset['drop_last'] else len(order)
        rng.shuffle(order)  # at initialization
        for _ in range(self.epochs):
            rng.shuffle(order)
            yield order[:used].copy()

    def reset(self) -> None:
        """Go back to the parameters at the start."""
        self.net.load_state_dict(self.start)
        learned = [p for p in self.net.parameters() if p.requires_grad]
        optimizers = {'SGD': torch.optim.SGD, 'Adam': torch.optim.Adam}
        make = optimizers[type(self.model.optimizer).__name__]
        self.optimizer = make(learned, lr=self.rates[0], fused=True)
        self.clipped = [
            ([p for p in module.parameters() if p.requires_grad], module.max_norm)
            for module in self.net
            if isinstance(module, States) and module.max_norm
        ]

    def use_masks(self, same: bool) -> None:
        """Let Dropout draw the masks of our layers, from streams of the same seeds, or its own."""
        numbers = [i for i, layer in enumerate(self.model.layers) if isinstance(layer, Dropout)]
        modules = [module for module in self.net if isinstance(module, SameDropout)]
        for number, module in zip(numbers, modules, strict=True):
            module.rng = np.random.default_rng(self.model.seed + 1 + number) if same else None

    def loss(self, Z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Return the mean loss, from the linear outputs."""
        if self.binary:
            return nn.functional.binary_cross_entropy_with_logits(Z, y)
        return nn.functional.cross_entropy(Z, y)

    def run(self) -> list[list[float]]:
        """Train; return loss and accuracy on each set, a row an epoch."""
        net, optimizer, (X, y) = self.net, self.optimizer, self.sets[0]
        history = []
        for e, order in enumerate(self.orders):
            optimizer.param_groups[0]['lr'] = self.rates[e]
            net.train()
            batches = zip(X[order].split(self.size), y[order].split(self.size), strict=True)
            for batch_X, batch_y in batches:
                optimizer.zero_grad(set_to_none=True)
                self.loss(net(batch_X), batch_y).backward()
                for parameters, max_norm in self.clipped:
                    nn.utils.clip_grad_norm_(parameters, max_norm)
                optimizer.step()
            history.append(self.evaluate())
        return history

    def evaluate(self) -> list[float]:
        """Return loss and accuracy on each set."""
        self.net.eval()
        values = []
        with torch.inference_mode():
            for X, y in self.sets:
                Z = torch.cat([self.net(part) for part in X.split(SAMPLES_AT_A_TIME)])
                decisions = Z > 0 if self.binary else Z.argmax(dim=1)
                values += [self.loss(Z, y).item(), (decisions == y).float().mean().item()]
        return values
