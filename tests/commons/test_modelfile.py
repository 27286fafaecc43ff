"""The format of model files: round trips, damage of every kind, and writing that cannot fail."""

import errno
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import tracemalloc
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from epynn.commons import files
from epynn.commons.errors import ArgumentError, ModelFileError
from epynn.commons.files import file_stem, write_atomically
from epynn.commons.modelfile import decode_file, encode_file, find_seal, seal_file

CASES = int(os.environ.get('EPYNN_FUZZ', '1000'))
"""How many random files are tried; a nightly run sets 100000."""
ARRAYS = {'W': np.arange(6.0).reshape(2, 3), 'b': np.ones((1, 3), np.float32)}
DESCRIPTION = {'name': 'small', 'layers': [{'layer': 'Dense', 'rate': 0.1}], 'é"\\': 'sha256'}


def decode(data):
    return decode_file(bytes(data), 'file')


def seal(text, tensors=None):
    """Return a sealed file around any text in the place of the description."""
    data = save(tensors or {}, metadata={'epynn': text, 'sha256': '0' * 64})
    return seal_file(data)


def with_header(header, rest=b''):
    """Return a sealed file around any header that has a place for the seal."""
    data = len(header).to_bytes(8, 'little') + header + rest
    return seal_file(data)


@pytest.fixture(scope='module')
def small():
    return encode_file(ARRAYS, DESCRIPTION)


# ROUND TRIPS


def test_what_was_encoded_is_decoded(small):
    arrays, description = decode(small)
    assert description == {'format': 1, **DESCRIPTION}
    assert arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], array, strict=True)


@pytest.mark.parametrize('array', [
    np.array(2.5), np.zeros((0, 3)), np.arange(12.0).reshape(3, 4).T, np.arange(9.0)[::-2],
    np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.array([True, False]), np.arange(3),
    np.array([5e-324, -0.0, 1.7976931348623157e308]), np.float32([1e-45, 3.4e38]),
    np.broadcast_to(np.float32(2), (2, 2)),
])  # fmt: skip
def test_arrays_of_every_kind(array):
    array.flags.writeable = False
    (again,) = decode(encode_file({'a': array}, {}))[0].values()
    np.testing.assert_array_equal(again, array, strict=True)
    assert again.tobytes() == array.tobytes()
    assert again.flags.writeable
    assert again.flags.c_contiguous


@pytest.mark.parametrize(('array', 'words'), [
    (np.array([1, np.nan]), 'array a: expected finite numbers, got NaN'),
    (np.array([np.inf]), 'array a: expected finite numbers'),
    (np.array([-np.inf], np.float32), 'array a: expected finite numbers'),
    (np.zeros(2, np.float16), 'float32, int64 or bool, got float16'),
    (np.zeros(2, complex), 'int64 or bool, got complex128'),
    (np.array(['a']), 'int64 or bool, got <U1'),
])  # fmt: skip
def test_arrays_that_could_not_be_read_are_not_written(array, words):
    with pytest.raises(ArgumentError, match=words):
        encode_file({'a': array}, {})


def test_arrays_come_back_in_their_order_wherever_they_lie_in_the_file():
    """safetensors hands them out in the order of a hash that differs from process to process."""
    names = ['V', 'b', 'W', 'passes', 'U', 'flags']
    arrays = dict.fromkeys(names, np.ones(3, np.float32))
    arrays |= {'passes': np.arange(2), 'flags': np.array([True]), 'U': np.ones(2, '>f8')}
    data = encode_file(arrays, {})
    again = decode(data)[0]
    assert list(again) == names
    for name, array in arrays.items():
        np.testing.assert_array_equal(again[name], array)
    header = 8 + int.from_bytes(data[:8], 'little')
    assert header % 8 == 0
    record = json.loads(data[8:header])
    for name in names:  # aligned, for whoever maps the file to memory
        assert record[name]['data_offsets'][0] % again[name].itemsize == 0


def test_a_description_too_long_to_be_read_is_not_written(monkeypatch):
    monkeypatch.setattr('epynn.commons.modelfile.LARGEST_HEADER', 1000)
    with pytest.raises(ArgumentError, match=r'at most 1000 bytes, got \d+. Initialize again'):
        encode_file({}, {'history': [0.1] * 300})


def test_text_that_looks_like_a_seal_is_text():
    name = f'"sha256":"{"0" * 64}"'
    arrays, description = decode(encode_file({name: np.ones(1)}, {'a': name}))
    assert (list(arrays), description['a']) == ([name], name)


def test_the_file_is_a_safetensors_file(small, tmp_path):
    from safetensors.numpy import load

    np.testing.assert_array_equal(load(small)['W'], ARRAYS['W'])


