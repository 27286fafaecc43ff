"""The dictionaries of settings that the functions of the course take, and what they hand on."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from epynn.commons.errors import ArgumentError

Cache: TypeAlias = tuple[Any, ...]
"""What a forward pass hands to its backward pass; only these two look inside."""


def read_settings(param: Mapping[str, Any], name: str, *keys: str) -> tuple[Any, ...]:
    """Return the values of keys of the settings `name`, such as ``{'stride': 1, 'pad': 0}``."""
    missing = [key for key in keys if key not in param]
    if missing:
        raise ArgumentError(
            name, f'the keys {", ".join(keys)}', f'{", ".join(param) or "none"}',
            f'Add {", ".join(missing)}.',
        )  # fmt: skip
    return tuple(param[key] for key in keys)
