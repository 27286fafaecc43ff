"""The Parallel layer."""

from collections.abc import Sequence
from itertools import accumulate

from epynn.branches.backward import branches_backward
from epynn.branches.forward import branches_forward
from epynn.branches.parameters import branches_compute_shapes
from epynn.commons.arguments import as_choice, describe
from epynn.commons.composite import Composite
from epynn.commons.errors import ArgumentError, ArgumentTypeError
from epynn.commons.models import Layer, as_layers
from epynn.kernels.arrays import ndarray

JOINS = ('concatenate', 'add', 'multiply', 'mean')


class Parallel(Composite):
    r"""Pass the input through several branches of layers, and join what they make of it.

    .. math:: A = [\, F_0(X_0), \; F_1(X_1), \; \ldots \,] \qquad \text{or} \quad
              \sum_k F_k(X_k), \quad \prod_k F_k(X_k), \quad \frac{1}{K} \sum_k F_k(X_k)

    Each branch sees all of the input, or a part of it: filters of several sizes for the same image,
    or a tower of layers for each half of the features.

    Parameters
    ----------
    branches : sequence of sequence of Layer
        The layers ``F`` of each branch, in order: ``[[Dense(8, relu)], [Dense(8, tanh),
        Dropout()]]``. An empty branch passes its input on.
    join : str, optional
        ``'concatenate'``: outputs side by side along the last axis. ``'add'``, ``'multiply'``,
        ``'mean'``: element by element, of outputs of one shape.
    inputs : sequence of (int, int), optional
        Of each branch, from where to where it reads the last axis, counted from 0 and without the
        end: ``[(0, 4), (4, 10)]``. Together they read all of it; parts may overlap. None, for all
        or for one, for the whole input.

    Notes
    -----
    Shapes: ``X (m, ..., d)`` -> ``A (m, ..., u)``. Outputs ``A0 A1 ...`` of the branches, of which
    there are ``K``, have the same axes; side by side they may differ in the last one, and ``u`` is
    the sum of theirs. Parameters are those of the layers inside, numbered from 0 along the first
    branch, then the second, and so on: ``p['0.W']``.

    Backward: what is side by side is split. A sum hands its gradient to each of its terms, a mean
    the ``K``-th part of it, and a product gives each of its factors ``dA`` times all others::

        dAk = dA           dAk = dA / K           dAk = dA * A0 * ... without Ak

    Each goes back through its branch. Where several branches read the same part of the input, its
    gradient is the sum of theirs.

    References
    ----------
    Szegedy et al., "Going deeper with convolutions", CVPR (2015): the Inception block, convolutions
    of several sizes and a pooling side by side. Bromley et al., "Signature verification using a
    siamese time delay neural network", NIPS (1993), has two towers; theirs share their weights.

    Examples
    --------
    >>> layer = Parallel([[Dense(8, relu)], [Dense(8, relu)]], 'multiply', [(0, 4), (4, 10)])
    >>> layer.forward(np.ones((32, 10))).shape
    (32, 8)
    """

    compute_shapes = branches_compute_shapes
    forward = branches_forward
    backward = branches_backward

    honours_mask = True
    steps_in_turn = True

    def __init__(
        self,
        branches: Sequence[Sequence[Layer]],
        join: str = 'concatenate',
        inputs: Sequence[tuple[int, int] | None] | None = None,
    ) -> None:
        words = 'a list of branches, each a list of layers', 'Write [[Dense(8)], [Dense(8), ...]].'
        if isinstance(branches, Layer) or not isinstance(branches, Sequence) or not branches:
            raise ArgumentTypeError('Parallel.branches', words[0], describe(branches), words[1])
        chains = [
            as_layers(branch, f'Parallel.branches[{k}]', 'a list of layers', words[1])
            for k, branch in enumerate(branches)
        ]
        super().__init__([layer for chain in chains for layer in chain])
        self.ends = [0, *accumulate(map(len, chains))]
        self.join = as_choice(join, 'Parallel.join', JOINS)
        self.inputs = check_inputs(inputs, len(chains))

    @property
    def branches(self) -> list[list[Layer]]:
        """The layers of each branch."""
        return [self.layers[i:j] for i, j in zip(self.ends, self.ends[1:], strict=False)]

    def output_mask(self) -> ndarray | None:
        """Return the mask of what the branches give out."""
        return self.mask_after(*self.branches)


def check_inputs(inputs: Sequence[tuple[int, int] | None] | None, count: int) -> list[slice]:
    """Return what part of the last axis each branch reads. Together they read all of it."""
    inputs = [None] * count if inputs is None else inputs
    remedy = 'Write inputs=[(0, 4), (4, 10)] for the first four features and six more.'
    if isinstance(inputs, str) or not isinstance(inputs, Sequence):
        raise ArgumentTypeError('Parallel.inputs', 'a list', describe(inputs), remedy)
    if len(inputs) != count:
        raise ArgumentError(
            'Parallel.inputs', f'one pair of numbers a branch, {count}', f'{len(inputs)}', remedy
        )
    for k, part in enumerate(inputs):
        pair = isinstance(part, tuple | list) and len(part) == 2 and {*map(type, part)} == {int}
        if part is not None and not (pair and 0 <= part[0] < part[1]):
            raise ArgumentError(
                f'Parallel.inputs[{k}]', 'two whole numbers, from 0 on and in order, or None',
                describe(part), remedy,
            )  # fmt: skip
    pairs = [part for part in inputs if part is not None]
    read = {n for pair in pairs for n in range(*pair)}
    left_out = [n for n in range(max(read, default=0)) if n not in read]
    if left_out and len(pairs) == count:
        raise ArgumentError(
            'Parallel.inputs', 'parts that leave nothing out', f'none with feature {left_out[0]}',
            'Take features that no branch is to see out of the data.',
        )  # fmt: skip
    return [slice(None) if part is None else slice(*part) for part in inputs]