def test_memory_is_twice_the_file():
    data = encode_file({'a': np.ones(1_000_000), 'b': np.ones((500, 500), np.float32)}, {})
    tracemalloc.start()
    arrays = decode(data)[0]
    peak = tracemalloc.get_traced_memory()[1]  # without the file itself
    tracemalloc.stop()
    assert len(arrays) == 2
    assert peak <= len(data) + 100_000


# DAMAGE


def test_every_flipped_bit_is_detected(small):
    data = bytearray(small)
    for i in range(len(data)):
        for bit in range(8):
            data[i] ^= 1 << bit
            with pytest.raises(ModelFileError, match=r'^file'):
                decode(data)
            data[i] ^= 1 << bit
    assert decode(data)


def test_every_truncation_and_every_addition_is_detected(small):
    for size in range(len(small)):
        with pytest.raises(ModelFileError, match=r'^file'):
            decode(small[:size])
    for rest in (b'\0', b'\n', small):
        with pytest.raises(ModelFileError, match='damaged'):
            decode(small + rest)


def mutate(data, rng):
    """Return bytes with one to four changes: bytes set, cut out, put in, doubled or moved."""
    for _ in range(rng.integers(1, 5)):
        i, j = sorted(rng.integers(0, len(data) + 1, 2))
        some = rng.bytes(int(rng.integers(1, 9)))
        data = [
            data[:i] + some + data[i + len(some) :],
            data[:i] + data[min(j, i + 20) :],
            data[:i] + some + data[i:],
            data[:j] + data[i:j][:50] + data[j:],
            data[j:] + data[:j],
        ][rng.integers(5)]
    return data


def test_random_damage_is_detected(small):
    for case in range(CASES):
        data = mutate(small, np.random.default_rng([1, case]))
        if data != small:
            with pytest.raises(ModelFileError, match=r'^file'):
                decode(data)


def test_random_headers_under_a_right_seal_are_read_or_refused(small):
    """An attacker has the seal too: it is no signature."""
    size = int.from_bytes(small[:8], 'little')
    refused = 0
    for case in range(CASES):
        rng = np.random.default_rng([2, case])
        header = mutate(small[8 : 8 + size], rng)
        length = len(header) if rng.random() < 0.9 else int(rng.integers(0, 2 * len(header)))
        data = length.to_bytes(8, 'little') + header + small[8 + size :]
        if find_seal(data) is not None:
            data = seal_file(data)
        try:
            arrays, description = decode(data)
        except ModelFileError:
            refused += 1
        else:
            assert all(np.isfinite(array).all() for array in arrays.values())
            assert json.dumps(description, allow_nan=False)
    assert refused > CASES / 2


@pytest.mark.parametrize(('data', 'words'), [
    (b'', 'something else or a part of one'),
    (b'not a model file at all', 'something else or a part of one'),
    (bytes(10_000), 'something else or a part of one'),
    (b'PK\x03\x04' + bytes(100), 'something else or a part of one'),
    ((1 << 62).to_bytes(8, 'little') + b'{}', 'something else or a part of one'),
    ((4).to_bytes(8, 'little') + b'abcd', 'a model file of epynn, got something else'),
    (save({'a': np.ones(3)}), 'a model file of epynn, got another safetensors file'),
    (save({'a': np.ones(3)}, {'format': 'pt'}), 'got another safetensors file'),
    (save({}, {'sha256': 'f' * 63}), 'got another safetensors file'),
    (save({}, {'epynn': '{}', 'sha256': 'f' * 64}), 'a file as it was written, got a damaged one'),
    (with_header(b'{"sha256":"%s"}' % (b'0' * 64)), 'got another safetensors file'),
    (with_header(b'["sha256":"%s"]' % (b'0' * 64)), 'broken JSON'),
    (with_header(b'\xff"sha256":"%s"' % (b'0' * 64)), 'broken JSON'),
    (seal('{}'), 'the version of the format, got None'),
    (seal('{"format": true}'), 'the version of the format, got True'),
    (seal('{"format": 0}'), 'the version of the format, got 0'),
    (seal('{"format": 2}'), 'format 1 or below, got format 2. Install a newer epynn'),
    (seal('[]'), 'a JSON object, got a list'),
    (seal('{"format": 1'), 'broken JSON'),
    (seal('{"format": 1, "format": 1}'), 'a key that stands twice'),
    (seal('{"format": 1, "a": {"b": 1, "b": 2}}'), 'a key that stands twice'),
    (seal('{"format": 1, "a": NaN}'), r'broken JSON \(NaN\)'),
    (seal('{"format": 1, "a": -Infinity}'), r'broken JSON \(-Infinity\)'),
    (seal('{"format": 1, "a": 1e999}'), r'broken JSON \(1e999\)'),
    (seal('{"format": 1, "a": ' + '9' * 5000 + '}'), 'broken JSON'),
    (seal('{"a":' * 2000), 'broken JSON'),
    (seal('[' * 3000), 'broken JSON'),
    (seal('{"a":' * 100_000), 'a description in proportion to the file'),
    (seal('[' * 100_000), 'a description in proportion to the file'),
    (seal('{"format": 1}', {'a': np.zeros(2, np.float16)}), 'file, a: expected F64.*got F16'),
    (seal('{"format": 1}', {'a': np.array([np.nan])}), 'file, a: expected finite numbers'),
    (seal('{"format": 1}', {'a': np.float32([np.inf])}), 'file, a: expected finite numbers'),
    (seal('{"format": 1}', {'a': np.array([2], np.uint8).view(bool)}), 'zeros and ones'),
], ids=count())  # fmt: skip
def test_what_is_no_model_file_is_refused(data, words):
    with pytest.raises(ModelFileError, match=words) as caught:
        decode(data)
    assert len(str(caught.value)) < 400


