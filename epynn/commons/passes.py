"""How every pass of a layer begins: checks, sizes, and parameters drawn and in its data type."""

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.errors import DataError, LayerError, ShapeError, StateError
from epynn.commons.state import State
from epynn.kernels.arrays import is_finite, ndarray


def layer_receive_input(layer: State, A: ndarray) -> ndarray:
    """Open a forward pass: check the axes, size the layer, draw parameters if there are none.

    Parameters
    ----------
    A : ndarray
        Output of the layer before.

    Returns
    -------
    X : ndarray
        The same array, also stored as ``fc['X']``. Whole numbers are turned into the data type
        of the layer, where it has one.

    Raises
    ------
    ShapeError
        If the axes are not those the layer expects, or the features are not as many as when
        the parameters were drawn.
    LayerError
        If the input has a mask, and the layer cannot leave out steps.
    """
    layer.check_axes(A)
    if layer.mask is not None:
        check_mask(layer, A, layer.mask)
    if layer.carries:
        check_carried(layer, A)
    if layer.training:
        layer.bc.clear()  # of the step before: its memory serves this one
    if A.dtype.kind in 'biu' and layer.dtype is not None and not layer.takes_tokens:
        A = A.astype(layer.dtype)
    layer.compute_shapes(A)
    if layer.draws_parameters():
        if not layer.p:
            draw_parameters(layer, A)
        keep_dtype(layer)
        check_parameters(layer, A)
    layer.fc['X'] = A
    return A


def layer_receive_gradient(layer: State, dX: ndarray) -> ndarray:
    """Open a backward pass: check that `dX` of the layer after fits this layer's output.

    Returns
    -------
    dA : ndarray
        The same array, also stored as ``bc['dA']``.

    Raises
    ------
    StateError
        If there was no forward pass.
    ShapeError
        If the shape is not that of the output.
    """
    if 'A' not in layer.fc:
        raise StateError(
            layer.name, 'a forward pass before the backward pass', 'none', 'Call forward first.'
        )
    if np.shape(dX) != layer.fs['A']:
        raise ShapeError(
            f'{layer.name}.backward', f'a gradient of the shape of its output {layer.fs["A"]}',
            'None' if dX is None else f'{np.shape(dX)}',
            'Return dX from backward of the layer after.' if dX is None
            else 'Pass the gradient of the loss with respect to that output.',
        )  # fmt: skip
    layer.bc['dA'] = dX
    return dX


def check_mask(layer: State, A: ndarray, mask: ndarray) -> None:
    """Refuse a mask that the layer would not heed, or that does not fit its input."""
    if not (layer.honours_mask and layer.has_passes_of('honours_mask', 'forward', 'backward')):
        padding = mask.size - np.count_nonzero(mask)
        raise LayerError(
            layer.name, 'sequences of one length, as it cannot leave out steps',
            f'a mask by which {padding} of {mask.size} steps here are padding',
            'Put it behind one that reads sequences to their end: LSTM(8), GlobalPooling(); or '
            'give all samples one length. In a class of yours that heeds layer.mask say '
            'honours_mask = True.',
        )  # fmt: skip
    if mask.dtype != bool or mask.shape != A.shape[:2]:
        raise ShapeError(
            f'{layer.name}.mask', f'True or False for each step, an array {A.shape[:2]} of bool',
            describe(mask), 'Pass True where a step is real, False where it pads.',
        )  # fmt: skip


def check_carried(layer: State, A: ndarray) -> None:
    """Refuse other samples than those whose state the layer carries from the pass before."""
    for carried in layer.carried.values():
        if len(carried) != len(A):
            raise ShapeError(
                layer.name, f'{len(carried)} samples, which go on from the pass before',
                f'{len(A)}',
                'Pass as many each time: drop_last=True in the Embedding leaves out a smaller last '
                'batch. To begin new sequences, call model.reset_states() first.',
            )  # fmt: skip


def draw_parameters(layer: State, A: ndarray) -> None:
    """Draw parameters and state in float64, then cast them to the layer's data type."""
    layer.initialize_parameters()
    for name, p in layer.p.items():
        where, shape = f'{layer.name}.p[{name!r}]', noted_shape(layer, name, p)
        if np.shape(p) != shape:
            raise ShapeError(
                where, f'parameters of shape {shape}', describe(p),
                'Return an array of the shape that initialization is called with.',
            )  # fmt: skip
        if not is_finite(np.asarray(p)):
            raise DataError(
                where, 'finite numbers', 'NaN or infinity', 'Choose another initialization.'
            )
    if layer.penalty is not None:
        layer.weights()  # refused now, rather than in training, where nobody said which
    if layer.dtype is None:
        layer.dtype = A.dtype.newbyteorder('=') if A.dtype.kind == 'f' else np.dtype(np.float64)
    layer_cast_parameters(layer)


def check_parameters(layer: State, A: ndarray) -> None:
    """Refuse an input that does not fit the parameters; layers inside a layer see to theirs."""
    for name, p in layer.p.items() if not layer.children() else ():
        shape = noted_shape(layer, name, p)
        if shape != p.shape:
            raise ShapeError(
                layer.name, f'an input that fits its {name} of shape {p.shape}',
                f'an input of shape {A.shape}, which needs {name} of shape {shape}',
                'Pass as many features as the layer was given first, or make a new layer.',
            )  # fmt: skip


def noted_shape(layer: State, name: str, p: ndarray) -> tuple[int, ...]:
    """Return the shape that `compute_shapes` noted for a parameter; the one it has if none was.

    Layers of the user's own may note it in `fs`.
    """
    return layer.ps.get(name) or layer.fs.get(name, np.shape(p))


def keep_dtype(layer: State) -> None:
    """Cast parameters that were put here by hand, or moved by an update that cast them.

    Complex ones stay: they take a complex step, whose imaginary part is the gradient.
    """
    if layer.dtype is None:
        return
    dtypes = {getattr(p, 'dtype', None) for p in layer.p.values()}
    if not dtypes <= {layer.dtype, np.dtype(complex)}:
        layer_cast_parameters(layer)


def layer_cast_parameters(layer: State) -> None:
    """Turn parameters and state into the layer's data type."""
    # By rows, as files hold them: a matrix product rounds by the order of memory.
    layer.p = {name: np.ascontiguousarray(p, layer.dtype) for name, p in layer.p.items()}
    layer.s = {name: s.astype(layer.dtype, copy=False) for name, s in layer.s.items()}
