"""The optimizers that go by name; see :mod:`epynn.commons.optimize`."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from epynn.commons.arguments import describe, refuse_class, suggest
from epynn.commons.errors import ArgumentError
from epynn.commons.optimize.adam import Adam, AdamW
from epynn.commons.optimize.adaptive import Adagrad, RMSprop
from epynn.commons.optimize.descent import SGD, Momentum, Nesterov
from epynn.commons.optimize.optimizer import Optimizer

OPTIMIZERS: Mapping[str, Callable[..., Optimizer]] = MappingProxyType(
    {cls.__name__: cls for cls in (SGD, Momentum, Nesterov, RMSprop, Adagrad, Adam, AdamW)}
)


def make_optimizer(optimizer: str | Optimizer) -> Optimizer:
    """Return the optimizer of that name with its defaults, or the object itself.

    Raises
    ------
    ArgumentError
        If it is neither an optimizer nor a known name.
    """
    if isinstance(optimizer, Optimizer):
        return optimizer
    if isinstance(optimizer, str) and optimizer in OPTIMIZERS:
        return OPTIMIZERS[optimizer]()
    refuse_class(optimizer, 'optimizer', 'an optimizer')
    raise ArgumentError(
        'optimizer', f'an optimizer or one of {", ".join(OPTIMIZERS)}', describe(optimizer),
        f"{suggest(optimizer, OPTIMIZERS)} For example optimizer='Adam', or Adam(beta1=0.8).",
    )  # fmt: skip
