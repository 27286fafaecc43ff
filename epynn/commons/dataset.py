"""Data sets: samples with their labels, outputs and decisions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, NoReturn

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.errors import ArgumentTypeError, DataError, LabelError, StateError
from epynn.commons.foreign import PREDICTION
from epynn.commons.io.stored import Stored
from epynn.commons.io.user_data import as_array
from epynn.commons.metrics import decide_each
from epynn.commons.names import Named
from epynn.commons.rows import take_steps
from epynn.commons.targets import AMOUNTS, MULTILABEL, kind_of_targets
from epynn.kernels.arrays import ndarray

SETS = ('dtrain', 'dval', 'dtest')
"""The sets of an Embedding, in the order of the tables."""


class dataSet(Named):
    """Samples and labels of one set: training, validation, test, or prediction.

    ``len(dset)`` is the number of samples and ``np.asarray(dset)`` the outputs ``.A``, so that a
    prediction goes where an array of probabilities or amounts is expected. To compare decisions
    with labels take ``dset.labels == y``; ``dset == y`` is refused.

    Parameters
    ----------
    X_data : array_like
        Samples, along the first axis.
    Y_data : array_like, optional
        Labels or targets, one a sample; ``(m,)`` becomes ``(m, 1)``. One a step is ``(m, s, c)``.
    name : str, optional
        Name for the tables.
    ids : sequence of int, optional
        Numbers of the samples in the data they come from, by default ``0 .. m - 1``.
    w : sequence of float, optional
        Weights of the samples in the loss, or of their steps ``(m, s)``.
    targets : str, optional
        What the targets are, see :mod:`epynn.commons.targets`, where these samples are a part of
        others; by default, what `Y_data` looks like.
    classes : sequence, optional
        The user's label for each column, where labels were encoded.
    mask : ndarray, optional
        Which steps of the samples are real, ``(m, s)`` of bool: the others pad sequences.

    Attributes
    ----------
    X : ndarray
        Samples ``(m, ...)``.
    Y : ndarray or None
        Labels ``(m, c)``: one-hot, or one column; ``(m, s, c)`` where each step has one.
    y : ndarray or None
        Labels ``(m,)``, or ``(m, s)`` of steps: the column where ``Y`` is 1, or its only column.
        With several labels a sample, and with amounts in several columns, ``Y`` itself, in the
        former case as integers.
    b : dict
        Label balance: how many samples, or real steps, have each label. Empty for amounts in
        several columns.
    targets : str or None
        ``'labels'``, ``'one-hot'``, ``'multilabel'`` or ``'amounts'``; None without any.
    classes : list or None
        The user's label for each column, with ``Embedding(Y_encode=True)``.
    ids : ndarray
        Numbers of the samples.
    w : ndarray or None
        Weights of the samples ``(m,)``, or of their steps ``(m, s)``; None where all weigh 1.
    mask : ndarray or None
        Which steps are real, ``(m, s)`` of bool; None where all are.
    lengths : ndarray or None
        How many steps of each sample are real, ``(m,)``; None where all are.
    A : ndarray or None
        Outputs of the network, once computed.
    P : ndarray or None
        Decisions ``(m,)``, or ``(m, s)`` of steps: the column of the largest output, or the rounded
        only output. With several labels a sample ``(m, c)``: 1 where the output is above 0.5, else
        0. For amounts there is nothing to decide, and ``P`` is ``A``.
    labels : ndarray, list or None
        The decisions as labels of the user: those given to ``Embedding(Y_encode=True)``, otherwise
        ``P``. Of sequences of different lengths a list, with an array of those of each.
    probabilities : ndarray
        The outputs, where they are probabilities, as behind softmax and sigmoid; not there
        otherwise.
    active : bool
        Whether there are any samples.
    """

    elsewhere: ClassVar[Mapping[str, str]] = PREDICTION

    def __init__(
        self,
        X_data: Any,
        Y_data: Any = None,
        name: str = 'dummy',
        ids: Sequence[int] | ndarray | None = None,
        w: Sequence[float] | ndarray | None = None,
        targets: str | None = None,
        classes: Sequence[Any] | None = None,
        mask: ndarray | None = None,
    ) -> None:
        self.name = name
        stored: Any = X_data if isinstance(X_data, Stored) else None
        self.X: ndarray = as_array(X_data, 'dataSet.X_data') if stored is None else stored
        if self.X.ndim == 0:
            raise DataError(
                'dataSet.X_data', 'samples along the first axis', describe(X_data),
                'Pass a list or an array of samples.',
            )  # fmt: skip
        self.Y: ndarray | None = None
        if Y_data is not None:
            Y = as_array(Y_data, 'dataSet.Y_data')
            if Y.shape[:1] != self.X.shape[:1]:
                raise DataError(
                    'dataSet.Y_data', f'as many labels as samples ({len(self.X)})',
                    f'an array of shape {Y.shape}', 'Give one label for each sample.',
                )  # fmt: skip
            self.Y = Y[:, np.newaxis] if Y.ndim == 1 else Y
        self.A: ndarray | None = None
        self.P: ndarray | None = None
        self.ids: ndarray = np.arange(len(self.X)) if ids is None else as_array(ids, 'dataSet.ids')
        self.w: ndarray | None = None if w is None else as_array(w, 'dataSet.w')
        self.classes = classes
        self.mask = mask
        if targets is None and self.Y is not None:
            targets = kind_of_targets(self.rows(self.Y))
        self.targets = targets
        self.active = len(self.X) > 0
        self.gives_probabilities = False  # whether A holds some

    @cached_property
    def y(self) -> ndarray | None:
        """Labels ``(m,)``; ``(m, c)`` with several a sample; with an axis more where of steps."""
        if self.Y is None or (self.targets == AMOUNTS and self.Y.shape[-1] > 1):
            return self.Y
        if self.Y.shape[-1] == 1:
            return self.Y[..., 0]
        return decide_each(self.Y, self.targets == MULTILABEL)

    @cached_property
    def b(self) -> dict[Any, int]:
        """Label balance: label -> number of samples."""
        if self.Y is None or (self.targets == AMOUNTS and self.Y.shape[-1] > 1):
            return {}
        y = self.rows(self.y)
        labels = y if y.ndim == 1 else np.nonzero(y)[1]
        return dict(sorted(Counter(labels.tolist()).items()))

    @property
    def lengths(self) -> ndarray | None:
        """Real steps of each sample."""
        return None if self.mask is None else self.mask.sum(axis=1)

    @property
    def per_step(self) -> bool:
        """Whether each step has a label, or an output."""
        return any(array is not None and array.ndim == 3 for array in (self.Y, self.A))

    def rows(self, array: Any) -> Any:
        """Return labels or outputs as they are, or where they are of steps, the real ones as rows.

        Losses, metrics and counts are about these.
        """
        return take_steps(array, self.mask) if self.per_step else array

    @property
    def labels(self) -> Any:
        """Decisions as labels of the user."""
        labels = self.label_decisions()
        if labels is None or self.mask is None or not self.per_step:
            return labels
        return [each[real] for each, real in zip(labels, self.mask, strict=True)]

    def label_decisions(self) -> ndarray | None:
        """Return the decisions as labels of the user, in an array."""
        if self.P is None or self.A is None or self.classes is None:
            return self.P
        u = len(self.classes)
        if self.A.shape[-1] != u:
            raise LabelError(
                f'{self.name}.labels', f'{u} columns of outputs, one for each label',
                f'outputs of shape {self.A.shape}', 'Give the last layer a unit for each label.',
            )  # fmt: skip
        columns = self.P if u > 1 else np.zeros_like(self.P)
        return label_array(self.classes)[columns]

    @property
    def probabilities(self) -> ndarray:
        """Outputs, where they are probabilities."""
        if self.A is None or not self.gives_probabilities:
            raise AttributeError('probabilities')  # which __getattr__ puts in words
        return self.A

    def __len__(self) -> int:
        return len(self.X)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> ndarray:
        if self.A is None:
            raise StateError(
                f'np.asarray({self.name})', 'a set with outputs .A', 'one without',
                'Call evaluate() or predict(X) first; samples are in .X, labels in .Y.',
            )  # fmt: skip
        return np.array(self.A, dtype) if copy else np.asarray(self.A, dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Compute with the outputs ``A``, unless it is ``y == dset``, as of an array `y`."""
        if ufunc in (np.equal, np.not_equal):
            raise self.refuse_comparison(inputs[0] if inputs[1] is self else inputs[1])
        arrays = [np.asarray(x) if isinstance(x, dataSet) else x for x in inputs]
        return getattr(ufunc, method)(*arrays, **kwargs)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, dataSet) or not (np.iterable(other) or np.isscalar(other)):
            return self is other
        raise self.refuse_comparison(other)

    __hash__ = object.__hash__

    def __getitem__(self, key: Any) -> NoReturn:
        """Refuse ``dset[0]``, which may mean a sample, an output or a decision."""
        raise ArgumentTypeError(
            f'{self.name}[...]', 'an array before the brackets', 'a dataSet',
            'Take its outputs .A, decisions .P, .labels, or samples .X: prediction.A[0].',
        )  # fmt: skip

    def refuse_order(self, other: object) -> NoReturn:
        """Refuse ``dset > 0.5``, and say what holds the outputs."""
        raise ArgumentTypeError(
            f'{self.name} > x', 'arrays and numbers on both sides', 'a dataSet',
            'Compare its outputs, prediction.A > x, or take its decisions, .P and .labels.',
        )  # fmt: skip

    __lt__ = __le__ = __gt__ = __ge__ = refuse_order

    def refuse_comparison(self, other: object) -> ArgumentTypeError:
        """Return the error for ``dset == y``: outputs, decisions or labels, no one can tell."""
        return ArgumentTypeError(
            f'{self.name} == y', 'an array on both sides', f'a dataSet and {describe(other)}',
            'Compare its labels: prediction.labels == y.',
        )  # fmt: skip

    def __repr__(self) -> str:
        Y = None if self.Y is None else self.Y.shape
        A = '' if self.A is None else f', A {self.A.shape}'
        return f'dataSet({self.name!r}, X {self.X.shape}, Y {Y}{A})'


def label_array(classes: Sequence[Any]) -> ndarray:
    """Return labels as an array in which each keeps its type: of objects where types differ."""
    if {type(label) for label in classes} in ({str}, {int}, {float}, {bool}):
        array = np.array(classes)
        if array.tolist() == list(classes):
            return array
    array = np.empty(len(classes), dtype=object)
    for number, label in enumerate(classes):
        array[number] = label
    return array
