"""The Tokens layer."""

from epynn.commons.arguments import as_initializer, as_int
from epynn.commons.maths import Initializer, xavier
from epynn.commons.models import HyperParameters, Layer
from epynn.commons.penalties import Penalty
from epynn.tokens.backward import tokens_backward
from epynn.tokens.forward import tokens_forward
from epynn.tokens.parameters import (
    tokens_compute_gradients,
    tokens_compute_shapes,
    tokens_initialize_parameters,
)


class Tokens(Layer):
    r"""Look up a row of numbers for each token, and learn those rows.

    .. math:: A_{m,s} = W_{X_{m,s}}

    The same as a one-hot encoding followed by a product with ``W``, without the zeros.

    Parameters
    ----------
    vocabulary : int
        Number of tokens ``v``: inputs are whole numbers from 0 to ``v - 1``.
    units : int
        Length of a row ``u``.
    initialization : function, optional
        Draws ``W``: ``f(shape, rng)``.
    se_hPars : dict, optional
        Hyper-parameters of this layer alone.
    penalty : Penalty, optional
        Penalty on ``W``, such as ``L2(1e-4)``.

    Notes
    -----
    Shapes: ``X (m, s)`` -> ``A (m, s, u)``, sequences for the layers after; parameter
    ``W (v, u)``. Inputs are ints, or floats without a fraction, such as the Embedding layer makes
    of ints; anything else is refused.

    Backward: each row gathers the gradients of all its uses,
    ``dW[v] = sum of dA[m, s] where X[m, s] = v``. A token cannot move by a little: ``dX`` has no
    meaning and is 0.

    References
    ----------
    Bengio et al., "A neural probabilistic language model", JMLR 3 (2003).

    Examples
    --------
    >>> layer = Tokens(1000, 16)
    >>> layer.forward(np.array([[3, 1, 4], [1, 5, 9]])).shape
    (2, 3, 16)
    """

    input_axes = ('m', 's')
    checks_numbers = True
    takes_tokens = True
    takes_any_scale = True
    weight_names = ('W',)
    honours_mask = True
    steps_in_turn = True
    compute_shapes = tokens_compute_shapes
    initialize_parameters = tokens_initialize_parameters
    forward = tokens_forward
    backward = tokens_backward
    compute_gradients = tokens_compute_gradients

    def __init__(
        self,
        vocabulary: int,
        units: int,
        initialization: Initializer = xavier,
        se_hPars: HyperParameters | None = None,
        penalty: Penalty | None = None,
    ) -> None:
        super().__init__(se_hPars, penalty)
        self.d['v'] = as_int(vocabulary, 'Tokens.vocabulary')
        self.d['u'] = as_int(units, 'Tokens.units')
        self.initialization = as_initializer(initialization, 'Tokens.initialization')
