"""Scaling of features to [0, 1], and the scale that is remembered for other data."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.errors import ArgumentTypeError, DataError, ShapeError
from epynn.commons.io.numbers import as_numbers
from epynn.commons.io.sequences import as_mask, real_pieces
from epynn.commons.io.stored import Stored
from epynn.kernels.arrays import ndarray


@dataclass(frozen=True, eq=False)
class FeatureScale:
    """What :func:`feature_scale` learned from data and :func:`scale_features` applies.

    Attributes
    ----------
    minimum : float
        Smallest number of the whole array.
    span : float
        Largest number less the smallest.
    constant : array of bool
        Which features are the same in all samples, shape of one sample; of sequences with a mask,
        that of a step.
    """

    minimum: float
    span: float
    constant: ndarray


def _numbers(X_data: Any) -> Any:
    """Return data as an array of finite floating-point numbers: float64 unless it has its own."""
    if isinstance(X_data, Stored):
        return X_data
    X = as_numbers(X_data, 'X_data')
    return X if X.dtype.kind == 'f' else X.astype(np.float64)


def feature_scale(X_data: Any, mask: Any = None) -> FeatureScale:
    """Learn the scale of data (m, ...) for :func:`scale_features`.

    Where there is one sample only, no feature counts as constant, since nothing is known of others.
    Of sequences with a mask ``(m, s)`` of bool, real steps count alone, and features are those of a
    step.

    Raises
    ------
    DataError
        There are no samples, or they are no finite numbers, or their span is not finite.
    """
    X = _numbers(X_data)
    minimum, maximum = np.inf, -np.inf
    real = as_mask(mask, X)
    first = X[:1] if real is None else X[:1][real[:1]][:1]
    constant = np.full(first.shape[1:], len(X) > 1)
    for piece in real_pieces(X, real):
        minimum, maximum = min(minimum, float(piece.min())), max(maximum, float(piece.max()))
        constant &= np.all(first == piece, axis=0)
    span = maximum - minimum
    if not np.isfinite(span):
        raise DataError(
            'X_data', 'a difference of largest and smallest number below 1.8e308',
            f'{minimum:g} and {maximum:g}', 'Divide the data by its largest magnitude first.',
        )  # fmt: skip
    return FeatureScale(minimum, span, constant)


def scale_features(X_data: Any, scale: FeatureScale | None = None, mask: Any = None) -> ndarray:
    """Map data to [0, 1] by one line for the whole array: ``(x - min) / (max - min)``.

    One scale for all features, and not one each, keeps what lies between them: the relative
    intensities of pixels, the form of a signal. Features that are constant over the samples, and
    so tell nothing, become zeros.

    Parameters
    ----------
    X_data : array
        The m samples, shape (m, ...).
    scale : FeatureScale, optional
        The scale of other data, as of a training set, to apply instead of that of ``X_data``;
        results may then lie outside [0, 1]. They saturate at the largest finite number.
    mask : array of bool, optional
        Which steps of sequences are real, ``(m, s)``. The scale is theirs; the others become zeros.

    Returns
    -------
    array
        Shape of ``X_data``; float32 and float64 are kept, integers give float64.

    Raises
    ------
    DataError
        There are no samples, or they are no finite numbers.
    ShapeError
        The samples have not the shape of those that ``scale`` is of.
    """
    X = _numbers(X_data)
    mask = as_mask(mask, X)
    scale = feature_scale(X, mask) if scale is None else scale
    if not isinstance(scale, FeatureScale):
        raise ArgumentTypeError(
            'scale', 'what feature_scale returned', describe(scale),
            'Leave it out, or pass feature_scale(X_train).',
        )  # fmt: skip
    if not fits(X.shape[1:], scale.constant, mask):
        raise ShapeError(
            'X_data', f'samples of shape {scale.constant.shape}, as the scale was made from',
            f'{X.shape[1:]}', 'Give the samples the features of those, in the same order.',
        )  # fmt: skip
    if isinstance(X, Stored):  # in a file: each batch, when it is read
        dtype = X.dtype if X.dtype.kind == 'f' else np.dtype(np.float64)
        stored: Any = X.changed(partial(apply_scale, scale=scale, dtype=dtype), dtype)
        return stored  # type: ignore[no-any-return]
    scaled = apply_scale(X, scale, X.dtype)
    if mask is not None:
        scaled[~mask] = 0
    return scaled


def fits(shape: tuple[int, ...], constant: ndarray, mask: ndarray | None) -> bool:
    """Return whether samples have the shape of those that a scale is of, or of their steps."""
    if shape in (constant.shape, (*shape[:1], *constant.shape)):
        return True
    return mask is not None and shape[1:] == constant.shape[1:] and not constant.any()


def apply_scale(X: ndarray, scale: FeatureScale, dtype: np.dtype[Any]) -> ndarray:
    """Return numbers, taken as of a floating-point data type, on a scale."""
    X = X.astype(dtype, copy=False)
    if scale.span == 0:
        return np.zeros_like(X)
    # Halves where the span itself would overflow the dtype; halving is exact.
    largest = np.finfo(X.dtype).max
    factor = 0.5 if scale.span > float(largest) else 1.0
    with np.errstate(over='ignore'):
        scaled = (X if factor == 1 else X * factor) - scale.minimum * factor
        scaled /= scale.span * factor
    np.clip(scaled, -largest, largest, out=scaled)
    if scale.constant.any():
        scaled[..., scale.constant] = 0
    return scaled.astype(X.dtype, copy=False)
