"""The Activation layer."""

from epynn.activation.backward import activation_backward
from epynn.activation.forward import activation_forward
from epynn.activation.parameters import activation_compute_shapes
from epynn.commons.maths import ActivationFunction
from epynn.commons.models import HyperParameters, Layer


class Activation(Layer):
    """Apply an activation function: ``A = activate(X)``.

    For where no other layer does: after a normalization, or after the sum of a skip connection.

    Parameters
    ----------
    activate : function
        Activation ``f(x, deriv=False)``, from :mod:`epynn.commons.maths` or your own.
    se_hPars : dict, optional
        Hyper-parameters of this layer alone.

    Notes
    -----
    Shapes: ``X (m, ...)`` -> ``A (m, ...)``; no parameters. ``Z`` is ``X``.

    Backward: ``dX = dA * activate'(X)``; for softmax, which mixes the last axis, the product with
    its Jacobian. In the last layer of a network, softmax with CCE and sigmoid with BCE have the
    closed form ``A - Y``.

    Examples
    --------
    >>> layer = Activation(relu)
    >>> layer.forward(np.array([[-1.0, 2.0]]))
    array([[0., 2.]])
    """

    compute_shapes = activation_compute_shapes
    forward = activation_forward
    backward = activation_backward

    activation_is_last = True
    honours_mask = True
    steps_in_turn = True

    def __init__(
        self, activate: ActivationFunction, se_hPars: HyperParameters | None = None
    ) -> None:
        super().__init__(se_hPars)
        self.set_activations(activate=activate)
