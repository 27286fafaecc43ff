"""Files that are written whole or not at all."""

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from model_files import encode

from epynn.files import atomic
from epynn.files.atomic import write_atomically


def listing(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize('links', ['any', 'refused', 'unknown'])
def test_a_file_that_exists_is_kept_on_request(tmp_path, monkeypatch, links):
    """A file system may have no links; WebAssembly has no os.link, a raw AttributeError."""

    def refuse(*paths):
        raise PermissionError(1, 'Operation not permitted')

    if links == 'refused':
        monkeypatch.setattr(os, 'link', refuse)
    elif links == 'unknown':
        monkeypatch.delattr(os, 'link')
        monkeypatch.delattr(os, 'fsync')
    path = tmp_path / 'a'
    write_atomically(path, b'one', overwrite=False)
    with pytest.raises(FileExistsError):
        write_atomically(path, b'two', overwrite=False)
    assert path.read_bytes() == b'one'
    for data in (b'the other', b''):
        write_atomically(path, data)
        assert path.read_bytes() == data
        assert listing(tmp_path) == ['a']


@pytest.mark.skipif(os.name != 'posix', reason='permissions and links of POSIX')
def test_permissions_and_links_stay(tmp_path):
    path, link = tmp_path / 'a', tmp_path / 'link'
    old = os.umask(0o027)
    try:
        write_atomically(path, b'one')
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    path.chmod(0o604)
    link.symlink_to(path)
    write_atomically(link, b'two')
    assert link.is_symlink()
    assert path.read_bytes() == b'two'
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


@pytest.mark.skipif(os.name != 'posix', reason='permissions of POSIX')
def test_nobody_reads_a_private_file_while_it_is_written(tmp_path, monkeypatch):
    path, modes = tmp_path / 'a', []
    path.write_bytes(b'one')
    path.chmod(0o600)
    monkeypatch.setattr(os, 'fsync', lambda number: modes.append(os.fstat(number).st_mode & 0o777))
    write_atomically(path, b'two')
    assert modes[0] == stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_read_only_file_is_not_replaced(tmp_path):
    """It was replaced, and on Windows, where it cannot be, there was a file left over."""
    path = tmp_path / 'a'
    path.write_bytes(b'one')
    path.chmod(0o444)
    with pytest.raises(PermissionError, match='read-only'):
        write_atomically(path, b'two')
    assert path.read_bytes() == b'one'
    assert listing(tmp_path) == ['a']
    path.chmod(0o644)


@pytest.mark.parametrize('overwrite', [True, False])
@pytest.mark.parametrize('readers', [2, 1000])
def test_on_windows_a_file_that_is_read_waits_to_be_replaced(
    tmp_path, monkeypatch, readers, overwrite
):
    path, replace, calls = tmp_path / 'a', os.replace, []
    if overwrite:
        path.write_bytes(b'one')
    else:
        monkeypatch.delattr(os, 'link')

    def busy(*paths):
        calls.append(paths)
        if len(calls) <= readers:
            raise PermissionError(13, 'The process cannot access the file')
        replace(*paths)

    monkeypatch.setattr(os, 'replace', busy)
    monkeypatch.setattr(atomic, 'PATIENCE', (0, 0, 0))
    if readers == 2:
        write_atomically(path, b'two', overwrite)
        assert path.read_bytes() == b'two'
    else:
        with pytest.raises(PermissionError):
            write_atomically(path, b'two', overwrite)
    assert listing(tmp_path) == ['a'] if overwrite or readers == 2 else listing(tmp_path) == []


def test_leftovers_of_killed_writers_are_removed_and_nothing_else(tmp_path):
    (tmp_path / 'folder').mkdir()
    ours, young = '.epynn-0123456789abcdef.tmp', '.epynn-0000000000000000.tmp'
    others = ['.0123456789abcdef.tmp', 'epynn-1.tmp', '.epynn-1.txt', 'b']
    for name in (ours, young, *others):
        (tmp_path / name).write_bytes(b'half')
        if name != young:
            os.utime(tmp_path / name, (0, 0))
    (tmp_path / '.epynn-folder.tmp').mkdir()
    os.utime(tmp_path / '.epynn-folder.tmp', (0, 0))
    write_atomically(tmp_path / 'a', b'one')
    assert listing(tmp_path) == sorted([young, *others, '.epynn-folder.tmp', 'a', 'folder'])


class Full:
    """A file on a disk that is full: half of the data gets there."""

    def __init__(self, file):
        self.file = file

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.file.close()

    def write(self, data):
        self.file.write(data[: len(data) // 2])
        self.file.flush()
        raise OSError(28, 'No space left on device')


def fail(*arguments):
    raise OSError(5, 'Input/output error')


def stop(*arguments):
    raise KeyboardInterrupt


@pytest.mark.parametrize('overwrite', [True, False])
@pytest.mark.parametrize('fault', ['write', 'fsync', 'rename', 'Ctrl-C'])
def test_a_fault_leaves_what_was_there(tmp_path, monkeypatch, fault, overwrite):
    path = tmp_path / ('a' if overwrite else 'b')
    (tmp_path / 'a').write_bytes(b'one')
    with monkeypatch.context() as patch:
        if fault == 'write':
            opened = Path.open
            patch.setattr(Path, 'open', lambda path, mode: Full(opened(path, mode)))
        elif fault == 'fsync':
            patch.setattr(os, 'fsync', fail)
        else:
            patch.setattr(os, 'replace', fail if fault == 'rename' else stop)
            patch.setattr(os, 'link', fail if fault == 'rename' else stop)
        with pytest.raises(KeyboardInterrupt if fault == 'Ctrl-C' else OSError):
            write_atomically(path, bytes(100_000), overwrite)
    assert (tmp_path / 'a').read_bytes() == b'one'
    assert listing(tmp_path) == ['a']


def fail_for_folders(monkeypatch, number):
    """Let the flush of folders fail by an error of that number."""
    fsync = os.fsync

    def of_files(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(number, os.strerror(number))
        fsync(handle)

    monkeypatch.setattr(os, 'fsync', of_files)


@pytest.mark.skipif(os.name != 'posix', reason='elsewhere folders cannot be opened')
@pytest.mark.parametrize('overwrite', [True, False])
def test_a_folder_that_fails_to_be_flushed_is_reported_and_the_new_file_whole(
    tmp_path, monkeypatch, overwrite
):
    """The error did not say that the new file is in place."""
    path = tmp_path / 'a'
    if overwrite:
        path.write_bytes(b'old')
    fail_for_folders(monkeypatch, errno.EIO)
    with pytest.raises(OSError, match='Input/output error: the new file is in place') as caught:
        write_atomically(path, b'one', overwrite)
    assert caught.value.errno == errno.EIO
    assert path.read_bytes() == b'one'
    assert listing(tmp_path) == ['a']


@pytest.mark.skipif(os.name != 'posix', reason='elsewhere folders cannot be opened')
@pytest.mark.parametrize('number', [errno.EINVAL, errno.ENOTSUP])
def test_a_file_system_that_flushes_no_folders(tmp_path, monkeypatch, number):
    fail_for_folders(monkeypatch, number)
    write_atomically(tmp_path / 'a', b'one')
    assert (tmp_path / 'a').read_bytes() == b'one'


@pytest.mark.skipif(os.name != 'posix', reason='elsewhere folders cannot be opened')
def test_a_folder_that_may_be_written_but_not_read(tmp_path, monkeypatch):
    opened = os.open

    def refuse(path, *arguments, **options):
        if os.path.isdir(path):
            raise PermissionError(errno.EACCES, 'Permission denied')
        return opened(path, *arguments, **options)

    monkeypatch.setattr(os, 'open', refuse)
    write_atomically(tmp_path / 'a', b'one')
    assert (tmp_path / 'a').read_bytes() == b'one'


def test_it_is_flushed_before_it_takes_the_name(tmp_path, monkeypatch):
    calls = []
    for name in ('fsync', 'replace'):
        call = getattr(os, name)
        monkeypatch.setattr(
            os, name, lambda *a, call=call, name=name: (calls.append(name), call(*a))
        )
    write_atomically(tmp_path / 'a', b'one')
    assert calls == ['fsync', 'replace', 'fsync'][: 3 if os.name == 'posix' else 2]


WRITER = """
import importlib.util, os, pathlib, signal, sys
spec = importlib.util.spec_from_file_location('files', sys.argv[1])
files = importlib.util.module_from_spec(spec)
spec.loader.exec_module(files)
content, lines = pathlib.Path(sys.argv[3]).read_bytes(), int(sys.argv[4])

def die(frame, event, argument):
    global lines
    if frame.f_code.co_filename != sys.argv[1]:
        return None
    lines -= event == 'line'
    if lines < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return die

sys.settrace(die)
files.write_atomically(pathlib.Path(sys.argv[2]), content)
"""


@pytest.mark.skipif(os.name != 'posix', reason='SIGKILL')
def test_a_process_that_is_killed_leaves_the_old_file_or_the_new_one(tmp_path):
    """Killed before each line of the library that it runs, one after another, until it survives."""
    old, new = (encode({'a': np.full(size, 1.0)}, {}) for size in (30_000, 60_000))
    content = tmp_path / 'new'
    content.write_bytes(new)
    (tmp_path / 'models').mkdir()
    path = tmp_path / 'models' / 'model'
    path.write_bytes(old)
    found, halves = [], 0
    for line in range(100):
        command = [sys.executable, '-I', '-S', '-c', WRITER, atomic.__file__, path, content]
        status = subprocess.run([*command, str(line)], timeout=600).returncode
        found.append(path.read_bytes())
        halves += len(listing(path.parent)) > 1
        for left in path.parent.glob('.*.tmp'):
            left.unlink()
        if status == 0:
            break
        assert status == -signal.SIGKILL
    assert status == 0
    assert halves
    switch = found.index(new)
    assert 0 < switch < len(found) - 1
    assert found == [old] * switch + [new] * (len(found) - switch)


def test_threads_that_write_the_same_file(tmp_path):
    path = tmp_path / 'a'
    threads = [
        threading.Thread(target=write_atomically, args=(path, bytes([n]) * 100_000), daemon=True)
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    data = path.read_bytes()
    assert len(data) == 100_000
    assert len(set(data)) == 1
    assert listing(tmp_path) == ['a']
