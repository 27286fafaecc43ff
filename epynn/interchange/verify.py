"""A network beside itself in another library: the same numbers, step by step."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from types import MappingProxyType
from typing import Any

import numpy as np

from epynn.commons.arguments import as_choice, as_float, as_int
from epynn.commons.calls import in_words
from epynn.commons.errors import DataError, LabelError
from epynn.commons.logs import show_table, text_table
from epynn.commons.loss import output_loss
from epynn.commons.models import Layer, dataSet, walk_layers
from epynn.commons.rows import take_rows
from epynn.interchange.export import as_onnx
from epynn.interchange.extras import keras, torch
from epynn.interchange.onnx.evaluating import evaluate
from epynn.kernels.arrays import ndarray
from epynn.network.backward import loss_gradient
from epynn.network.evaluate import read_labelled
from epynn.network.models import EpyNN
from epynn.network.ownership import require_initialized

AGAINST = ('torch', 'onnx', 'keras')
SIDES: Mapping[str, tuple[Callable[[], Any], str]] = MappingProxyType(
    {'torch': (torch, 'pytorch'), 'keras': (keras, 'keras')}
)
"""Libraries that train: what sees that they are there, and where steps are taken in them."""


@dataclass(frozen=True)
class Verification:
    """What :meth:`EpyNN.verify` found: true if all numbers are the same, and a table when printed.

    Attributes
    ----------
    name : str
        The network.
    against : str
        The other library.
    differences : dict
        Of the outputs, the loss, each gradient and each parameter, the largest difference in each
        step, relative to the largest number there, or to 1 where all are smaller.
    tolerance : float
        Largest difference accepted.
    """

    name: str
    against: str
    differences: dict[str, list[float]]
    tolerance: float

    @property
    def worst(self) -> float:
        """The largest difference; not a number if any is none."""
        return float(np.max([max_of(each) for each in self.differences.values()]))

    @property
    def passed(self) -> bool:
        """Whether all differences are within the tolerance."""
        return self.worst <= self.tolerance

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        return f'{self._title()}\n{text_table(self._headers(), self._rows())}'

    __repr__ = __str__

    def show(self) -> None:
        """Show the table; in a notebook a real one."""
        show_table(self._headers(), self._rows(), self._title())

    def _title(self) -> str:
        verdict = 'the same' if self.passed else 'NOT THE SAME'
        worst = f'largest difference {self.worst:.1e}, tolerance {self.tolerance:.0e}'
        return f'{self.name} beside {self.against}: {verdict} ({worst})'

    def _headers(self) -> list[str]:
        steps = max(map(len, self.differences.values()))
        return ['Numbers', *(f'Step {k + 1}' for k in range(steps)), 'Verdict']

    def _rows(self) -> list[list[str]]:
        width = len(self._headers()) - 2
        return [
            [
                name,
                *(f'{each:.1e}' for each in values),
                *[''] * (width - len(values)),
                'ok' if max_of(values) <= self.tolerance else 'WRONG',
            ]
            for name, values in self.differences.items()
        ]


@in_words('EpyNN.verify', "Write model.verify(X, Y), or model.verify(X, Y, against='onnx').")
def model_verify(
    model: EpyNN,
    X_data: Any,
    Y_data: Any,
    against: str = 'torch',
    steps: int = 3,
    X_encode: bool = False,
    X_scale: bool = False,
    tolerance: float = 1e-9,
) -> Verification:
    """Train the network beside the same one in another library, and compare all numbers.

    Both are copies in float64 and begin with the parameters of this moment; the network stays as it
    is. Each step learns from all samples that are given, with the loss, penalties, clipping and
    optimizer of the network; what it remembers of steps before is left out, and so are weights of
    classes. Dropout is off, since random numbers differ.

    Parameters
    ----------
    X_data, Y_data : array_like
        Samples and labels, as for :meth:`evaluate`.
    against : str, optional
        ``'torch'``: training steps in PyTorch. ``'keras'``: in Keras, on PyTorch. ``'onnx'``: the
        outputs alone, by the evaluator of the package onnx.
    steps : int, optional
        Training steps.
    X_encode, X_scale : bool, optional
        Encode or scale the samples first.
    tolerance : float, optional
        Largest relative difference accepted.

    Returns
    -------
    Verification
        A table of differences; true if all are within the tolerance.

    Raises
    ------
    MissingExtraError
        If the other library is not installed.
    LayerError, ArgumentError
        If a layer, activation, loss, penalty or optimizer is not one of the library.
    DataError
        If sequences have different lengths, beside PyTorch.
    """
    require_initialized(model, 'verify')
    dset = read_labelled(model, X_data, Y_data, X_encode, X_scale, None, 'verify')
    return verify_on(model, dset, against, steps, tolerance)


EpyNN.verify = model_verify  # a method of the class below, which knows of no other library


def verify_on(
    model: EpyNN, dset: dataSet, against: str, steps: int = 3, tolerance: float = 1e-9
) -> Verification:
    """Compare on a set whose samples and labels are encoded; see :func:`model_verify`."""
    against = as_choice(against, 'EpyNN.verify(against)', AGAINST)
    steps = as_int(steps, 'EpyNN.verify(steps)')
    tolerance = as_float(tolerance, 'EpyNN.verify(tolerance)', low=0)
    if dset.mask is not None and against == 'torch':
        raise DataError(
            'EpyNN.verify(X_data)', 'sequences of one length', 'several',
            "Give those of one length at a time, or compare with against='onnx'.",
        )  # fmt: skip
    twin = in_float64(model)
    X = dset.X if dset.X.dtype.kind in 'iu' else dset.X.astype(np.float64)
    compare = beside_onnx if against == 'onnx' else partial(beside_steps, against)
    with np.errstate(all='ignore'):
        differences = compare(twin, X, dset, steps)
    return Verification(model.name, against, differences, tolerance)


def in_float64(model: EpyNN) -> EpyNN:
    """Return a copy of a network in float64, without its data, whose Dropout is off."""
    embedding = model.embedding
    data = [embedding.dtrain, embedding.dval, embedding.dtest, embedding.batch_dtrain]
    twin: EpyNN = copy.deepcopy(model, {id(thing): thing for thing in data})
    twin.dtype = np.dtype(np.float64)
    for layer in walk_layers(twin.layers):
        layer.dtype, layer.moments, layer.carried = twin.dtype, {}, {}
        if not layer.children():
            layer.cast_parameters()
        if layer.drop_prob:
            layer.drop_prob, layer.scale = 0.0, 1.0  # type: ignore[attr-defined]
    return twin


def beside_onnx(model: EpyNN, X: ndarray, dset: dataSet, steps: int) -> dict[str, list[float]]:
    """Compare the outputs with those that the evaluator of onnx computes."""
    ragged = dset.mask is not None
    file = as_onnx(model.layers[1:], X.shape[1:], 'float64', lengths=ragged)
    given = {'X': X, 'lengths': dset.lengths} if ragged else {'X': X}
    theirs = evaluate(file, **given)
    ours = model.forward(X, mask=dset.mask)
    return {'outputs': [difference(take_rows(ours, dset.mask), take_rows(theirs, dset.mask))]}


def beside_steps(
    against: str, model: EpyNN, X: ndarray, dset: dataSet, steps: int
) -> dict[str, list[float]]:
    """Take training steps in both libraries, and compare all numbers of each."""
    require, package = SIDES[against]
    require()
    model.forward(X)  # the layers know their shapes by it
    Y = dset.Y
    assert Y is not None
    if Y.shape[:-1] != model.layers[-1].fs['A'][:-1]:
        raise LabelError(
            'EpyNN.verify(Y_data)', f'labels for outputs {model.layers[-1].fs["A"]}', f'{Y.shape}',
            'Give them as to evaluate(X, Y).',
        )  # fmt: skip
    found: dict[str, list[float]] = {}
    with import_module(f'epynn.interchange.{package}.training').counterpart(model) as there:
        for _ in range(steps):
            compare_step(model, X, Y, there, found)
    return found


def compare_step(
    model: EpyNN, X: ndarray, Y: ndarray, there: Any, found: dict[str, list[float]]
) -> None:
    """Take one step in both libraries, and note the differences."""
    names = dict(paths(model.layers[1:], 1))

    def note(name: str, ours: Any, theirs: Any) -> None:
        found.setdefault(name, []).append(difference(ours, theirs))

    # (1) Forward, and backward to the gradients
    A = model.forward(X, training=True)
    B, losses = there.learn(X, take_rows(Y))
    note('outputs', A, B)
    note('losses', losses_of(model, take_rows(Y), take_rows(A)), losses)
    model.backward(*loss_gradient(model, Y, A))
    model.optimizer.clip(model.layers)
    for link in there.links:
        if link.kind == 'p' and link.layer.trainable:
            ours, name = link.layer.g[f'd{link.name}'], names[id(link.layer)]
            note(f'{name}d{link.name}', ours, link.take(link.tensor.grad))

    # (2) Update
    for layer in model.layers:
        layer.update_parameters()
    there.update()
    for link in there.links:
        note(f'{names[id(link.layer)]}{link.name}', link.array, link.take())


def losses_of(model: EpyNN, Y: ndarray, A: ndarray) -> ndarray:
    """Return the loss of each sample of the last pass; in closed form where there is one."""
    activation, Z = model.layers[-1].output_layer().last_activation(), model.layers[-1].fc.get('Z')
    assert model.training_loss is not None
    loss = None
    if activation is not None and Z is not None:
        loss = output_loss(model.training_loss, activation, Y, take_rows(Z))
    return np.asarray(model.training_loss(Y, A)) if loss is None else loss


def paths(layers: Sequence[Layer], start: int, inside: str = '') -> Iterator[tuple[int, str]]:
    """Yield each layer, by its identity, and its place in words: ``'2 Residual, 0 Dense '``."""
    for number, layer in enumerate(layers, start):
        place = f'{inside}{number} {layer.name}'
        yield id(layer), f'{place} '
        yield from paths(layer.children(), 0, f'{place}, ')


def difference(ours: Any, theirs: Any) -> float:
    """Return the largest difference, relative to the largest number, or to 1 where it is less."""
    if np.shape(ours) != np.shape(theirs):
        return float('inf')
    if np.size(ours) == 0:
        return 0.0
    return float(np.max(np.abs(ours - theirs)) / max(1.0, float(np.max(np.abs(ours)))))


def max_of(values: Sequence[float]) -> float:
    """Return the largest of some numbers; not a number if one is none."""
    return float(np.max(values))
