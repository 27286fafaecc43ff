"""Which labels the network takes for which."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from epynn.commons.arguments import as_flag
from epynn.commons.calls import in_words
from epynn.commons.errors import LabelError
from epynn.commons.logs import text_table
from epynn.commons.memory import enough_memory
from epynn.commons.metrics import confusion_matrix
from epynn.commons.models import dataSet
from epynn.commons.plot import plot_counts
from epynn.commons.targets import LABELS, ONE_HOT
from epynn.kernels.arrays import ndarray
from epynn.network.evaluate import SMALLER, decide_samples, on_sides, read_labelled
from epynn.network.label_checks import check_labels
from epynn.network.ownership import require_sets
from epynn.network.pictures import choose_path
from epynn.network.state import Network

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class Confusion:
    """How many samples of each label were taken for which; ``np.asarray`` of it are the counts.

    Attributes
    ----------
    counts : array
        Shape (k, k): a row for each label of the truth, a column for each decision.
    labels : list
        The k labels, in the order of the rows and of the columns.
    name : str
        The set of samples.
    unit : str
        What is counted: ``'samples'``, or ``'steps'`` where each has a label.
    """

    counts: ndarray
    labels: list[Any]
    name: str = ''
    unit: str = 'samples'

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> ndarray:
        return np.array(self.counts, dtype) if copy else np.asarray(self.counts, dtype)

    def __repr__(self) -> str:
        rows = [[label, *row] for label, row in zip(self.labels, self.counts.tolist(), strict=True)]
        return text_table(['true \\ decided', *map(str, self.labels)], rows)


@in_words('EpyNN.confusion_matrix')
def model_confusion_matrix(
    model: Network,
    X_data: Any = None,
    Y_data: Any = None,
    X_encode: bool = False,
    X_scale: bool = False,
    mask: Any = None,
) -> Confusion:
    """Count how many samples of each label were taken for which.

    Parameters
    ----------
    X_data, Y_data, X_encode, X_scale, mask : optional
        Samples and labels, as for :meth:`evaluate`. Without them, those of the last set of the
        Embedding: the test set, or the validation set, or the training set.

    Returns
    -------
    Confusion
        The counts, a row for each true label, a column for each decision, and the labels.

    Raises
    ------
    LabelError
        If targets are amounts, or several labels a sample.
    """
    what = 'confusion_matrix'
    if X_data is not None or Y_data is not None:
        dset = read_labelled(model, X_data, Y_data, X_encode, X_scale, mask, what)
        given = [dset]
    else:
        require_sets(model, what)
        dset, given = model.embedding.dsets[-1], []
    kind = model.embedding.targets
    if kind not in (LABELS, ONE_HOT):
        raise LabelError(
            f'EpyNN.{what}', 'one label a sample', f'{kind} targets',
            'Of several labels take a column at a time: confusion_matrix(Y[:, 0], A[:, 0]).',
        )  # fmt: skip
    with enough_memory(f'EpyNN.{what}', 'memory for the outputs', SMALLER):
        decide_samples(model, dset, what)
    assert dset.A is not None
    assert dset.Y is not None
    if given:
        check_labels(model, dset.Y, dset.A, given, f'EpyNN.{what}(Y_data)')
    counts = confusion_matrix(dset.rows(dset.Y), dset.rows(on_sides(model, dset.A)))
    unit = 'steps' if dset.per_step else 'samples'
    return Confusion(counts, names(dset, len(counts)), dset.name, unit)


def names(dset: dataSet, k: int) -> list[Any]:
    """Return what the `k` rows and columns stand for: labels of the user, or their numbers."""
    if dset.classes is not None and len(dset.classes) == k:
        return list(dset.classes)
    if dset.A is not None and dset.A.shape[-1] > 1:
        return list(range(k))
    assert dset.y is not None
    assert dset.P is not None
    return list(np.union1d(dset.rows(dset.y), dset.rows(dset.P)).tolist())


@in_words('EpyNN.plot_confusion')
def model_plot_confusion(
    model: Network,
    X_data: Any = None,
    Y_data: Any = None,
    X_encode: bool = False,
    X_scale: bool = False,
    pyplot: bool = True,
    path: str | Path | bool | None = None,
    mask: Any = None,
) -> 'Figure | None':
    """Draw how many samples of each label were taken for which.

    Colours are shares of the samples with the label; the numbers are counts.

    Parameters
    ----------
    X_data, Y_data, X_encode, X_scale, mask : optional
        As in :meth:`confusion_matrix`.
    pyplot, path : optional
        As in :meth:`plot`; the file is ``plots/<uname>_confusion.png``.
    """
    pyplot = as_flag(pyplot, 'EpyNN.plot_confusion(pyplot)') and model.is_first
    confusion = model_confusion_matrix(model, X_data, Y_data, X_encode, X_scale, mask)
    title = f'{model.name}: {confusion.counts.sum()} {confusion.unit}, {confusion.name}'
    return plot_counts(
        confusion.counts,
        [str(label) for label in confusion.labels],
        title,
        choose_path(model, path, '_confusion'),
        pyplot,
    )
