"""Adam and AdamW; see :mod:`epynn.commons.optimize`."""

import math
from typing import Any

import numpy as np

from epynn.commons.arguments import as_flag, as_float, describe
from epynn.commons.errors import ArgumentError
from epynn.commons.optimize.optimizer import Optimizer
from epynn.kernels.arrays import ndarray


class Adam(Optimizer):
    r"""Adaptive moments: a running mean of gradients over the root of one of their squares.

    .. math::

        m = \beta_1 m + (1 - \beta_1) g, \quad v = \beta_2 v + (1 - \beta_2) g^2, \quad
        p = p - lr \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}

    Parameters
    ----------
    beta1, beta2 : float, optional
        Shares of the running means that are kept, below 1.
    epsilon : float, optional
        Added to the root after its correction, outside of it (the epsilon of algorithm 1 in the
        paper, not the "epsilon hat" of its remark).
    amsgrad : bool, optional
        Divide by the largest ``v`` so far, so that steps never grow again. As in torch, the largest
        is taken before the correction.
    **options
        As for :class:`Optimizer`.

    References
    ----------
    Kingma and Ba, "Adam: a method for stochastic optimization", 2015; Reddi, Kale and Kumar, "On
    the convergence of Adam and beyond", 2018.
    """

    def __init__(
        self,
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        amsgrad: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        name = type(self).__name__
        self.beta1 = as_float(beta1, f'{name}.beta1', low=0, high=1)
        self.beta2 = as_float(beta2, f'{name}.beta2', low=0, high=1)
        if 1 in (self.beta1, self.beta2):
            raise ArgumentError(
                f'{name}.beta1, beta2', 'numbers below 1', describe((beta1, beta2)),
                'For example 0.9 and 0.999.',
            )  # fmt: skip
        self.epsilon = as_float(epsilon, f'{name}.epsilon', low=0)
        self.amsgrad = as_flag(amsgrad, f'{name}.amsgrad')

    def step(self, p: ndarray, g: ndarray, lr: float, moments: dict[str, Any]) -> ndarray:
        """Return ``p`` moved by the corrected mean over the corrected root mean square."""
        t = moments['t']
        m: ndarray = self.beta1 * moments.get('m', 0.0) + (1 - self.beta1) * g
        v: ndarray = self.beta2 * moments.get('v', 0.0) + (1 - self.beta2) * np.square(g)
        moments['m'], moments['v'] = m, v
        if self.amsgrad:
            v = moments['vmax'] = np.maximum(moments.get('vmax', 0.0), v)
        root = np.sqrt(v) / math.sqrt(1 - self.beta2**t) + self.epsilon
        moved: ndarray = p - lr / (1 - self.beta1**t) * (m / root)
        return moved


class AdamW(Adam):
    """Adam whose weight decay ``w`` is apart from the gradient; settings as for :class:`Adam`.

    ``p = p - lr w p``, then the step of Adam.

    References
    ----------
    Loshchilov and Hutter, "Decoupled weight decay regularization", 2019; the decay is multiplied by
    the learning rate, as in torch.
    """

    decoupled_decay = True

    def __init__(self, *, weight_decay: float = 0.01, **options: Any) -> None:
        super().__init__(weight_decay=weight_decay, **options)

    def step(self, p: ndarray, g: ndarray, lr: float, moments: dict[str, Any]) -> ndarray:
        """Return the step of Adam from a parameter that has decayed by ``lr w p``."""
        return super().step(p * (1 - lr * self.weight_decay), g, lr, moments)
