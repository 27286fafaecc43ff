"""The Dense layer."""

from epynn.commons.arguments import as_initializer, as_int
from epynn.commons.maths import ActivationFunction, Initializer, sigmoid, xavier
from epynn.commons.models import HyperParameters, Layer
from epynn.commons.penalties import Penalty
from epynn.dense.backward import dense_backward
from epynn.dense.forward import dense_forward
from epynn.dense.parameters import (
    dense_compute_gradients,
    dense_compute_shapes,
    dense_initialize_parameters,
)


class Dense(Layer):
    r"""Fully connected layer: every unit sees every feature.

    .. math:: Z = X W + b, \qquad A = activate(Z)

    Parameters
    ----------
    units : int, optional
        Number of units ``u``.
    activate : function, optional
        Activation ``f(x, deriv=False)``, from :mod:`epynn.commons.maths` or your own.
    initialization : function, optional
        Draws ``W``: ``f(shape, rng)``.
    se_hPars : dict, optional
        Hyper-parameters of this layer alone.
    penalty : Penalty, optional
        Penalty on ``W``, such as ``L2(1e-4)``.

    Notes
    -----
    Shapes: ``X (m, n)`` -> ``A (m, u)``; parameters ``W (n, u)`` and ``b (1, u)``, the latter 0 at
    first.

    Backward: ``dZ = dA * activate'(Z)``, ``dX = dZ W^T``, ``dW = X^T dZ``, ``db = sum(dZ)`` over
    the samples.

    References
    ----------
    Rumelhart, Hinton, Williams, "Learning representations by back-propagating errors", Nature 323
    (1986). Gradients are summed over the batch, not averaged, unless the network says otherwise.

    Examples
    --------
    >>> layer = Dense(10)
    >>> layer.forward(np.ones((32, 64))).shape
    (32, 10)
    """

    input_axes = ('m', 'n')
    compute_shapes = dense_compute_shapes
    initialize_parameters = dense_initialize_parameters
    forward = dense_forward
    backward = dense_backward
    compute_gradients = dense_compute_gradients

    activation_is_last = True
    steps_in_turn = True
    weight_names = ('W',)

    def __init__(
        self,
        units: int = 1,
        activate: ActivationFunction = sigmoid,
        initialization: Initializer = xavier,
        se_hPars: HyperParameters | None = None,
        penalty: Penalty | None = None,
    ) -> None:
        super().__init__(se_hPars, penalty)
        self.d['u'] = as_int(units, 'Dense.units')
        self.initialization = as_initializer(initialization, 'Dense.initialization')
        self.set_activations(activate=activate)
