"""Files that are written whole or not at all, and the names of files."""

import errno
import os
import re
import secrets
from pathlib import Path


def file_stem(name: str) -> str:
    """Return a name as one that a file can have: no separators, not too long.

    Names of networks come from users and from files, and must not lead to other folders.
    """
    return re.sub(r'[^\w .+-]', '_', name)[:150]


def write_atomically(path: Path, data: bytes, overwrite: bool = True) -> None:
    """Write a file so that at any moment the old one or the new one is there, whole.

    A temporary file in the same folder is written and flushed to the disk, then takes the name;
    then the folder is flushed.

    Parameters
    ----------
    path : Path
        The file, in a folder that exists. A link is followed, as by :func:`open`.
    data : bytes
        What to write.
    overwrite : bool, optional
        False to raise FileExistsError where there is a file of that name.

    Raises
    ------
    OSError
        If a step fails. The old file is then in place, whole; only where the last step fails, to
        flush the folder, it is the new one, and the error says so.
    """
    path = Path(os.path.realpath(path))
    temporary = path.parent / f'.{secrets.token_hex(8)}.tmp'
    try:
        with temporary.open('xb') as file:  # with the permissions of any new file
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if overwrite:
            if path.exists():
                temporary.chmod(path.stat().st_mode & 0o777)
            os.replace(temporary, path)
        else:
            take_name(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    if os.name == 'posix':  # elsewhere folders cannot be opened
        flush_folder(path.parent)


def flush_folder(path: Path) -> None:
    """Flush the names in a folder to the disk, where the file system can and lets us."""
    try:
        folder = os.open(path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        # Some file systems flush no folders, and a folder may be writable but not readable.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EPERM):
            words = f'{error.strerror}: the new file is in place, but a power cut may undo that'
            raise OSError(error.errno, words, str(path)) from error


def take_name(temporary: Path, path: Path) -> None:
    """Give a file a second name, or raise FileExistsError; of two processes, one succeeds."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links, as on memory sticks: hold the name, then fill it
        with path.open('xb'):
            pass
        try:
            os.replace(temporary, path)
        except BaseException:
            path.unlink()
            raise
