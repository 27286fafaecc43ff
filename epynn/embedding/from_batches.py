"""An Embedding whose training batches come from a function, one at a time."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from epynn.commons.arguments import as_choice, describe
from epynn.commons.calls import in_words
from epynn.commons.dataset import SETS
from epynn.commons.errors import ArgumentTypeError, DataError, LabelError
from epynn.commons.io.labels import find_elements
from epynn.commons.io.scaling import FeatureScale
from epynn.commons.models import dataSet
from epynn.commons.rows import take_rows
from epynn.commons.targets import KINDS, require_targets
from epynn.embedding.batches import Augment
from epynn.embedding.preparation import embedding_check
from epynn.embedding.sets import add_sets
from epynn.embedding.stream import WHERE, BatchFunction, as_batch, naming_batch
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.embedding.models import Embedding


@in_words(WHERE, 'Write Embedding.from_batches(f), where f() returns batches (X, Y).')
def embedding_from_batches(
    cls: 'type[Embedding]',
    batches: Callable[..., Any],
    *,
    tokens: Sequence[Any] | None = None,
    classes: Sequence[Any] | None = None,
    scale: FeatureScale | None = None,
    targets: str | None = None,
    validation: tuple[Any, ...] | None = None,
    test: tuple[Any, ...] | None = None,
    augment: Augment | None = None,
    per_step: bool = False,
) -> 'Embedding':
    """Make an Embedding whose training batches come from a function, one at a time.

    There is no training set in memory, so none is evaluated: the mean loss of the batches, as they
    were learned, stands in its place, and `validation` and `test` are evaluated as ever. An epoch
    is what the function returns: as many batches, in that order. Endless ones are cut by
    ``itertools.islice``.

    Parameters
    ----------
    batches : function
        ``f()``, called for each epoch, returns an iterable of batches ``(X, Y)``, ``(X, Y,
        sample_weight)`` or ``(X, Y, sample_weight, mask)``, such as a generator. Each is checked
        and encoded when it comes. Or ``f(rng)``, which takes all that is random from `rng`, a
        generator of its own for the epoch that follows from the seed of the network. It is called
        once more, now, for a first batch, of which shapes and the kind of targets are read, and
        which stays until training begins.
    tokens : sequence, optional
        The tokens of which samples are sequences, in the order of their columns: they are one-hot
        encoded.
    classes : sequence, optional
        The labels in the order of their columns: they are one-hot encoded. None for numbers.
    scale : FeatureScale, optional
        What :func:`epynn.commons.io.feature_scale` learned from some of the samples: all are scaled
        so.
    targets : str, optional
        What all targets are, where those of the first batch look simpler: ``'labels'``,
        ``'one-hot'``, ``'multilabel'`` or ``'amounts'``.
    validation, test, augment, per_step : optional
        As of an Embedding of arrays.

    Returns
    -------
    Embedding

    Raises
    ------
    ArgumentTypeError
        If `batches` is no function, as where a generator was passed, or does not return batches.
    DataError, LabelError, ShapeError
        If there is no batch, or one is not like the first, or not of finite numbers. The error
        names it.

    Notes
    -----
    A training that was stopped in the middle of an epoch goes on by calling the function again: the
    batches that were learned are drawn and left out. That is as if nothing had been, where the
    function returns the same batches for the same epoch.
    """
    layer = cls(augment=augment)
    source = layer.batch_function = BatchFunction(batches)
    known = {'X_encode': tokens, 'Y_encode': classes, 'X_scale': scale}
    flags = {name: given is not None for name, given in known.items()}
    layer.se_dataset = embedding_check(
        (1, 0, 0), None, [], drop_last=False, per_step=per_step, **flags
    )
    if scale is not None and not isinstance(scale, FeatureScale):
        raise ArgumentTypeError(
            f'{WHERE}(scale)', 'what feature_scale returned', describe(scale),
            'Pass feature_scale(X), of some of the samples.',
        )  # fmt: skip
    layer.scale = scale
    layer.classes = None if classes is None else as_elements(classes, 'classes')
    layer.i2e = {} if tokens is None else dict(enumerate(as_elements(tokens, 'tokens')))
    layer.e2i = {token: number for number, token in layer.i2e.items()}
    with source.drawing(key=0) as drawn:
        first = source.first_of(drawn)
    with naming_batch(0):
        X, Y, mask = look(layer, first, targets)
    sample, real = (np.array(X[:1]), np.array(Y[:1])), None if mask is None else mask[:1]
    source.sample = dataSet(*sample, 'dtrain', None, None, layer.targets, layer.classes, real)
    layer.batch_dtrain = epoch = source.epoch(layer, key=0)
    source.first = epoch.read(0, first)
    add_sets(layer, validation, test)
    return layer


def look(
    layer: 'Embedding', item: Any, targets: str | None
) -> tuple[ndarray, ndarray, ndarray | None]:
    """Read off the first batch what samples and targets are like; return them, and the mask."""
    X_data, Y_data, _, mask = (*as_batch(item), None, None)[:4]
    X, Y, mask = layer.prepare(X_data, Y_data, mask)
    if X is None or Y is None:
        missing = 'X_data' if X is None else 'Y_data'
        raise LabelError(missing, 'samples and their labels', 'None', 'Yield batches (X, Y).')
    if targets is not None:
        layer.targets = as_choice(targets, 'targets', KINDS)
        require_targets(take_rows(Y, mask), targets)
    layer.se_dataset['batch_size'] = len(X)
    none = np.array(X[:0]), np.array(Y[:0])
    real = None if mask is None else mask[:0]
    layer.dtrain = dataSet(*none, SETS[0], None, None, layer.targets, layer.classes, real)
    return X, Y, mask


def as_elements(elements: Sequence[Any], name: str) -> list[Any]:
    """Return tokens or labels as a list, in their order; refuse one that stands twice."""
    where = f'{WHERE}({name})'
    if isinstance(elements, str) or not isinstance(elements, (Sequence, np.ndarray)):
        raise ArgumentTypeError(where, 'a list', describe(elements), f'For example {name}=[0, 1].')
    found = [item.item() if isinstance(item, np.generic) else item for item in elements]
    if not found or len(find_elements(found, where)) < len(found):
        raise DataError(where, 'each once', describe(found), f'Pass sorted(set({name})).')
    return found
