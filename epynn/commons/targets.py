"""What targets are: classes, answers of which several may hold, or amounts.

================  ========================================================================
``'labels'``      one column of whole numbers: classes by their number, or yes and no
``'one-hot'``     several columns of 0 and 1, a single 1 in each sample: one class a sample
``'multilabel'``  several columns of 0 and 1, any number of 1 in a sample: several labels, or none
``'amounts'``     any other numbers: there is nothing to decide about them
================  ========================================================================

A part of the samples need not tell what all of them are: in a batch of multilabel targets each
sample may happen to have a single 1. So the Embedding looks at all of them, and each data set
carries what it saw.
"""

import numpy as np

from epynn.commons.errors import LabelError
from epynn.kernels.arrays import ndarray

LABELS, ONE_HOT, MULTILABEL, AMOUNTS = KINDS = ('labels', 'one-hot', 'multilabel', 'amounts')


def kind_of_targets(Y: ndarray) -> str:
    """Return which of the four kinds targets (m,) or (m, c) are; of steps, rows of those."""
    if Y.ndim == 1 or Y.shape[1] == 1:
        return LABELS if Y.dtype.kind != 'f' or (np.rint(Y) == Y).all() else AMOUNTS
    if Y.dtype.kind not in 'biuf' or not ((Y == 0) | (Y == 1)).all():
        return AMOUNTS
    return ONE_HOT if (np.sum(Y, axis=1) == 1).all() else MULTILABEL


def require_targets(Y: ndarray, kind: str, remedy: str | None = None) -> None:
    """Refuse targets that are not of the kind that others are; a few may look like a simpler one.

    Those that sum to 1 in each of a few samples may be several labels a sample all the same. In a
    `remedy`, ``{found}`` is the kind that they are.
    """
    found = kind_of_targets(Y)
    if KINDS.index(found) > KINDS.index(kind):
        raise LabelError(
            'Y_data', f'{kind} targets, as those that were learned from', f'{found} targets',
            (remedy or 'Give targets of that kind; see docs/targets.md.').format(found=found),
        )  # fmt: skip
