"""Files: folders of a project, text files, and models."""

import shutil
from pathlib import Path
from typing import Any

from epynn.commons.arguments import as_flag
from epynn.commons.errors import ArgumentError
from epynn.commons.paths import as_path

# Scripts written for EpyNN 1.2 import these two from here. Networks are built one floor up, so this
# is the one import in the house that goes up; pyproject.toml names it as the exception.
from epynn.files.reading import read_model as read_model
from epynn.files.writing import write_model as write_model

FOLDERS = ('datasets', 'models', 'plots')


def configure_directory(clear: bool = False) -> None:
    """Make the folders ``datasets/``, ``models/`` and ``plots/`` in the working directory.

    Parameters
    ----------
    clear : bool, optional
        Delete ``models/`` and ``plots/`` with everything in them first. ``datasets/`` stays: what
        was downloaded or made by hand is not made again by a script.
    """
    clear = as_flag(clear, 'configure_directory(clear)')
    try:
        for name in FOLDERS[1:] if clear else ():
            if Path(name).exists():
                shutil.rmtree(name)
        for name in FOLDERS:
            Path(name).mkdir(exist_ok=True)
    except OSError as error:
        raise ArgumentError(
            'configure_directory', 'datasets/, models/ and plots/ to be folders of yours',
            f'{error.filename} ({error.strerror or error})', 'Change to another folder first.',
        ) from error  # fmt: skip


def read_file(path: Any) -> str:
    """Return the text of a file in UTF-8.

    Parameters
    ----------
    path : path
        Where it is.

    Raises
    ------
    ArgumentError
        If there is no such file, or it is no text.
    """
    name = 'read_file(path)'
    try:
        return as_path(path, name).read_text(encoding='utf-8')
    except OSError as error:
        raise ArgumentError(
            name, 'a file that can be read', f'{path} ({error.strerror})',
            'Check the name, and the folder that the script runs in.',
        ) from None  # fmt: skip
    except UnicodeDecodeError:
        raise ArgumentError(
            name, 'a text file in UTF-8', f'{path}, which is not',
            'Save it as UTF-8, or read it by open(path, encoding=...).',
        ) from None  # fmt: skip
