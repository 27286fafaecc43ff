"""Networks drawn at random: every layer, nested, for features, images, sequences, tokens, films."""

import numpy as np
from moved import move_parameters

import epynn as e
from epynn.commons.errors import EpynnError
from epynn.commons.maths import ACTIVATIONS
from epynn.commons.models import walk_layers

KINDS = {
    'features': (3, 6), 'images': (2, 6, 5, 2), 'sequences': (3, 7, 4), 'tokens': (3, 6),
    'films': (2, 3, 5, 4, 2),
}  # fmt: skip
TOKENS = 9
SMOOTH = 'tanh', 'sigmoid', 'softsign', 'hard_sigmoid', 'hard_tanh', 'softmax'
"""Functions by which a state stays as small as it is, step after step."""


class Drawer:
    """Draws layers, and passes samples through them, so that each fits what the one before gives.

    Parameters
    ----------
    seed : int
        The same layers and parameters for the same seed.
    """

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def number(self, low, high):
        return int(self.rng.integers(low, high + 1))

    def flag(self, chance=0.5):
        return bool(self.rng.random() < chance)

    def one_of(self, *things):
        return things[self.number(0, len(things) - 1)]

    def function(self, names=tuple(ACTIVATIONS)):
        return ACTIVATIONS[self.one_of(*names)]

    def settings(self):
        """Return hyper-parameters of activations that are none of the usual ones."""
        return self.one_of(None, {'ELU_alpha': 0.7, 'LRELU_alpha': 0.1, 'softmax_temperature': 1.5})

    def network(self, kind, most=4):
        """Return samples, and layers in turn that have their parameters."""
        shape = KINDS[kind]
        if kind == 'tokens':
            X = self.rng.integers(0, TOKENS, shape)
            layers = [e.Tokens(TOKENS, self.number(2, 5))]
        else:
            X, layers = self.rng.standard_normal(shape), []
        A = X
        for layer in layers:
            A = layer.forward(A)
        more, _ = self.chain(A, self.number(1, most), 2)
        return X, [*layers, *more]

    def chain(self, A, count, depth):
        """Return so many layers, and what they give."""
        layers = []
        while len(layers) < count:
            layer, B = self.layer(A, depth)
            layers.append(layer)
            A = B
        return layers, A

    def layer(self, A, depth):
        """Return a layer that takes an array, and what it gives."""
        while True:
            try:
                layer = self.any_layer(A, depth)
                for each in walk_layers([layer]):
                    each.np_rng = np.random.default_rng(self.number(0, 999))
                    each.training = False
                B = layer.forward(A)
                move_parameters(layer, self.number(0, 999))
                B = layer.forward(A)
            except EpynnError:  # a window too large, heads that fit no width: draw again
                continue
            if B.ndim < 6 and 0 < B.size < 3000 and np.abs(B).max() < 1e4:
                return layer, B

    def any_layer(self, A, depth):
        """Return a layer that may take an array."""
        if depth and self.flag(0.3):
            return self.nested(A, depth - 1)
        makers = {2: self.of_features, 3: self.of_sequences, 4: self.of_images, 5: self.of_films}
        return self.one_of(*makers[A.ndim](A, depth), *self.of_any(A))()

    def of_any(self, A):
        n = A.shape[-1]
        groups = self.one_of(*[g for g in range(1, n + 1) if n % g == 0])
        return [
            lambda: e.LayerNorm(self.one_of(1e-5, 1e-2)), lambda: e.RMSNorm(0.1), e.BatchNorm,
            lambda: e.GroupNorm(groups, 1e-2), lambda: e.Dropout(0.3),
            lambda: e.Activation(self.function(), self.settings()), e.Template, e.PReLU,
        ]  # fmt: skip

    def of_features(self, A, depth):
        n = A.shape[-1]
        return [
            *3 * [lambda: e.Dense(self.number(1, 5), self.function(), se_hPars=self.settings())],
            lambda: e.Reshape(self.one_of((-1, 1), (1, n), (n, 1, 1), -1)),
        ]

    def of_sequences(self, A, depth):
        s, n = A.shape[1:]
        return 3 * [lambda: self.recurrent(self.number(1, 4), self.flag(0.7))] + [
            lambda: self.two_ways(),
            lambda: self.attention(n),
            lambda: self.attention(n),
            lambda: e.Transformer(
                self.one_of(1, 2), self.number(2, 6), self.function(), self.one_of('pre', 'post'),
                self.flag(), self.one_of(0.0, 0.2), rotary=self.flag(0.3),
            ),
            lambda: e.PositionalEncoding(*self.one_of(('sinusoidal',), ('learned', 12))),
            lambda: e.TimeDistributed(self.chain(A.reshape(-1, n), self.number(1, 2), 0)[0]),
            lambda: e.Convolution1D(
                self.number(1, 4), self.number(1, 3), self.number(1, 2),
                self.one_of(0, 1, 'same', 'causal'), self.function(),
                dilation=self.number(1, 2), use_bias=self.flag(), se_hPars=self.settings(),
            ),
            lambda: e.Pooling1D(self.number(1, 3), self.one_of(None, 1, 2), self.pool(),
                                self.one_of(0, 1, 'same')),
            lambda: e.GlobalPooling(self.pool()), e.Flatten,
            lambda: e.Reshape(self.one_of((s * n,), (n, s), (s, n, 1))),
        ]  # fmt: skip

    def of_images(self, A, depth):
        h, w, d = A.shape[1:]
        window = self.number(1, 3), self.number(1, 3)
        return 2 * [
            lambda: e.Convolution(
                self.number(1, 4), window, self.one_of(None, 1, (1, 2)),
                self.one_of(0, 1, (1, 0), 'same'), self.function(), dilation=self.number(1, 2),
                groups=self.one_of(1, 1, d), use_bias=self.flag(), se_hPars=self.settings(),
            ),
            lambda: e.Pooling(window, self.one_of(None, 1, (1, 2)), self.pool(),
                              self.one_of(0, 1, 'same'), ceil_mode=self.flag()),
        ] + [
            lambda: e.TransposedConvolution(
                self.number(1, 3), window, self.number(1, 2), self.one_of(0, 1, 'same'),
                self.function(), use_bias=self.flag(),
            ),
            lambda: e.GlobalPooling(self.pool()), e.Flatten,
            lambda: e.Reshape(self.one_of((h, w * d), (h * w, d), (-1,))),
            lambda: e.TimeDistributed(self.chain(A.reshape(-1, w, d), self.number(1, 2), 0)[0]),
        ]  # fmt: skip

    def of_films(self, A, depth):
        images = A.reshape(-1, *A.shape[2:])
        return 3 * [
            lambda: e.TimeDistributed(self.chain(images, self.number(1, 3), depth)[0])
        ] + [lambda: e.GlobalPooling(self.pool()), e.Flatten]  # fmt: skip

    def pool(self):
        return self.one_of(np.max, np.min, np.mean)

    def recurrent(self, u, sequences):
        """Return a recurrent layer: with the usual functions in most cases."""
        usual = self.flag(0.6)
        settings = None if usual else self.settings()

        def functions(*names):
            return {} if usual else {name: self.function(SMOOTH) for name in names}

        kind = self.one_of(e.RNN, e.LSTM, e.GRU)
        if kind is e.RNN:
            names = functions('activate')
        elif kind is e.LSTM:
            names = functions(*(f'activate{gate}' for gate in ('', '_output', '_candidate',
                                                               '_input', '_forget')))  # fmt: skip
        else:
            names = functions('activate', 'activate_update', 'activate_reset')
            names['reset_after'] = self.flag(0.4)
        return kind(u, sequences=sequences, se_hPars=settings, **names)

    def two_ways(self):
        u, sequences = self.number(1, 3), self.flag(0.7)
        merge = self.one_of('concatenate', 'sum')
        ways = [self.recurrent(u, sequences) for _ in range(2)]
        return e.Bidirectional(ways[0], merge, backward_layer=ways[1])

    def attention(self, n):
        heads = self.one_of(1, 2, 4)
        units = self.one_of(None, 2 * heads, 4 * heads)
        kv_heads = self.one_of(None, 1, heads)
        return e.Attention(heads, units, self.flag(), self.one_of(0.0, 0.2), kv_heads,
                           self.flag(), self.flag())  # fmt: skip

    def nested(self, A, depth):
        """Return layers around the same input: their outputs are of one shape, or of one height."""
        if self.flag(0.4):
            chain, B = self.chain(A, self.number(1, 2), depth)
            return (
                e.Residual(chain) if B.shape == A.shape else e.Residual([*chain, *self.back(A, B)])
            )
        n, parts = A.shape[-1], None
        if n > 1 and self.flag():
            cut = self.number(1, n - 1)
            parts = [(0, cut), (cut - 1, n)]
        join = self.one_of('concatenate', 'add', 'multiply', 'mean')
        branches = []
        for low, high in parts or [(0, n)] * self.number(2, 3):
            chain, _ = self.chain(A[..., low:high], self.number(0, 2), depth)
            branches.append(chain)
        return e.Parallel(branches, join, parts)

    def back(self, A, B):
        """Return layers from what a chain gives to what it got."""
        if A.ndim == 2:
            return [e.Flatten(), e.Dense(A.shape[1], self.function())]
        if A.ndim == 3 == B.ndim:
            return [e.TimeDistributed(e.Dense(A.shape[2], self.function()))]
        return [e.Flatten(), e.Dense(A[0].size, self.function(SMOOTH)), e.Reshape(A.shape[1:])]


def drawn_network(number):
    """Return samples, layers, and the kind of the samples; each kind in turn."""
    kind = list(KINDS)[number % len(KINDS)]
    return (*Drawer(number).network(kind), kind)
