"""The optimizers, each by its step; see :mod:`epynn.commons.optimize`."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from epynn.commons.arguments import as_flag, as_float, describe, refuse_class, suggest
from epynn.commons.errors import ArgumentError
from epynn.commons.optimize.optimizer import Optimizer
from epynn.kernels.arrays import ndarray


class SGD(Optimizer):
    """Gradient descent on batches: ``p = p - lr g``.

    Parameters
    ----------
    weight_decay, clip_norm, clip_value : float, optional
        As for :class:`Optimizer`.

    References
    ----------
    Robbins and Monro, "A stochastic approximation method", 1951.
    """

    def step(self, p: ndarray, g: ndarray, lr: float, moments: dict[str, Any]) -> ndarray:
        """Return ``p - lr g``."""
        moved: ndarray = -lr * g + p  # in this order, NumPy adds where the product lies
        return moved


class Momentum(Optimizer):
    """Gradient descent with momentum: ``v = mu v + g``, ``p = p - lr v``.

    Parameters
    ----------
    momentum : float, optional
        ``mu``, the share of the velocity that is kept.
    **options
        As for :class:`Optimizer`.

    Notes
    -----
    The velocity starts at the first gradient and is not multiplied by the rate: the variant of
    torch. In that of Sutskever et al., ``v = mu v - lr g``, a change of the rate acts later.

    References
    ----------
    Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    """

    by_position = (
        'A learning rate goes to initialize: model.initialize(learning_rate={value}). '
        'The share of the velocity goes by its name: momentum={value}.'
    )

    def __init__(self, *, momentum: float = 0.9, **options: Any) -> None:
        super().__init__(**options)
        self.momentum = as_float(momentum, f'{type(self).__name__}.momentum', low=0, high=1)

    def velocity(self, g: ndarray, moments: dict[str, Any]) -> ndarray:
        """Return the new velocity, ``mu v + g``, and remember it."""
        v: ndarray = self.momentum * moments.get('v', 0.0) + g
        moments['v'] = v
        return v

    def step(self, p: ndarray, g: ndarray, lr: float, moments: dict[str, Any]) -> ndarray:
        """Return ``p - lr v``."""
        return p - lr * self.velocity(g, moments)


class Nesterov(Momentum):
    """Momentum that looks ahead: ``v = mu v + g``, ``p = p - lr (g + mu v)``.

    Parameters
    ----------
    momentum, **options : float, optional
        As for :class:`Momentum`.

    References
    ----------
    Nesterov, 1983, in the form of Sutskever et al., "On the importance of initialization and
    momentum in deep learning", 2013, with the gradient taken at the current point, as in torch.
    """

    def step(self, p: ndarray, g: ndarray, lr: float, moments: dict[str, Any]) -> ndarray:
        """Return ``p - lr (g + mu v)``."""
        return p - lr * (g + self.momentum * self.velocity(g, moments))


class RMSprop(Optimizer):
    """Divide by a running root mean square of the gradients.

    ``s = rho s + (1 - rho) g^2``, ``p = p - lr g / (sqrt(s) + eps)``.

    Parameters
    ----------
    rho : float, optional
        Share of the running mean that is kept.
    epsilon : float, optional
        Added to the root, outside of it.
    **options
        As for :class:`Optimizer`.

    References
    ----------
    Tieleman and Hinton, lecture 6.5 of "Neural networks for machine learning", 2012; not centred
    and without momentum, defaults of torch (rho 0.99, there named alpha).
    """

    def __init__(self, *, rho: float = 0.99, epsilon: float = 1e-8, **options: Any) -> None:
        super().__init__(**options)
        self.rho = as_float(rho, 'RMSprop.rho', low=0, high=1)
        self.epsilon = as_float(epsilon, 'RMSprop.epsilon', low=0)

    def step(self, p: ndarray, g: ndarray, lr: float, moments: dict[str, Any]) -> ndarray:
        """Return ``p - lr g / (sqrt(s) + eps)``."""
        s: ndarray = self.rho * moments.get('s', 0.0) + (1 - self.rho) * np.square(g)
        moments['s'] = s
        return p - lr * g / (np.sqrt(s) + self.epsilon)


class Adagrad(Optimizer):
    """Divide by the root of the sum of all squares so far.

    ``s = s + g^2``, ``p = p - lr g / (sqrt(s) + eps)``.

    Parameters
    ----------
    epsilon : float, optional
        Added to the root, outside of it.
    **options
        As for :class:`Optimizer`.

    References
    ----------
    Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic
    optimization", JMLR 12, 2011; the diagonal variant, sums starting at 0, as in torch.
    """

    def __init__(self, *, epsilon: float = 1e-10, **options: Any) -> None:
        super().__init__(**options)
        self.epsilon = as_float(epsilon, 'Adagrad.epsilon', low=0)

    def step(self, p: ndarray, g: ndarray, lr: float, moments: dict[str, Any]) -> ndarray:
        """Return ``p - lr g / (sqrt(s) + eps)``."""
        s: ndarray = moments.get('s', 0.0) + np.square(g)
        moments['s'] = s
        return p - lr * g / (np.sqrt(s) + self.epsilon)


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
        self.beta1 = as_float(beta1, f'{name}.beta1', low=0, high=1, below=True)
        self.beta2 = as_float(beta2, f'{name}.beta2', low=0, high=1, below=True)
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
    """Adam whose weight decay ``w`` is apart from the gradient.

    ``p = p - lr w p``, then the step of Adam.

    Parameters
    ----------
    weight_decay : float, optional
        ``w``.
    **options
        As for :class:`Adam`.

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


OPTIMIZERS: Mapping[str, Callable[..., Optimizer]] = MappingProxyType(
    {cls.__name__: cls for cls in (SGD, Momentum, Nesterov, RMSprop, Adagrad, Adam, AdamW)}
)


def make_optimizer(optimizer: str | Optimizer) -> Optimizer:
    """Return the optimizer of that name with its defaults, or the object itself."""
    if isinstance(optimizer, Optimizer):
        return optimizer
    if isinstance(optimizer, str) and optimizer in OPTIMIZERS:
        return OPTIMIZERS[optimizer]()
    refuse_class(optimizer, 'optimizer', 'an optimizer')
    raise ArgumentError(
        'optimizer', f'an optimizer or one of {", ".join(OPTIMIZERS)}', describe(optimizer),
        f"{suggest(optimizer, OPTIMIZERS)} For example optimizer='Adam', or Adam(beta1=0.8).",
    )  # fmt: skip
