"""Labels: which there are, as columns of 0 and 1, and what outputs decide for."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.errors import LabelError
from epynn.estimators.scikit_learn import (
    check_classification_targets,
    column_or_1d,
    compute_class_weight,
    type_of_target,
)
from epynn.kernels.arrays import ndarray

BINARY, MULTICLASS, MULTILABEL = 'binary', 'multiclass', 'multilabel-indicator'


@dataclass(frozen=True)
class Labels:
    """The labels of a classifier.

    Parameters
    ----------
    classes : ndarray
        The labels in order; of several a sample, the numbers of their columns.
    kind : str
        Two classes, more of them, or several labels a sample, by the words of scikit-learn.
    """

    classes: ndarray
    kind: str

    @classmethod
    def of(cls, y: ndarray, classes: Any = None) -> 'Labels':
        """Return those of targets that :func:`as_labels` returned, or all that the user named."""
        if y.ndim == 2:
            return cls(np.arange(y.shape[1]), MULTILABEL)
        labels = np.unique(y if classes is None else classes)
        if len(labels) < 2:
            raise LabelError(
                'y', 'samples of at least 2 classes', f'1 class, {labels[0]!r}',
                'Give samples of other classes, too.',
            )  # fmt: skip
        return cls(labels, BINARY if len(labels) == 2 else MULTICLASS)

    def encode(self, y: ndarray) -> ndarray:
        """Return 0 and 1 in a column for each label ``(m, c)``, of two classes for the second."""
        if self.kind == MULTILABEL:
            if y.shape[1:] != self.classes.shape:
                raise LabelError(
                    'y', f'0 or 1 for each of {len(self.classes)} labels, as before', describe(y),
                    'Fit another estimator, or without warm_start.',
                )  # fmt: skip
            return y.astype(float)
        strange = [label for label in np.unique(y) if label not in self.classes]
        if strange or y.ndim > 1:
            raise LabelError(
                'y', f'labels of the classes {self.classes.tolist()}',
                repr(strange[0]) if strange else describe(y),
                'Name all of them in the first call: partial_fit(X, y, classes).',
            )  # fmt: skip
        columns = self.classes[1:] if self.kind == BINARY else self.classes
        Y: ndarray = (y[:, np.newaxis] == columns).astype(float)
        return Y

    def decide(self, A: ndarray) -> ndarray:
        """Return the number of the class ``(m,)``, or 0 and 1 for each of several labels."""
        if self.kind == MULTICLASS:
            chosen: ndarray = A.argmax(axis=1)
            return chosen
        yes = (A > 0.5).astype(int)
        return yes[:, 0] if self.kind == BINARY else yes

    def weigh(self, Y: ndarray, w: ndarray | None, class_weight: Any) -> ndarray:
        """Return what samples weigh, with the weights of their classes."""
        if self.kind == MULTILABEL:
            raise LabelError(
                'class_weight', 'one class a sample', 'several labels',
                'Weigh samples by fit(X, y, sample_weight).',
            )  # fmt: skip
        w = np.ones(len(Y)) if w is None else w
        codes = self.decide(Y)
        if class_weight == 'balanced':  # m / (k count), where weights count as samples do
            counts = np.bincount(codes, w, len(self.classes))
            by_class = w.sum() / (np.count_nonzero(counts) * np.maximum(counts, 1e-300))
        else:
            y = self.classes[codes]
            by_class = compute_class_weight(class_weight, classes=self.classes, y=y)
        weighed: ndarray = w * by_class[codes]
        return weighed


def as_labels(y: Any) -> ndarray:
    """Return targets as labels ``(m,)``, or as 0 and 1 for each of several ``(m, c)``."""
    check_classification_targets(y)
    y = y.toarray() if hasattr(y, 'toarray') else y
    labels: ndarray = y if type_of_target(y) == MULTILABEL else column_or_1d(y, warn=True)
    return labels
