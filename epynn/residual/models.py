"""The Residual layer."""

from collections.abc import Sequence

from epynn.commons.composite import Composite, check_inner_layers
from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray
from epynn.residual.backward import residual_backward
from epynn.residual.forward import residual_forward
from epynn.residual.parameters import residual_compute_shapes


class Residual(Composite):
    r"""Add the input to what a chain of layers makes of it: a skip connection.

    .. math:: A = F(X) + G(X), \qquad G(X) = X \text{ by default}

    The chain ``F`` learns only what is to be changed about its input, and the gradient has a way
    around it: networks of many such layers still learn.

    Parameters
    ----------
    layers : sequence of Layer
        The chain ``F``, in order.
    shortcut : sequence of Layer, optional
        The chain ``G`` that the input passes on its way around, for where ``F`` changes its shape:
        ``[Convolution(32, 1, strides=2, activate=identity)]``. None for the input itself.

    Notes
    -----
    Shapes: ``X (m, ...)`` -> ``A (m, ...)``, that of ``F(X)`` and ``G(X)``, which have to be the
    same. Parameters are those of the layers inside, numbered from 0 along ``F`` and then ``G``:
    ``p['0.W']`` is ``W`` of the first one. There is no activation after the sum; for one, put an
    Activation layer behind.

    Backward: a sum passes the gradient on to both of its terms as it is. Each goes back through its
    chain, and as the input went both ways, its gradient is the sum again:
    ``dX = dF(X)/dX dA + dG(X)/dX dA``; by default the second term is ``dA`` itself.

    References
    ----------
    He, Zhang, Ren and Sun, "Deep residual learning for image recognition", CVPR (2016). Their block
    is ``Residual([Convolution, BatchNorm, Activation, Convolution, BatchNorm])`` with an Activation
    behind; the one of "Identity mappings in deep residual networks", ECCV (2016),
    ``Residual([BatchNorm, Activation, Convolution, BatchNorm, Activation, Convolution])``.

    Examples
    --------
    >>> layer = Residual([Dense(16, relu), Dense(4, identity)])
    >>> layer.forward(np.ones((32, 4))).shape
    (32, 4)
    """

    compute_shapes = residual_compute_shapes
    forward = residual_forward
    backward = residual_backward

    honours_mask = True
    steps_in_turn = True

    def __init__(self, layers: Sequence[Layer], shortcut: Sequence[Layer] | None = None) -> None:
        self.chain = check_inner_layers(layers, 'Residual.layers')
        self.shortcut = (
            [] if shortcut is None else check_inner_layers(shortcut, 'Residual.shortcut')
        )
        super().__init__([*self.chain, *self.shortcut])

    def output_mask(self) -> ndarray | None:
        """Return the mask of what the chain gives out."""
        return self.mask_after(self.chain, self.shortcut)
