"""What a network asks of its first layer, which holds the data."""

import operator
from collections.abc import Iterable
from typing import Any, Protocol, overload, runtime_checkable

from epynn.commons.dataset import dataSet
from epynn.commons.errors import LayerError
from epynn.commons.io.scaling import FeatureScale
from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray


class EpochBatches(Protocol):
    """The batches of an epoch: the first of them, and those after so many, to walk through.

    A sequence, or what is drawn on the way; then it may be unknown how many there are.
    """

    @overload
    def __getitem__(self, k: int, /) -> dataSet: ...

    @overload
    def __getitem__(self, k: slice, /) -> Iterable[dataSet]: ...


@runtime_checkable
class DataSource(Protocol):
    """Data sets, batches of the first of them, and how their samples and labels were encoded.

    :class:`epynn.Embedding` is one, and describes each. A layer of your own that is says so in its
    class, ``holds_data = True``.
    """

    owner: Any
    dtrain: dataSet
    dval: dataSet
    dtest: dataSet
    dsets: list[dataSet]
    order: ndarray
    batch_dtrain: EpochBatches
    batch_function: Any
    se_dataset: dict[str, Any]
    e2i: dict[Any, int]
    i2e: dict[int, Any]
    classes: list[Any] | None
    targets: str | None
    scale: FeatureScale | None
    features: list[Any] | None

    def training_batches(self, init: bool = False) -> None:
        """Shuffle `dtrain` and cut it into `batch_dtrain`; `init`: from the original order."""

    def encode(
        self, X_data: Any, X_encode: bool, X_scale: bool, mask: Any = None
    ) -> tuple[ndarray, ndarray | None]:
        """Return samples in numbers, encoded and scaled as the data sets were, and their mask."""


def count_batches(source: DataSource) -> int:
    """Return how many batches an epoch has; 0 where that is not known."""
    return operator.length_hint(source.batch_dtrain, 0)


def name_batch(source: DataSource, number: int) -> str:
    """Return the words for a batch: ``batch 3 of 10``, where there are so many."""
    total = count_batches(source)
    return f'batch {number} of {total}' if total else f'batch {number}'


def as_data_source(layer: Layer) -> DataSource:
    """Return the first layer of a network as what holds its data; refuse one that does not."""
    if not isinstance(layer, DataSource):
        missing = [
            name
            for name in (*DataSource.__annotations__, 'training_batches', 'encode')
            if not hasattr(layer, name)
        ]
        raise LayerError(
            layer.name, 'all that a network asks of what holds its data',
            f'a layer without {", ".join(missing)}', 'Derive its class from Embedding.',
        )  # fmt: skip
    return layer
