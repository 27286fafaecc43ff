"""Files that are written whole or not at all."""

import errno
import os
import secrets
import stat
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

LEFTOVER = '.epynn-*.tmp'
"""Files that are being written, or were when the process or the machine died."""
DEAD = 3600
"""Seconds without a byte after which a file that is being written has lost its writer."""
PATIENCE = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64)
"""Seconds to wait for others, again and again, who have a file open that is to be replaced."""
NO_FLUSH = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS)
"""What file systems say that flush nothing on request."""


def write_atomically(
    path: Path, data: bytes | Iterable[bytes | memoryview], overwrite: bool = True
) -> None:
    """Write a file so that at any moment the old one or the new one is there, whole.

    A temporary file in the same folder is written and flushed to the disk, then takes the name;
    then the folder is flushed. Nobody may read it who may not read the old one. A link is followed,
    as by :func:`open`. Without `overwrite` a file of that name is a FileExistsError.

    Any OSError, where a step fails, the name is that of a device, a pipe or the like, or the file
    is read-only, leaves the old file in place, whole; only where the last step fails, to flush the
    folder, it is the new one, and the error says so.
    """
    mode = replaceable_mode(path)
    path = Path(os.path.realpath(path))
    remove_leftovers(path.parent)
    temporary = path.parent / LEFTOVER.replace('*', secrets.token_hex(8))
    try:
        temporary.touch(0o666 if mode is None else 0o600, exist_ok=False)  # less the umask
        with temporary.open('wb') as file:
            for part in [data] if isinstance(data, bytes) else data:
                file.write(part)
            file.flush()
            flush(file.fileno())
        if mode is not None:
            temporary.chmod(mode)
        if overwrite:
            replace(temporary, path)
        else:
            take_name(temporary, path)
    finally:
        with suppress(OSError):  # on Windows, others may look at it: the next writer removes it
            temporary.unlink(missing_ok=True)
    if os.name == 'posix':  # elsewhere folders cannot be opened
        flush_folder(path.parent)


def replaceable_mode(path: Path) -> int | None:
    """Return the permissions of a file that may be replaced, None where there is none.

    Something else, which a file would destroy, and a file that is read-only are refused.
    """
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, 'no regular file', str(path))
    if not (status.st_mode & 0o222 and os.access(path, os.W_OK)):
        raise PermissionError(errno.EACCES, 'it is read-only', str(path))
    return stat.S_IMODE(status.st_mode) & 0o777


def remove_leftovers(folder: Path) -> None:
    """Remove what writers of ours left in a folder that were killed, where that is allowed."""
    for path in folder.glob(LEFTOVER):
        with suppress(OSError):
            status = path.lstat()
            if stat.S_ISREG(status.st_mode) and time.time() - status.st_mtime > DEAD:
                path.unlink()


def flush(number: int) -> None:
    """Flush a file or folder, known by its number, to the disk where the system has that."""
    try:
        if hasattr(os, 'fsync'):
            os.fsync(number)
    except OSError as error:
        if error.errno not in NO_FLUSH:
            raise


def flush_folder(path: Path) -> None:
    """Flush the names in a folder to the disk, where the file system can and lets us."""
    try:
        folder = os.open(path, os.O_RDONLY)
        try:
            flush(folder)
        finally:
            os.close(folder)
    except OSError as error:
        # A folder may be writable but not readable.
        if error.errno not in (errno.EACCES, errno.EPERM):
            words = f'{error.strerror}: the new file is in place, but a power cut may undo that'
            raise OSError(error.errno, words, str(path)) from error


def replace(temporary: Path, path: Path) -> None:
    """Let a file take the name of another, which on Windows has to wait for those who read it."""
    for seconds in PATIENCE:
        with suppress(PermissionError):
            return os.replace(temporary, path)
        time.sleep(seconds)
    return os.replace(temporary, path)


def take_name(temporary: Path, path: Path) -> None:
    """Give a file a second name, or raise FileExistsError; of two processes, one succeeds."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except (OSError, AttributeError):
        # No links on this file system, as on memory sticks, or on this system, as WebAssembly:
        # hold the name, then fill it
        with path.open('xb'):
            pass
        try:
            replace(temporary, path)
        except BaseException:
            path.unlink()
            raise
