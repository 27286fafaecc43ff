"""Files: folders of a project, text files, and models."""

import shutil
from pathlib import Path
from typing import Any

from epynn.commons.arguments import as_flag
from epynn.commons.errors import ArgumentError

# Scripts written for EpyNN 1.2 import these two from here. Networks are built one floor up, so this
# is the one import in the house that goes up; pyproject.toml names it as the exception.
from epynn.network.saving import read_model as read_model
from epynn.network.saving import write_model as write_model

FOLDERS = ('datasets', 'models', 'plots')


def configure_directory(clear: bool = False) -> None:
    """Make the folders ``datasets/``, ``models/`` and ``plots/`` in the working directory.

    Parameters
    ----------
    clear : bool, optional
        Delete ``models/`` and ``plots/`` with everything in them first. ``datasets/`` stays: what
        was downloaded or made by hand is not made again by a script.
    """
    if as_flag(clear, 'configure_directory(clear)'):
        for name in FOLDERS[1:]:
            shutil.rmtree(name, ignore_errors=True)
    for name in FOLDERS:
        Path(name).mkdir(exist_ok=True)


def read_file(path: Any) -> str:
    """Return the text of a file in UTF-8.

    Raises
    ------
    ArgumentError
        If there is no such file, or it is no text.
    """
    try:
        return Path(path).read_text(encoding='utf-8')
    except OSError as error:
        raise ArgumentError(
            'path', 'a file that can be read', f'{path} ({error.strerror})'
        ) from None
    except UnicodeDecodeError:
        raise ArgumentError('path', 'a text file in UTF-8', f'{path}, which is not') from None
