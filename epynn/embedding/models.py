"""The Embedding layer."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from epynn.commons.arguments import as_flag
from epynn.commons.data_source import EpochBatches
from epynn.commons.io.scaling import FeatureScale
from epynn.commons.models import Layer, dataSet
from epynn.embedding.backward import embedding_backward
from epynn.embedding.batches import (
    Augment,
    as_augment,
    as_order,
    embedding_cut_batches,
    embedding_training_batches,
)
from epynn.embedding.forward import embedding_forward
from epynn.embedding.from_batches import embedding_from_batches
from epynn.embedding.parameters import embedding_compute_shapes
from epynn.embedding.preparation import (
    SIZES,
    embedding_check,
    embedding_encode,
    embedding_prepare,
)
from epynn.embedding.sets import embedding_fill
from epynn.embedding.stream import BatchFunction
from epynn.kernels.arrays import ndarray


class Embedding(Layer):
    """Hold the data: check, encode, scale, split and batch it; pass samples on unchanged.

    ``A = X``, in the data type of the network.

    Parameters
    ----------
    X_data : array_like
        Samples ``(m, ...)``: numbers, or sequences of tokens with ``X_encode=True``. Arrays of any
        library, lists, and frames and series of pandas, polars and the like, whose rows are
        samples. Nothing is guessed: missing values, masks, sets, generators, and whole numbers
        beyond 2**53 are refused. Arrays in a file - memory maps, those of h5py and zarr, whatever
        has ``shape``, ``dtype`` and is indexed by arrays - stay there: batches are read when they
        are used.
        Sequences of different lengths are padded at their ends to the longest, and a mask goes with
        them: lists of tokens or strings by vectors of zeros, as are arrays ``(s_i, e)``, and whole
        numbers ``(s_i,)``, for a layer Tokens, by -1.
    Y_data : array_like
        Labels or targets ``(m,)`` or ``(m, c)``; or the name of the column of `X_data`, a frame,
        that holds them, or a list of such names: the others are the samples then. Where each step
        of a sequence has a label they are ``(m, s)``, see `per_step`, or ``(m, s, c)``; of
        sequences of different lengths, lists of as many for each.
    relative_size : tuple of three numbers, optional
        Relative sizes of the training, validation and test set. The first
        ``round(share * m)`` samples train, the next validate, the rest test. What rounding leaves
        over goes to the last set whose size is not 0. With `validation` or `test` all samples
        train by default; a set that is given so has no share here.
    batch_size : int, optional
        Samples in a training batch; None for all of them in one. The last batch of an epoch may be
        smaller. With ``initialize(reduction='mean')`` its few samples weigh as much as a whole
        batch, which can throw a fast learner off: see `drop_last`.
    X_encode : bool, optional
        One-hot encode sequences of tokens: ``(m, s)`` tokens become ``(m, s, e)``.
    Y_encode : bool, optional
        One-hot encode labels of any kind that a model file can hold, numbers or text:
        ``(m,)`` becomes ``(m, c)``. Labels that differ in type alone, 1 and '1', are refused.
    X_scale : bool, optional
        Scale the samples to ``[0, 1]`` by the smallest and largest number in `X_data`.
    drop_last : bool, optional
        Leave out a last batch that is smaller than `batch_size`.
    sample_weight : array_like, optional
        What each sample weighs in the loss ``(m,)``, at least 0. It multiplies the loss of the
        sample, in the gradients and in the reported loss, a mean over the number of samples. Where
        each step has a label, ``(m, s)`` or a list for each sample weighs steps.
    validation, test : tuple, optional
        Samples and labels of a set of their own, ``(X, Y)``, ``(X, Y, sample_weight)`` or ``(X, Y,
        sample_weight, mask)``: encoded and scaled in the way that `X_data` and `Y_data` taught. A
        token or label that they lack is refused. Sequences may have other lengths.
    stratify : bool, optional
        Draw the sets at random, so that each has about the same share of every label, rather than
        cut them in the order of the samples. ``np.random.default_rng(0)`` draws, whatever the seed
        of the network: the same samples always go to the same set. The sets are copies.
    augment : function, optional
        ``f(X, rng)``: what to train on in place of the samples ``X`` of a batch, an array of the
        same shape and data type, which may be ``X`` itself, changed. It sees training batches
        alone, encoded and scaled. All that is random comes from `rng`, a generator of its own for
        every batch of every epoch, which follows from the seed of the network.
    mask : array_like, optional
        Of sequences that you padded yourself, in an array ``(m, s, ...)``: True for each real step,
        ``(m, s)`` of bool. Layers leave the others out, wherever they are.
    shuffle : bool, optional
        False for batches in the order of the samples, the same in every epoch.
    bucket : bool, optional
        Make batches of sequences of similar lengths, which have less padding: after each shuffle
        samples are sorted by length, those of 32 batches at a time, and then the batches shuffled.
    per_step : bool, optional
        Labels ``(m, s)`` are one for each step, and not `s` columns of a sample. That need not be
        said where it shows: labels have three axes, or different lengths, or are encoded and one
        for each step.

    Attributes
    ----------
    dtrain, dval, dtest : dataSet
        The three sets.
    dsets : list of dataSet
        Those that are not empty.
    batch_dtrain : sequence of dataSet
        The training batches of the current epoch, each gathered when it is used.
    batch_function : BatchFunction or None
        What draws them, of :meth:`from_batches`. `dtrain` has no samples then, only their shape.
    e2i, i2e : dict
        Token -> index and index -> token, with ``X_encode=True``.
    classes : list or None
        The labels in the order of their columns, with ``Y_encode=True``.
    targets : str or None
        What all targets are: ``'labels'``, ``'one-hot'``, ``'multilabel'`` or ``'amounts'``, see
        :mod:`epynn.commons.targets`. They say what outputs are decided for.
    scale : Scale or None
        The remembered scale, with ``X_scale=True``.
    features : list or None
        Names of the columns, where `X_data` is a frame. A frame to predict has to have the same, in
        the same order.
    se_dataset : dict
        The settings above, for the tables.

    Raises
    ------
    DataError
        If samples and labels differ in number, the data holds NaN or infinity, or is not numbers.

    Notes
    -----
    Shapes: ``X (m, ...)`` -> ``A (m, ...)``. The layer has no parameters.

    One Embedding may serve several networks in turn. It is that of the network that initialized it
    last; those before go on with a twin, which has the same data in memory once, and its own
    order, batches and outputs.
    """

    holds_data = True
    takes_tokens = True
    honours_mask = True
    steps_in_turn = True

    dtrain: dataSet
    dval: dataSet
    dtest: dataSet
    dsets: list[dataSet]

    compute_shapes = embedding_compute_shapes
    forward = embedding_forward
    backward = embedding_backward
    encode = embedding_encode
    prepare = embedding_prepare
    fill = embedding_fill
    training_batches = embedding_training_batches
    cut_batches = embedding_cut_batches
    from_batches = classmethod(embedding_from_batches)

    def __repr__(self) -> str:
        sets = [f'{len(dset.X)} {dset.name}' for dset in vars(self).get('dsets', ())]
        if vars(self).get('batch_function') is not None:
            sets.insert(0, 'a stream')
        return f'Embedding({", ".join(sets)})'

    def __init__(
        self,
        X_data: Any = None,
        Y_data: Any = None,
        relative_size: Sequence[float] = SIZES,
        batch_size: int | None = None,
        X_encode: bool = False,
        Y_encode: bool = False,
        X_scale: bool = False,
        drop_last: bool = False,
        sample_weight: Any = None,
        *,
        validation: tuple[Any, ...] | None = None,
        test: tuple[Any, ...] | None = None,
        stratify: bool = False,
        augment: Augment | None = None,
        mask: Any = None,
        shuffle: bool = True,
        bucket: bool = False,
        per_step: bool = False,
    ) -> None:
        super().__init__()
        separate = {'validation': validation, 'test': test}
        self.arguments = {}  # they hold the data, which is never saved
        self.se_dataset = embedding_check(
            relative_size=relative_size,
            batch_size=batch_size,
            separate=[name for name, given in separate.items() if given is not None],
            X_encode=X_encode,
            Y_encode=Y_encode,
            X_scale=X_scale,
            drop_last=drop_last,
            per_step=per_step,
        )
        self.e2i: dict[Any, int] = {}
        self.i2e: dict[int, Any] = {}
        self.classes: list[Any] | None = None
        self.targets: str | None = None
        self.scale: FeatureScale | None = None
        self.features: list[Any] | None = None
        self.batch_dtrain: EpochBatches = []
        self.batch_function: BatchFunction | None = None
        self.order: ndarray = np.arange(0)
        self.stratify = as_flag(stratify, 'Embedding.stratify')
        self.shuffle, self.bucket = as_order(shuffle, bucket)
        self.augment = augment if augment is None else as_augment(augment)
        self.fill(X_data, Y_data, sample_weight, **separate, mask=mask)
        # To encode them anew by what a saved network learned; let go when a network initializes
        learns = X_encode or Y_encode or X_scale
        self.given = (X_data, Y_data, sample_weight, validation, test, mask) if learns else None
