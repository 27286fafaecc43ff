"""A confusion matrix that knows its labels."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from epynn.commons.logs import text_table
from epynn.kernels.arrays import ndarray


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
    """

    counts: ndarray
    labels: list[Any]
    name: str = ''

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> ndarray:
        return np.array(self.counts, dtype) if copy else np.asarray(self.counts, dtype)

    def __repr__(self) -> str:
        rows = [[label, *row] for label, row in zip(self.labels, self.counts.tolist(), strict=True)]
        return text_table(['true \\ decided', *map(str, self.labels)], rows)
