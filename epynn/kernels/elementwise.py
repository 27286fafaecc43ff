"""Functions that take each number by itself, in runs that fit the cache, shared out among threads.

Such a function makes arrays on its way; of a run, these stay in the cache.
"""

from collections.abc import Callable

import numpy as np

from epynn.kernels.arrays import ndarray
from epynn.kernels.threads import count_shares, share

_RUN = 1 << 14
"""Numbers of a run."""

_COST = 16
"""What a number costs, in multiply-adds."""


def by_runs(function: Callable[..., ndarray], *arrays: ndarray) -> ndarray:
    """Return ``function(*arrays)``, of arrays of one shape; the result has that of the last."""
    last = arrays[-1]
    in_rows = all(array.dtype.kind == 'f' and array.flags.c_contiguous for array in arrays)
    if last.size <= _RUN or not in_rows:
        return function(*arrays)
    flat = [array.reshape(-1) for array in arrays]
    out = np.empty_like(last)
    result, runs = out.reshape(-1), -(-last.size // _RUN)
    shares = count_shares(_COST * last.size, runs)

    def work(part: range) -> None:
        for run in part:
            at = slice(run * _RUN, (run + 1) * _RUN)
            result[at] = function(*[array[at] for array in flat])

    share(work, [range(runs * i // shares, runs * (i + 1) // shares) for i in range(shares)])
    return out
