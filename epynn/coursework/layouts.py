"""Layouts: both courses put channels first, the library puts them last.

The translations are views: no number is copied. Where a course function returns such a view,
channels first to read and channels last in memory, the next one finds its memory as it likes it.
"""

from epynn.commons.errors import ShapeError
from epynn.kernels.arrays import ndarray


def channels_last(x: ndarray) -> ndarray:
    """View images ``(N, C, H, W)`` as ``(m, h, w, d)``."""
    return x.transpose(0, 2, 3, 1)


def channels_first(X: ndarray) -> ndarray:
    """View images ``(m, h, w, d)`` as ``(N, C, H, W)``."""
    return X.transpose(0, 3, 1, 2)


def filters_last(w: ndarray) -> ndarray:
    """View filters ``(F, C, HH, WW)`` as ``(fh, fw, d, u)``."""
    return w.transpose(2, 3, 1, 0)


def filters_first(W: ndarray) -> ndarray:
    """View filters ``(fh, fw, d, u)`` as ``(F, C, HH, WW)``."""
    return W.transpose(3, 2, 0, 1)


def check_shape(x: ndarray, name: str, axes: str, *sizes: int | None) -> None:
    """Raise unless `x` has the axes, such as ``'N, C, H, W'``, of the sizes that are given.

    Sizes are from the first axis on; None accepts any. `name` is for the message.
    """
    names = axes.split(', ')
    wanted = [*sizes, *[None] * (len(names) - len(sizes))]
    fits = x.ndim == len(names) and all(
        size in (None, got) for size, got in zip(wanted, x.shape, strict=True)
    )
    if not fits:
        rule = ', '.join(
            axis if size is None else f'{axis}={size}'
            for axis, size in zip(names, wanted, strict=True)
        )
        remedy = (
            'Channels come before places: x.transpose(0, 3, 1, 2) of channels-last images.'
            if len(names) == 4
            else 'Compare the shapes of all arrays of this call.'
        )
        raise ShapeError(name, f'shape ({rule})', str(x.shape), remedy)
