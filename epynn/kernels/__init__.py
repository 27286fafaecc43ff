"""Ground floor: pure array functions over channels-last arrays, no layers and no state.

The doors say what is computed, check it, and choose a wing:

- ``window``: how a window lies on images, made and checked once; ``blocks``: what it sees;
- ``convolution``, ``pooling``, ``recurrence``: the operations of the layers with those names;
- ``normalization``: sums and means; ``lookup``: rows of a table; ``products``: two matrices;
- ``arrays``: which wing takes an array; ``threads``, ``blas``: who computes, and with how many.

``plain`` holds each operation in the shortest NumPy that is right, for arrays of any library that
follows NumPy's protocols: to be opened first. ``fast`` is for float32 and float64:

- ``pieces``: work cut into pieces that the cache holds (row pieces), and shared out;
- ``convolution``: which of four ways is taken: ``depthwise`` (a pass for each point of the window),
  ``upright`` (shallow images, a row for each point and depth), ``rows`` (Winograd along the height,
  after space-to-depth), ``im2col`` (block copies); ``groups`` joins neighbours;
- ``winograd``, ``space_to_depth``: the transforms of ``rows``, and strides brought to steps of one;
- ``pooling``, ``unpooling``, ``phases``: a run of numbers for each point of the window, forward and
  back; images taken apart by strides;
- ``recurrence``: one product a step for all that gates read.
"""

from epynn.kernels.convolution import convolve as convolve
from epynn.kernels.pooling import pool as pool
from epynn.kernels.threads import set_threads as set_threads
from epynn.kernels.window import Window as Window
