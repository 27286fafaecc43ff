"""Modules of PyTorch by their places, and what is said where one has no layer here."""

from collections.abc import Iterator
from operator import attrgetter
from typing import Any, NamedTuple

from torch import nn

from epynn.commons.errors import LayerError

OWN = 'epynn.interchange.pytorch'
"""Where modules of ours are."""
UNKNOWN = 'Pass its parts as a Sequential, or export it to ONNX and read_onnx that file.'


class Part(NamedTuple):
    """A module, and where it is: ``features.3``."""

    path: str
    module: Any

    @property
    def where(self) -> str:
        """The place in words."""
        return f'from_torch, {self.path} ({self.kind})' if self.path else f'from_torch, {self.kind}'

    @property
    def kind(self) -> str:
        """The name of its class."""
        return type(self.module).__name__

    def refuse(self, expected: str, got: Any, remedy: str = UNKNOWN) -> LayerError:
        """Return the error for a module that has no layer here."""
        return LayerError(self.where, expected, f'{got}', remedy)

    def require(self, remedy: str = UNKNOWN, **settings: Any) -> None:
        """Refuse other settings than these."""
        for name, value in settings.items():
            got = getattr(self.module, name, value)
            if got != value:
                raise self.refuse(f'{name}={value!r}', f'{name}={got!r}', remedy)

    def inner(self, name: str) -> 'Part':
        """Return a module inside, by its attribute."""
        return Part(f'{self.path}.{name}'.lstrip('.'), attrgetter(name)(self.module))

    def is_a(self, *known: type) -> bool:
        """Return whether the module is of one of these classes, or computes as they do."""
        return any(isinstance(self.module, kind) and self.computes_as(kind) for kind in known)

    def computes_as(self, known: Any) -> bool:
        """Return whether nobody but us wrote another ``forward`` for a class derived from one."""
        forward = type(self.module).forward
        return forward is known.forward or forward.__module__.startswith(OWN)


def spread(part: Part) -> Iterator[Part]:
    """Yield the modules of a Sequential in turn, also of one inside another."""
    if not part.is_a(nn.Sequential):
        yield part
        return
    for name in part.module._modules:  # also one that stands there twice
        yield from spread(Part(f'{part.path}.{name}'.lstrip('.'), part.module.get_submodule(name)))
