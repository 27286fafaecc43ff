"""The array type that the whole library speaks of."""

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    Array: TypeAlias = npt.NDArray[Any]
else:  # what help() shows in signatures
    Array = np.ndarray