def test_arrays_that_the_file_does_not_hold_are_refused():
    """The header says 8 TB; nothing of the kind is allocated."""
    header = (
        b'{"__metadata__":{"epynn":"{\\"format\\": 1}","sha256":"%s"},'
        b'"a":{"dtype":"F64","shape":[1000000000000],"data_offsets":[0,8000000000000]}}'
    )
    with pytest.raises(ModelFileError, match='whole arrays'):
        decode(with_header(header % (b'0' * 64), bytes(16)))


# WRITING


def listing(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_and_replaced(tmp_path):
    path = tmp_path / 'a'
    for data in (b'one', b'the other', b''):
        write_atomically(path, data)
        assert path.read_bytes() == data
        assert listing(tmp_path) == ['a']


def test_a_file_that_exists_is_kept_on_request(tmp_path):
    path = tmp_path / 'a'
    write_atomically(path, b'one', overwrite=False)
    with pytest.raises(FileExistsError):
        write_atomically(path, b'two', overwrite=False)
    assert path.read_bytes() == b'one'
    assert listing(tmp_path) == ['a']


def test_a_file_system_without_links(tmp_path, monkeypatch):
    def refuse(*paths):
        raise PermissionError(1, 'Operation not permitted')

    monkeypatch.setattr(os, 'link', refuse)
    path = tmp_path / 'a'
    write_atomically(path, b'one', overwrite=False)
    with pytest.raises(FileExistsError):
        write_atomically(path, b'two', overwrite=False)
    assert path.read_bytes() == b'one'
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
    monkeypatch.setattr(files, 'PATIENCE', (0, 0, 0))
    if readers == 2:
        write_atomically(path, b'two', overwrite)
        assert path.read_bytes() == b'two'
    else:
        with pytest.raises(PermissionError):
            write_atomically(path, b'two', overwrite)
    assert listing(tmp_path) == ['a'] if overwrite or readers == 2 else listing(tmp_path) == []


def test_a_system_without_links_and_without_flushing(tmp_path, monkeypatch):
    """WebAssembly has no os.link, which was a raw AttributeError."""
    monkeypatch.delattr(os, 'link')
    monkeypatch.delattr(os, 'fsync')
    write_atomically(tmp_path / 'a', b'one', overwrite=False)
    write_atomically(tmp_path / 'a', b'two')
    with pytest.raises(FileExistsError):
        write_atomically(tmp_path / 'a', b'three', overwrite=False)
    assert (tmp_path / 'a').read_bytes() == b'two'
    assert listing(tmp_path) == ['a']


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
    old, new = (encode_file({'a': np.full(size, 1.0)}, {}) for size in (30_000, 60_000))
    (tmp_path / 'new').write_bytes(new)
    (tmp_path / 'models').mkdir()
    path = tmp_path / 'models' / 'model'
    path.write_bytes(old)
    found, halves = [], 0
    for line in range(100):
        command = [sys.executable, '-I', '-S', '-c', WRITER, files.__file__, path, tmp_path / 'new']
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
        threading.Thread(target=write_atomically, args=(path, bytes([n]) * 100_000))
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


@pytest.mark.parametrize(('name', 'stem'), [
    ('1700000000_EpyNN', '1700000000_EpyNN'), ('../../etc/passwd', '.._.._etc_passwd'),
    ('a\\b:c*d?', 'a_b_c_d_'), ('Ünï çødé 2.1', 'Ünï çødé 2.1'), ('a\0\nb', 'a__b'),
    ('x' * 400, 'x' * 150),
])  # fmt: skip
def test_names_of_files(name, stem):
    assert file_stem(name) == stem
