"""Data sets: samples with their labels, outputs and decisions."""

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.errors import DataError
from epynn.commons.io.arrays import as_array
from epynn.commons.metrics import decide
from epynn.kernels.arrays import Array


class dataSet:
    """Samples and labels of one set: training, validation, test, or prediction.

    Parameters
    ----------
    X_data : array_like
        Samples, along the first axis.
    Y_data : array_like, optional
        Labels or targets, one a sample; ``(m,)`` becomes ``(m, 1)``.
    name : str, optional
        Name for the tables.
    ids : sequence of int, optional
        Numbers of the samples in the data they come from, by default ``0 .. m - 1``.
    w : sequence of float, optional
        Weights of the samples in the loss.

    Attributes
    ----------
    X : ndarray
        Samples ``(m, ...)``.
    Y : ndarray or None
        Labels ``(m, c)``: one-hot, or one column.
    y : ndarray or None
        Labels ``(m,)``: the column where ``Y`` is 1, or its only column.
    b : dict
        Label balance: how many samples have each label.
    ids : ndarray
        Numbers of the samples.
    w : ndarray or None
        Weights of the samples ``(m,)``; None where all weigh 1.
    A : ndarray or None
        Outputs of the network, once computed.
    P : ndarray or None
        Decisions: the column of the largest output, or the rounded only output.
    active : bool
        Whether there are any samples.
    """

    def __init__(
        self,
        X_data: Any,
        Y_data: Any = None,
        name: str = 'dummy',
        ids: Sequence[int] | Array | None = None,
        w: Sequence[float] | Array | None = None,
    ) -> None:
        self.name = name
        self.X: Array = as_array(X_data, 'dataSet.X_data')
        if self.X.ndim == 0:
            raise DataError(
                'dataSet.X_data', 'samples along the first axis', describe(X_data),
                'Pass a list or an array of samples.',
            )  # fmt: skip
        self.Y: Array | None = None
        if Y_data is not None:
            Y = as_array(Y_data, 'dataSet.Y_data')
            if Y.shape[:1] != self.X.shape[:1]:
                raise DataError(
                    'dataSet.Y_data', f'as many labels as samples ({len(self.X)})',
                    f'an array of shape {Y.shape}', 'Give one label for each sample.',
                )  # fmt: skip
            self.Y = Y[:, np.newaxis] if Y.ndim == 1 else Y
        self.ids: Array = np.arange(len(self.X)) if ids is None else as_array(ids, 'dataSet.ids')
        self.w: Array | None = None if w is None else as_array(w, 'dataSet.w')
        self.active = len(self.X) > 0
        self.A: Array | None = None
        self.P: Array | None = None

    @cached_property
    def y(self) -> Array | None:
        """Labels ``(m,)``."""
        if self.Y is None:
            return None
        return self.Y[:, 0] if self.Y.shape[1] == 1 else decide(self.Y)

    @cached_property
    def b(self) -> dict[Any, int]:
        """Label balance: label -> number of samples."""
        if self.y is None:
            return {}
        return dict(sorted(Counter(self.y.tolist()).items()))

    def __repr__(self) -> str:
        Y = None if self.Y is None else self.Y.shape
        return f'dataSet({self.name!r}, X {self.X.shape}, Y {Y})'
