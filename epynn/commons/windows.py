"""Windows that slide over images: their output sizes, for Convolution and Pooling."""

from epynn.commons.errors import ShapeError
from epynn.commons.models import Layer
from epynn.kernels.arrays import Array
from epynn.kernels.blocks import output_size


def compute_window_shapes(layer: Layer, A: Array, argument: str) -> None:
    """Read ``m h w d`` off the images and derive ``oh`` and ``ow``.

    ``oh = floor((h + 2 ph - fh) / sh) + 1``, and the same for the width.

    Parameters
    ----------
    layer : Layer
        A layer whose `d` holds ``fh fw sh sw ph pw``.
    A : ndarray
        Images ``(m, h, w, d)``.
    argument : str
        The argument that gave the window, for the error message.

    Raises
    ------
    ShapeError
        If the window is larger than the padded images.
    """
    d = layer.d
    d['m'], d['h'], d['w'], d['d'] = A.shape
    if d['fh'] > d['h'] + 2 * d['ph'] or d['fw'] > d['w'] + 2 * d['pw']:
        raise ShapeError(
            f'{layer.name}.{argument}',
            f'a window no larger than the padded images '
            f'({d["h"] + 2 * d["ph"]}, {d["w"] + 2 * d["pw"]})',
            f'{(d["fh"], d["fw"])}',
            'Choose a smaller window, or padding, or fewer layers that shrink the images before.',
        )
    d['oh'] = output_size(d['h'], d['fh'], d['sh'], d['ph'])
    d['ow'] = output_size(d['w'], d['fw'], d['sw'], d['pw'])
