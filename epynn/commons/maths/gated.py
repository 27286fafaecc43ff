"""Activations that multiply the input by a gate between 0 and 1; see :mod:`epynn.commons.maths`."""

import math

import numpy as np

from epynn.commons.maths.floating import floating, rounds_to_zero
from epynn.commons.maths.rectifiers import softplus
from epynn.commons.maths.sigmoids import hard_sigmoid, sigmoid, tanh
from epynn.kernels.arrays import ndarray

# Coefficients of the powers of t in a polynomial for (1 + 2 z) exp(z^2) erfc(z), where
# t = (z - 3.75) / (z + 3.75) brings all z >= 0 to -1 <= t < 1: the first 25 terms of the Chebyshev
# series of Shepherd and Laframboise, 1981, which leave out less than 1e-17. They have more digits
# here than in print: the tests compute them anew from the definition.
_ERFC_POLYNOMIAL = (
    1.2375126308378275, -0.14024059858554697, 0.0035854154854644293, 0.0822767384901452,
    -0.10880393014174886, 0.09230432116037748, -0.05869339858963677, 0.028362277418956406,
    -0.009746579558029276, 0.0017556258528952954, 0.0002937136655913448, -0.0002901540805408417,
    5.164909889268241e-05, 2.238423915508223e-05, -1.1444146237700524e-05, -9.73559896736775e-07,
    1.751637648849062e-06, -5.7218230603224086e-08, -2.5866850716155884e-07, 2.3263508708859124e-08,
    3.8675334242222354e-08, -3.744210080962018e-09, -5.1739902140113095e-09, 3.1114333809799254e-10,
    4.2514714447963895e-10,
)  # fmt: skip
# The first 12 terms, which leave out less than 1e-7: all that float32 resolves
_ERFC_SINGLE = (
    1.2375126192677, -0.1402406583213864, 0.003586270394024618, 0.08227841998347046,
    -0.10881427014905069, 0.09229076959130378, -0.05864685873554614, 0.02840925236412726,
    -0.009844494859674952, 0.001675912217981131, 0.0003963076129893627, -0.00022411674674416022,
)  # fmt: skip


def _normal(x: ndarray) -> tuple[ndarray, ndarray]:
    """Return distribution and density of the standard normal at x.

    ``P(x) = erfc(-x / sqrt(2)) / 2`` and ``p(x) = exp(-x^2 / 2) / sqrt(2 pi)``. With the polynomial
    ``s(z) = (1 + 2 z) exp(z^2) erfc(z)``, below 0 ``P(x) = s(z) exp(-z^2) / (2 (1 + 2 z))``
    with ``z = |x| / sqrt(2)``, which keeps its digits however small it is; above, 1 less that.
    """
    # Beyond 40 both are 0 in float64; the bound keeps the square finite.
    z = np.minimum(np.abs(x), 40) / math.sqrt(2)
    t = (z - 3.75) / (z + 3.75)
    # Horner's rule, from the highest power down
    s = np.zeros_like(t)
    for coefficient in reversed(_ERFC_SINGLE if t.dtype == np.float32 else _ERFC_POLYNOMIAL):
        s *= t
        s += coefficient
    e = np.exp(-z * z)
    tail = s * e / (2 + 4 * z)
    return np.where(x < 0, tail, 1 - tail), e / math.sqrt(2 * math.pi)


@rounds_to_zero
def gelu(x: ndarray, deriv: bool = False) -> ndarray:
    """Gaussian error linear unit, ``f(x) = x P(x)``, P the standard normal distribution.

    ``P(x) = (1 + erf(x / sqrt(2))) / 2``: the exact function, not its approximation by tanh.
    ``f'(x) = P(x) + x p(x)`` with the density ``p(x) = exp(-x^2 / 2) / sqrt(2 pi)``.

    Parameters
    ----------
    x, deriv : array, bool
        As for :func:`sigmoid`; so is the result.

    References
    ----------
    Hendrycks and Gimpel, 2016. Gaussian error linear units (GELUs). The error function after
    Shepherd and Laframboise, 1981. Chebyshev approximation of (1 + 2x) exp(x^2) erfc x in
    0 <= x < infinity. Mathematics of Computation 36.
    """
    x = floating(x)
    distribution, density = _normal(x)
    return distribution + x * density if deriv else x * distribution


