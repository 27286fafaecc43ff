"""The Transformer layer."""

from epynn.attention.models import Attention
from epynn.commons.arguments import as_choice, as_int
from epynn.commons.composite import Composite
from epynn.commons.maths import ActivationFunction, Initializer, identity, relu, xavier
from epynn.commons.models import Layer
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.layernorm.models import LayerNorm
from epynn.residual.models import Residual
from epynn.timedistributed.models import TimeDistributed
from epynn.transformer.backward import transformer_backward
from epynn.transformer.forward import transformer_forward
from epynn.transformer.parameters import transformer_compute_shapes


class Transformer(Composite):
    r"""One block of a transformer: steps look at each other, then each is worked on by itself.

    .. math::

        X_a &= X + Attention(LayerNorm(X)) \\
        A &= X_a + F(LayerNorm(X_a)), \qquad F(X) = activate(X W_0 + b_0) W_1 + b_1

    That is ``norm='pre'``; with ``'post'`` the sums are normalized,
    ``Xa = LayerNorm(X + Attention(X))`` and ``A = LayerNorm(Xa + F(Xa))``. It is made of layers of
    this library, which are there to look at, in `layers`.

    Parameters
    ----------
    heads : int
        Number of heads of the attention.
    units : int
        Units of the hidden layer of ``F``; four times the elements of a step are usual.
    activate : function, optional
        Activation of the hidden layer: relu as in the paper, or gelu, as in GPT and BERT.
    norm : str, optional
        ``'pre'``: LayerNorm in front of attention and of ``F``, ``'post'``: behind each sum.
    causal : bool, optional
        Whether a step sees only itself and those before it, as in a language model.
    dropout : float, optional
        Probability by which Dropout switches off, in training: weights of the attention, hidden
        units, and what is about to be added.
    kv_heads : int, optional
        Number of heads of keys and values; see Attention.
    rotary : bool, optional
        Whether queries and keys turn with their position; see Attention.
    initialization : function, optional
        Draws the weights: ``f(shape, rng)``.

    Notes
    -----
    Shapes: ``X (m, s, e)`` -> ``A (m, s, e)``. Parameters are those of the layers inside, by their
    places in `layers`: with ``norm='pre'`` these are
    ``Residual([LayerNorm(), Attention(heads)])`` and ``Residual([LayerNorm(),
    TimeDistributed([Dense(units, relu), Dense(e, identity)])])``, so that ``p['0.1.Wq']`` are the
    weights of the queries. With ``'post'`` they are ``Residual([Attention(heads)])``,
    ``LayerNorm()``, ``Residual([TimeDistributed([...])])`` and ``LayerNorm()``. A stack of blocks
    with ``'pre'`` ends in a sum: put a LayerNorm behind the last one.

    Backward: back through the layers, the last one first. Around attention and around ``F`` the
    gradient passes as it is; with ``'pre'`` nothing else is in its way, from the last block to the
    first.

    References
    ----------
    Vaswani et al., "Attention is all you need", NeurIPS (2017), which normalizes the sums; in
    front: Xiong et al., "On layer normalization in the transformer architecture", ICML (2020).
    Dropout as in torch.nn.TransformerEncoderLayer.

    Examples
    --------
    >>> layer = Transformer(4, 256, causal=True)
    >>> layer.forward(np.random.default_rng(0).standard_normal((32, 10, 64))).shape
    (32, 10, 64)
    """

    input_axes = ('m', 's', 'e')
    takes_tokens = False
    honours_mask = True
    steps_in_turn = True
    compute_shapes = transformer_compute_shapes
    forward = transformer_forward
    backward = transformer_backward

    def __init__(
        self,
        heads: int,
        units: int,
        activate: ActivationFunction = relu,
        norm: str = 'pre',
        causal: bool = False,
        dropout: float = 0.0,
        kv_heads: int | None = None,
        rotary: bool = False,
        initialization: Initializer = xavier,
    ) -> None:
        attention = Attention(
            heads, None, causal, dropout, kv_heads, rotary, initialization=initialization
        )
        hidden = Dense(as_int(units, 'Transformer.units'), activate, initialization)
        back = Dense(1, identity, initialization)  # to as many as come in, once that is known
        self.norm = as_choice(norm, 'Transformer.norm', ('pre', 'post'))

        def off() -> list[Layer]:
            return [Dropout(dropout)] if dropout else []

        feed_forward = TimeDistributed([hidden, *off(), back])
        self.attention = self.around([attention, *off()])
        self.feed_forward = self.around([feed_forward, *off()])
        super().__init__([*self.attention, *self.feed_forward])

    @property
    def back(self) -> Layer:
        """The last Dense of ``F``, which gives out as many elements as come in."""
        inside = self.feed_forward[0].children()
        return next(each for each in inside if isinstance(each, TimeDistributed)).layers[-1]

    def around(self, chain: list[Layer]) -> list[Layer]:
        """Return layers by which the input goes around a chain, and where they normalize."""
        if self.norm == 'pre':
            return [Residual([LayerNorm(), *chain])]
        return [Residual(chain), LayerNorm()]
