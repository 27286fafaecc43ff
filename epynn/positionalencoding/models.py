"""The PositionalEncoding layer."""

import numpy as np

from epynn.commons.arguments import as_choice, as_initializer, as_int
from epynn.commons.errors import ArgumentError, ShapeError
from epynn.commons.maths import Initializer, xavier
from epynn.commons.models import HyperParameters, Layer
from epynn.commons.penalties import Penalty
from epynn.commons.positions import count_positions
from epynn.kernels.arrays import ndarray
from epynn.positionalencoding.backward import positionalencoding_backward
from epynn.positionalencoding.forward import positionalencoding_forward
from epynn.positionalencoding.parameters import (
    positionalencoding_compute_gradients,
    positionalencoding_compute_shapes,
    positionalencoding_initialize_parameters,
)


class PositionalEncoding(Layer):
    r"""Add to each step a row that says where it is: Attention by itself does not see the order.

    .. math::

        A_t = X_t + E_t, \qquad
        E_{t, 2i} = \sin\left(\frac{t}{10000^{2i/e}}\right), \quad
        E_{t, 2i+1} = \cos\left(\frac{t}{10000^{2i/e}}\right)

    Parameters
    ----------
    kind : str, optional
        ``'sinusoidal'``: rows of sines and cosines, of slower and slower waves. ``'learned'``: rows
        ``W`` that are learned, for as many positions as `steps` says. Rotary positions are turned
        into queries and keys: ``Attention(rotary=True)``.
    steps : int, optional
        The most steps that sequences have, of learned rows.
    initialization : function, optional
        Draws ``W``: ``f(shape, rng)``.
    se_hPars : dict, optional
        Hyper-parameters of this layer alone.
    penalty : Penalty, optional
        Penalty on ``W``, such as ``L2(1e-4)``.

    Notes
    -----
    Shapes: ``X (m, s, e)`` -> ``A (m, s, e)``; parameter ``W (ms, e)`` with ``kind='learned'``, a
    row for each of `steps` positions. Positions ``t`` count real steps from 0: with padding on
    either side, a sequence gets the same rows. Where steps are carried on from the pass before,
    they count on.

    Backward: the sum passes the gradient on, ``dX = dA``; each row gathers those of its position,
    ``dW[t] = sum of dA[m, t]`` over the samples.

    References
    ----------
    Vaswani et al., "Attention is all you need", NeurIPS (2017), where the embedding of tokens is
    multiplied by ``sqrt(e)`` before; learned rows: Gehring et al., "Convolutional sequence to
    sequence learning", ICML (2017).

    Examples
    --------
    >>> layer = PositionalEncoding()
    >>> layer.forward(np.zeros((1, 3, 2)))[0].round(2)
    array([[ 0.  ,  1.  ],
           [ 0.84,  0.54],
           [ 0.91, -0.42]])
    """

    input_axes = ('m', 's', 'e')
    weight_names: tuple[str, ...] = ('W',)
    honours_mask = True
    steps_in_turn = True
    compute_shapes = positionalencoding_compute_shapes
    initialize_parameters = positionalencoding_initialize_parameters
    forward = positionalencoding_forward
    backward = positionalencoding_backward
    compute_gradients = positionalencoding_compute_gradients

    def __init__(
        self,
        kind: str = 'sinusoidal',
        steps: int | None = None,
        initialization: Initializer = xavier,
        se_hPars: HyperParameters | None = None,
        penalty: Penalty | None = None,
    ) -> None:
        super().__init__(se_hPars, penalty)
        if kind == 'rotary':
            raise ArgumentError(
                'PositionalEncoding.kind', 'sinusoidal or learned', "'rotary' (str)",
                'Queries and keys turn, not the input: Attention(heads, rotary=True).',
            )  # fmt: skip
        self.kind = as_choice(kind, 'PositionalEncoding.kind', ('sinusoidal', 'learned'))
        self.trainable = self.kind == 'learned'
        if (steps is not None) != self.trainable:
            raise ArgumentError(
                'PositionalEncoding.steps',
                'the most steps of a sequence' if self.trainable else 'none with sines and cosines',
                f'{steps}', "Write PositionalEncoding('learned', steps=512)." if self.trainable
                else 'Leave it out: they have a row for any position.',
            )  # fmt: skip
        if self.trainable:
            self.d['ms'] = as_int(steps, 'PositionalEncoding.steps')
        self.weight_names = ('W',) if self.trainable else ()
        self.initialization = as_initializer(initialization, 'PositionalEncoding.initialization')

    def find_positions(self) -> ndarray:
        """Return the position of each step; note how many there were, if the next pass goes on."""
        m, s = self.d['m'], self.d['s']
        before = self.carried.get('t') if self.carries else None
        t = count_positions(s, self.mask, before)
        if self.kind == 'learned' and t.max(initial=0) >= self.d['ms']:
            raise ShapeError(
                self.name, f'at most {self.d["ms"]} steps, as many as positions have rows',
                f'{int(t.max()) + 1}', 'Give more of them, PositionalEncoding(steps=...), cut '
                "sequences, or take kind='sinusoidal', which has no end.",
            )  # fmt: skip
        if self.carries:
            real = np.full(m, s) if self.mask is None else self.mask.sum(axis=1)
            self.carried = {'t': real if before is None else before + real}
        return t
