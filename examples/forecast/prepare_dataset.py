"""Carbon dioxide in the air over Mauna Loa, month by month, cut into windows."""

from typing import NamedTuple

import numpy as np
from statsmodels.datasets import co2

STEPS, HORIZON = 36, 12
"""Months that a network sees, and months that it forecasts."""


class Windows(NamedTuple):
    """Windows of a series, and what comes after each."""

    months: np.ndarray  # (n,)
    x: np.ndarray  # (n,), parts of carbon dioxide in a million parts of air
    t: np.ndarray  # (m,): the first month that window m forecasts, as an index of x
    last: np.ndarray  # (m, 1): x of the month before
    unit: float
    X: np.ndarray  # (m, STEPS, 1): x[t - STEPS] ... x[t - 1], from the last month, in units
    Y: np.ndarray  # (m, HORIZON): x[t] ... x[t + HORIZON - 1], likewise
    parts: dict  # 'train', 'validation', 'test' -> which windows, (m,)

    def in_ppm(self, A):
        """Return forecasts ``(m, HORIZON)`` in the units of `x`."""
        return A * self.unit + self.last


def read_series():
    """Return the months, and the mean of each, of the measurements that come with statsmodels.

    They are means over weeks, of which 59 are missing. Five months have no week at all, two in 1958
    and three in 1964, and are put on a straight line between their neighbours.
    """
    weeks = co2.load_pandas().data['co2']
    means = weeks.resample('MS').mean()
    return means.index.to_numpy().astype('datetime64[M]'), means.interpolate().to_numpy()


def prepare_dataset(validation='1987-01', test='1992-01'):
    """Cut the series into windows, one a month, and split them in time.

    The level grows and grows, and is never the same again. So all of a window is counted from its
    last month, and in units of the spread that such windows have in the training set.

    Parameters
    ----------
    validation, test : str
        First month of each part. All months that a window forecasts lie in one part; windows that
        forecast some of one and some of the next are in none.

    Returns
    -------
    Windows
        The windows.
    """
    months, x = read_series()
    t = np.arange(STEPS, len(x) - HORIZON + 1)
    past = x[t[:, np.newaxis] + np.arange(-STEPS, 0)]  # (m, STEPS)
    future = x[t[:, np.newaxis] + np.arange(HORIZON)]  # (m, HORIZON)

    first, final = months[t], months[t + HORIZON - 1]
    validation, test = np.datetime64(validation), np.datetime64(test)
    parts = {
        'train': final < validation,
        'validation': (first >= validation) & (final < test),
        'test': first >= test,
    }

    last = past[:, -1:]
    unit = np.std((past - last)[parts['train']])
    X = ((past - last) / unit)[..., np.newaxis]  # (m, s) -> (m, s, e)
    return Windows(months, x, t, last, unit, X, (future - last) / unit, parts)
