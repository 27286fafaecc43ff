"""The bytes of model files: round trips, and damage of every kind."""

import json
import os
from itertools import count

import numpy as np
import pytest
from model_files import enclose, encode, sealed
from safetensors.numpy import load, save

from epynn.commons.errors import ArgumentError, ModelFileError
from epynn.files.format import decode_file, encode_file, find_seal

CASES = int(os.environ.get('EPYNN_FUZZ', '1000'))
"""How many random files are tried; a nightly run sets 100000."""
ARRAYS = {'W': np.arange(6.0).reshape(2, 3), 'b': np.ones((1, 3), np.float32)}
DESCRIPTION = {'name': 'small', 'layers': [{'layer': 'Dense', 'rate': 0.1}], 'é"\\': 'sha256'}


def decode(data):
    return decode_file(bytes(data), 'file')


def with_header(header, rest=b''):
    """Return a sealed file around any header that has a place for the seal."""
    return sealed(len(header).to_bytes(8, 'little') + header + rest)


@pytest.fixture(scope='module')
def small():
    return encode(ARRAYS, DESCRIPTION)


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
    (again,) = decode(encode({'a': array}, {}))[0].values()
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
        encode({'a': array}, {})


def test_arrays_come_back_in_their_order_wherever_they_lie_in_the_file():
    """safetensors hands them out in the order of a hash that differs from process to process."""
    names = ['V', 'b', 'W', 'passes', 'U', 'flags']
    arrays = dict.fromkeys(names, np.ones(3, np.float32))
    arrays |= {'passes': np.arange(2), 'flags': np.array([True]), 'U': np.ones(2, '>f8')}
    data = encode(arrays, {})
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
    monkeypatch.setattr('epynn.files.format.LARGEST_HEADER', 1000)
    with pytest.raises(ArgumentError, match=r'at most 1000 bytes, got \d+. Initialize again'):
        encode_file({}, {'history': [0.1] * 300})


def test_text_that_looks_like_a_seal_is_text():
    name = f'"sha256":"{"0" * 64}"'
    arrays, description = decode(encode({name: np.ones(1)}, {'a': name}))
    assert (list(arrays), description['a']) == ([name], name)


def test_the_file_is_a_safetensors_file(small, tmp_path):
    np.testing.assert_array_equal(load(small)['W'], ARRAYS['W'])


def test_the_padding_of_earlier_versions_is_no_array_of_the_network():
    assert list(decode(encode({'a': np.ones(3), 'padding': np.zeros(9, bool)}, {}))[0]) == ['a']


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
            data = sealed(data)
        try:
            arrays, description = decode(data)
        except ModelFileError:
            refused += 1
        else:
            assert all(np.isfinite(array).all() for array in arrays.values())
            assert json.dumps(description, allow_nan=False)
    assert refused > CASES / 2


@pytest.mark.parametrize(('data', 'words'), [
    (bytes(10_000), 'something else or a part of one'),
    ((1 << 62).to_bytes(8, 'little') + b'{}', 'something else or a part of one'),
    ((4).to_bytes(8, 'little') + b'abcd', 'a model file of epynn, got something else'),
    (save({'a': np.ones(3)}, {'format': 'pt'}), 'got another safetensors file'),
    (save({}, {'sha256': 'f' * 63}), 'got another safetensors file'),
    (save({}, {'epynn': '{}', 'sha256': 'f' * 64}), 'a file as it was written, got a damaged one'),
    (with_header(b'{"sha256":"%s"}' % (b'0' * 64)), 'got another safetensors file'),
    (with_header(b'["sha256":"%s"]' % (b'0' * 64)), 'broken JSON'),
    (with_header(b'\xff"sha256":"%s"' % (b'0' * 64)), 'broken JSON'),
    (enclose('{}'), 'the version of the format, got None'),
    (enclose('{"format": true}'), 'the version of the format, got True'),
    (enclose('{"format": 0}'), 'the version of the format, got 0'),
    (enclose('{"format": 2}'), 'format 1 or below, got format 2. Install a newer epynn'),
    (enclose('[]'), 'a JSON object, got a list'),
    (enclose('{"format": 1'), 'broken JSON'),
    (enclose('{"format": 1, "format": 1}'), 'a key that stands twice'),
    (enclose('{"format": 1, "a": {"b": 1, "b": 2}}'), 'a key that stands twice'),
    (enclose('{"format": 1, "a": NaN}'), r'broken JSON \(NaN\)'),
    (enclose('{"format": 1, "a": -Infinity}'), r'broken JSON \(-Infinity\)'),
    (enclose('{"format": 1, "a": 1e999}'), r'broken JSON \(1e999\)'),
    (enclose('{"format": 1, "a": ' + '9' * 5000 + '}'), 'broken JSON'),
    (enclose('{"a":' * 2000), 'broken JSON'),
    (enclose('[' * 3000), 'broken JSON'),
    (enclose('{"a":' * 100_000), 'broken JSON'), (enclose('[' * 100_000), 'broken JSON'),
    (enclose('{"format": 1}', {'a': np.zeros(2, np.float16)}), 'file, a: expected F64.*got F16'),
    (enclose('{"format": 1}', {'a': np.array([np.nan])}), 'file, a: expected finite numbers'),
    (enclose('{"format": 1}', {'a': np.float32([np.inf])}), 'file, a: expected finite numbers'),
    (enclose('{"format": 1}', {'a': np.array([2], np.uint8).view(bool)}), 'zeros and ones'),
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
