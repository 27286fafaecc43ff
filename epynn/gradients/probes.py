"""Copies of a layer or a network that are passed through again and again."""

import copy
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np

from epynn.commons.errors import ArgumentError, EpynnError, LayerError, StateError
from epynn.commons.io.numbers import as_numbers
from epynn.commons.io.step_labels import read_labels
from epynn.commons.models import Layer, run_layer, walk_layers
from epynn.commons.rows import take_rows
from epynn.kernels.arrays import ndarray
from epynn.network.backward import loss_gradient
from epynn.network.models import EpyNN

NUDGES = (0.1, 1e-3)
"""Shares by which parameters are moved. The smaller one is for where the larger leads to NaN."""


class Probe:
    """Copies of layers in float64, whose loss can be computed again and again.

    The input `X` is changed from outside; `mask` says which of its steps are real, and `training`
    whether passes are as in training. A label stands before the names of the tensors of each layer.
    """

    def __init__(
        self,
        layers: list[Layer],
        labels: Iterable[str],
        X: ndarray,
        mask: ndarray | None,
        training: bool,
    ) -> None:
        self.X, self.mask = X, mask
        self.training = training
        self.labelled = list(zip(labels, layers, strict=True))
        self.walked = list(walk_layers(layers))
        for layer in self.walked:
            refuse_own_passes(layer)
            layer.dtype = np.dtype(np.float64)
            if not layer.children():
                layer.p = {name: p.astype(np.float64) for name, p in layer.p.items()}
                layer.s = {name: s.astype(np.float64) for name, s in layer.s.items()}
            if layer.clip_gradients:
                layer.clip_gradients = False
            layer.carried = {}
        self.outputs()  # draws the parameters
        self.streams = [layer.np_rng.bit_generator.state for layer in self.walked]
        self.remarks: list[str] = []
        self.keep_state()

    def keep_state(self) -> None:
        """Note the running means to which :meth:`rewind` goes back."""
        self.leaves = [(leaf, dict(leaf.s)) for leaf in self.walked if not leaf.children()]

    def outputs(self, training: bool | None = None) -> ndarray:
        """Return the outputs for the input as it is; `training` in place of the probe's own."""
        raise NotImplementedError

    def losses(self) -> ndarray:
        """Return the loss in parts, whose sum is meant."""
        raise NotImplementedError

    def passes(self) -> ndarray | None:
        """Pass forward and back, and return ``dX`` as the layers give it."""
        raise NotImplementedError

    def named(self, kind: str, prefix: str = '') -> dict[str, ndarray]:
        """Return arrays of all layers, ``'p'`` or ``'g'``, by label, prefix and name."""
        return {
            f'{label}{prefix}{name}': array
            for label, layer in self.labelled
            for name, array in getattr(layer, kind).items()
        }

    def rewind(self) -> None:
        """Put random streams and running means back, and begin anew: each pass is the same."""
        for layer, state in zip(self.walked, self.streams, strict=True):
            layer.np_rng.bit_generator.state, layer.carried = state, {}
        for leaf, s in self.leaves:
            leaf.s = dict(s)

    def analytic(self) -> tuple[ndarray | None, dict[str, ndarray]]:
        """Return copies of ``dX`` and of the gradients of all parameters by name."""
        self.rewind()
        self.remarks = []
        dX = self.passes()
        copies = {name: np.array(g) for name, g in self.named('g').items() if g is not None}
        return None if dX is None else np.array(dX), copies

    def nudge(self, rng: 'np.random.Generator') -> bool:
        """Move all parameters a little, and running means by a pass of training.

        Return whether there is anything to move, and the loss is finite there.
        """
        before = [(leaf, leaf.p, leaf.s) for leaf, _ in self.leaves if leaf.p or leaf.s]
        self.rewind()
        with np.errstate(all='ignore'):
            try:
                self.outputs(training=True)
            except EpynnError:  # such as one sample alone, which BatchNorm refuses
                self.rewind()
            self.keep_state()
            for size in NUDGES if before else ():
                for leaf, p, _ in before:
                    leaf.p = {name: nudged(array, size, rng) for name, array in p.items()}
                self.rewind()
                if np.isfinite(self.losses()).all():
                    return True
        for leaf, p, s in before:
            leaf.p, leaf.s = p, s
        self.keep_state()
        return False


class LayerProbe(Probe):
    """A layer alone. Its loss is ``sum(A * R)``, with ``R`` drawn once."""

    def __init__(
        self,
        layer: Layer,
        X: ndarray,
        Y: Any,
        mask: ndarray | None,
        training: bool,
        rng: 'np.random.Generator',
    ) -> None:
        if Y is not None:
            raise ArgumentError(
                'check_gradients(Y)', 'no labels with a layer', 'some',
                'Pass a network with labels.',
            )  # fmt: skip
        self.layer = copy.deepcopy(layer)
        self.layer.np_rng = rng.spawn(1)[0]
        super().__init__([self.layer], [''], X, mask, training)
        self.R = rng.standard_normal(self.layer.fs['A'])
        real = self.layer.output_mask()
        if real is not None:  # nothing is said of the others
            self.R[~real] = 0

    def outputs(self, training: bool | None = None) -> ndarray:
        """Return the outputs for the input as it is."""
        for layer in self.walked:
            layer.training = self.training if training is None else training
        return run_layer(self.layer, self.X.copy(), self.mask)[0]

    def losses(self) -> ndarray:
        """Return the loss in parts."""
        parts: ndarray = self.outputs() * self.R
        return parts

    def passes(self) -> ndarray | None:
        """Pass forward and back, and return ``dX``."""
        with watched(self.walked, self.remarks):
            self.outputs()
            dX: ndarray | None = self.layer.backward(self.R.copy())
            self.layer.compute_gradients()
        return dX