@rounds_to_zero
def gelu_tanh(x: ndarray, deriv: bool = False) -> ndarray:
    """Approximate Gaussian error linear unit, ``f(x) = x (1 + tanh(u)) / 2``, that of GPT-2.

    ``u = sqrt(2 / pi) (x + 0.044715 x^3)``: within 0.0005 of :func:`gelu`, without its error
    function. By the sigmoid, ``(1 + tanh(u)) / 2 = sigmoid(2 u)``, so that
    ``f'(x) = sigmoid(2 u) + x sigmoid'(2 u) 2 u'`` with
    ``u' = sqrt(2 / pi) (1 + 3 * 0.044715 x^2)``.

    Parameters
    ----------
    x, deriv : array, bool
        As for :func:`sigmoid`; so is the result.

    References
    ----------
    Hendrycks and Gimpel, 2016. Gaussian error linear units (GELUs), section 2.
    """
    x = floating(x)
    # Beyond 40 the sigmoid is 0 or 1; the bound keeps the cube finite.
    z, scale, cubic = np.clip(x, -40, 40), math.sqrt(8 / math.pi), 0.044715
    u = scale * z * (1 + cubic * z * z)  # twice that of the formula
    if not deriv:
        return x * sigmoid(u)
    slope: ndarray = sigmoid(u) + x * sigmoid(u, deriv=True) * scale * (1 + 3 * cubic * z * z)
    return slope


@rounds_to_zero
def silu(x: ndarray, deriv: bool = False) -> ndarray:
    """Sigmoid linear unit, also called swish, ``f(x) = x sigmoid(x)``.

    ``f'(x) = sigmoid(x) + x sigmoid'(x)``.

    Parameters
    ----------
    x, deriv : array, bool
        As for :func:`sigmoid`; so is the result.

    References
    ----------
    Elfwing, Uchibe and Doya, 2018. Sigmoid-weighted linear units for neural network function
    approximation in reinforcement learning.
    """
    x = floating(x)
    return sigmoid(x) + x * sigmoid(x, deriv=True) if deriv else x * sigmoid(x)


@rounds_to_zero
def hard_swish(x: ndarray, deriv: bool = False) -> ndarray:
    """Straight lines in place of the sigmoid of silu, ``f(x) = x min(max(x / 6 + 1/2, 0), 1)``.

    ``f'(x) = x / 3 + 1/2`` where ``-3 < x < 3``, 0 below and 1 above. Also called hard_silu.

    Parameters
    ----------
    x, deriv : array, bool
        As for :func:`sigmoid`; so is the result.

    References
    ----------
    Howard et al., 2019. Searching for MobileNetV3.
    """
    x = floating(x)
    if deriv:
        return np.where(np.abs(x) < 3, x / 3 + 0.5, (x > 0).astype(x.dtype))
    A: ndarray = x * hard_sigmoid(x)
    return A


@rounds_to_zero
def mish(x: ndarray, deriv: bool = False) -> ndarray:
    """Mish, ``f(x) = x tanh(softplus(x))``.

    ``f'(x) = tanh(s) + x tanh'(s) sigmoid(x)`` with ``s = softplus(x)``.

    Parameters
    ----------
    x, deriv : array, bool
        As for :func:`sigmoid`; so is the result.

    References
    ----------
    Misra, 2020. Mish: a self regularized non-monotonic activation function.
    """
    x = floating(x)
    s = softplus(x)
    return tanh(s) + x * tanh(s, deriv=True) * sigmoid(x) if deriv else x * tanh(s)
