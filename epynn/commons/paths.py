"""Names and paths of files."""

import os
import re
from pathlib import Path
from typing import Any

from epynn.commons.arguments import describe
from epynn.commons.errors import ArgumentError


def as_path(path: Any, name: str) -> Path:
    """Return a path, or say what came instead."""
    try:
        text = os.fsencode(path)
    except (TypeError, ValueError):
        text = b''
    if not text or b'\0' in text:
        raise ArgumentError(name, 'the path of a file', describe(path), 'Pass a string or a Path.')
    return Path(os.fsdecode(text))


def file_stem(name: str) -> str:
    """Return a name as one that a file can have: no separators, not too long.

    Names of networks come from users and from files, and must not lead to other folders.
    """
    return re.sub(r'[^\w .+-]', '_', name)[:150]