class NetworkProbe(Probe):
    """A network with its loss and penalties."""

    def __init__(
        self, model: EpyNN, X: ndarray, Y: Any, mask: ndarray | None, training: bool
    ) -> None:
        if not model.initialized:
            raise StateError(
                'check_gradients', 'an initialized network', 'one that is not', 'Call initialize().'
            )
        if Y is None:
            raise ArgumentError(
                'check_gradients(Y)', 'the labels of the batch', 'none',
                'Pass them as the loss takes them.',
            )  # fmt: skip
        # The data of the Embedding need no copy
        embedding = model.embedding
        data = [embedding.dtrain, embedding.dval, embedding.dtest, embedding.batch_dtrain]
        self.model: EpyNN = copy.deepcopy(model, {id(thing): thing for thing in data})
        # Else the backward pass would not walk below the first trainable layer
        self.model.layers[0].trainable = True
        labels = (f'{number} {layer.name} ' for number, layer in enumerate(self.model.layers))
        super().__init__(self.model.layers, labels, X, mask, training)
        name = 'check_gradients(Y)'
        read = partial(as_numbers, name=name)
        if self.model.layers[-1].fc['A'].ndim == 3:  # each step has a label
            self.Y = read_labels(read, Y, X, mask, True, name)
        else:
            self.Y = read(Y)
            self.Y = self.Y[:, np.newaxis] if self.Y.ndim == 1 else self.Y

    def outputs(self, training: bool | None = None) -> ndarray:
        """Return the outputs for the input as it is."""
        training = self.training if training is None else training
        return self.model.forward(self.X.copy(), training=training, mask=self.mask)

    def losses(self) -> ndarray:
        """Return the loss in parts."""
        model = self.model
        assert model.training_loss is not None
        losses = model.training_loss(
            take_rows(self.Y, self.mask), take_rows(self.outputs(), self.mask)
        )
        penalty = sum(layer.compute_penalty() for layer in model.layers)
        count = len(losses) if model.reduction == 'mean' else 1
        parts: ndarray = (losses + penalty) / count
        return parts

    def passes(self) -> ndarray | None:
        """Pass forward and back, and return ``dX``."""
        with watched(self.walked, self.remarks):
            A = self.outputs()
        dA, dZ = loss_gradient(self.model, self.Y, A, mask=self.mask)
        with watched(self.walked, self.remarks):
            dX: ndarray | None = self.model.backward(dA, dZ)
        return dX


def refuse_own_passes(layer: Layer) -> None:
    """Refuse passes that were put on an object: in a copy they still belong to the original."""
    for name in ('forward', 'backward', 'compute_gradients'):
        if name in vars(layer):
            raise LayerError(
                f'{layer.name}.{name}', 'a method of its class', 'one that was put on this object',
                f'Derive a class from {type(layer).__name__}, and define it there.',
            )  # fmt: skip


def nudged(p: ndarray, size: float, rng: 'np.random.Generator') -> ndarray:
    """Return a parameter moved by a share of itself, or, where it is 0, away from 0."""
    r = size * rng.uniform(0.5, 1, p.shape) * rng.choice([-1, 1], p.shape)
    moved: ndarray = np.where(p == 0, r, p * (1 + r))
    return moved


@contextmanager
def watched(layers: Iterable[Layer], remarks: list[str]) -> Iterator[None]:
    """Have the passes of layers looked at; the list fills with what they should not do."""
    placed = []
    for layer in layers:
        says = copy.copy(layer).has_passes_of  # what its class says of its passes holds of these
        for method in ('forward', 'backward'):
            setattr(layer, method, partial(_pass, layer, method, getattr(layer, method), remarks))
            placed.append((layer, method))
        setattr(layer, 'has_passes_of', says)  # noqa: B010
        placed.append((layer, 'has_passes_of'))
    try:
        yield
    finally:
        for layer, method in placed:
            delattr(layer, method)


def _pass(layer: Layer, method: str, function: Any, remarks: list[str], given: ndarray) -> Any:
    """Do a pass, and remark what it should not do."""
    before = np.array(given)
    result = function(given)
    if not np.array_equal(before, given, equal_nan=True):
        what = 'input' if method == 'forward' else 'gradient'
        remarks.append(
            f'{layer.name}.{method} writes into the {what} that it is given, which others may '
            'read: make a new array.'
        )
    dtype = getattr(result, 'dtype', None)
    if dtype is not None and dtype.kind == 'f' and dtype != np.float64:
        remarks.append(
            f'{layer.name}.{method} returns {dtype} where all else is float64: digits are lost.'
        )
    return result
