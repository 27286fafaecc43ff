"""The examples that read the user's own files: what they take, and what they say of the rest."""

import gzip
import re
import struct
import subprocess
import sys
import wave

import numpy as np
import pytest
from example_folders import EXAMPLES, load

from epynn.commons.errors import ArgumentError, DataError


def train(name, *words, folder):
    """Run ``train.py`` in a process of its own; warnings are errors."""
    script = [sys.executable, '-W', 'error', str(EXAMPLES / name / 'train.py')]
    return subprocess.run(
        [*script, *map(str, words)], cwd=folder, capture_output=True, text=True, timeout=600
    )


def idx(array, kind=8):
    """Return the bytes of an IDX file."""
    array = np.asarray(array, np.uint8)
    header = struct.pack(f'>BBBB{array.ndim}I', 0, 0, kind, array.ndim, *array.shape)
    return header + array.tobytes()


def write_wave(path, sound, rate=8000, width=2, channels=1):
    """Write samples from -1 to 1, the same in each channel."""
    levels = {1: (127 * sound + 128).astype(np.uint8), 2: (32767 * sound).astype('<i2')}
    data = np.repeat(levels.get(width, levels[2]), channels).tobytes()
    with wave.open(str(path), 'wb') as file:
        file.setparams((channels, width, rate, 0, 'NONE', ''))
        file.writeframes(data if width < 3 else bytes(3 * channels * len(sound)))


# captcha


@pytest.fixture
def captcha():
    pytest.importorskip('sklearn')
    return load('captcha')


@pytest.fixture
def squares(rng):
    """Return images of 6 x 5 points: label 3 is dark on the left, 7 on the right."""
    labels = rng.choice([3, 7], size=120)
    images = rng.integers(0, 50, size=(120, 6, 5))
    images[labels == 3, :, :2] += 200
    images[labels == 7, :, 3:] += 200
    return images, labels


@pytest.mark.parametrize('compress', [bytes, gzip.compress])
def test_captcha_learns_from_idx_files(captcha, squares, tmp_path, compress):
    images, labels = squares
    (tmp_path / 'images').write_bytes(compress(idx(images)))
    (tmp_path / 'labels').write_bytes(compress(idx(labels)))
    X, Y = captcha.prepare_dataset(tmp_path / 'images', tmp_path / 'labels')
    order = np.random.default_rng(0).permutation(120)
    np.testing.assert_allclose(X[..., 0] * 255, images[order], atol=1e-4)
    assert (labels[order] == Y).all()

    words = ('--images', 'images', '--labels', 'labels', '--epochs', 20)
    done = train('captcha', *words, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, '')
    assert 'captcha: 100.0% accuracy on the held-out 30 images' in done.stdout


@pytest.mark.parametrize(
    ('data', 'words'),
    [
        (b'', r'an IDX file, .* got 0 bytes that start with nothing'),
        (b'\x89PNG and more', r'.*starts with two zero bytes, got 13 bytes that start with 89 50'),
        (idx([[[1]]], kind=13), r'whole numbers of one byte, type 8, got type 13'),
        (idx([1, 2]), r'images \(m, h, w\), 3 in the fourth byte, got 1\. .*right order'),
        (idx([[[1, 2]]])[:12], r'a header of 16 bytes, got a file of 12'),
        (idx(np.zeros((0, 2, 2))), r'at least one number, got shape \(0, 2, 2\)'),
        (idx([[[1, 2]]])[:-1], r'2 bytes after the header, for shape \(1, 1, 2\), got 1\.'),
        (idx([[[1, 2]]]) + b'\0', r'2 bytes after the header, for shape \(1, 1, 2\), got 3\.'),
        (gzip.compress(idx([[[1, 2]]]), mtime=0)[:-9], r'a whole gzip file'),
        (b'\x1f\x8b\x08 no gzip at all', r'a whole gzip file'),
    ],
)
def test_captcha_refuses_what_is_no_idx_file(captcha, tmp_path, data, words):
    (tmp_path / 'images').write_bytes(data)
    with pytest.raises(DataError, match=f'images: expected {words}'):
        captcha.read_idx(tmp_path / 'images', axes=3)


def test_captcha_refuses_files_that_do_not_belong_together(captcha, squares, tmp_path):
    images, labels = (tmp_path / name for name in ('images', 'labels'))
    images.write_bytes(idx(squares[0]))
    labels.write_bytes(idx(squares[1][:-1]))
    with pytest.raises(DataError, match='a label for each of the 120 images, got 119 labels'):
        captcha.prepare_dataset(images, labels)
    labels.write_bytes(idx(np.zeros(120)))
    with pytest.raises(DataError, match='at least two different labels, got one'):
        captcha.prepare_dataset(images, labels)
    with pytest.raises(ArgumentError, match='two files, got one'):
        captcha.prepare_dataset(images)
    with pytest.raises(ArgumentError, match='none: expected a file that can be read, got no such'):
        captcha.prepare_dataset(images, tmp_path / 'none')


# peptides


def test_peptides_learns_from_text_files(rng, tmp_path):
    drawn = [''.join(rng.choice(list('ACDEF'), size=n)) for n in rng.integers(5, 12, size=150)]
    (tmp_path / 'with').write_text('\n'.join(f'{p[:2]}KR{p[2:]}' for p in drawn[:75]).lower())
    (tmp_path / 'without').write_text('\n\n'.join(drawn[75:]) + '\n')
    words = ('--positive', 'with', '--negative', 'without', '--epochs', 20)
    done = train('peptides', *words, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, '')
    accuracy, m = re.search(
        r'peptides: ([\d.]+)% accuracy on the held-out (\d+)', done.stdout
    ).groups()
    assert float(accuracy) > 95
    assert 48 <= int(m) <= 50  # those drawn twice count once


def test_peptides_counts_a_peptide_once_and_pads(tmp_path):
    (tmp_path / 'with').write_bytes(b'NAS\r\nnas\r\n\r\nNWTK\r\n')
    (tmp_path / 'without').write_text('  NPS ')
    X, Y = load('peptides').prepare_dataset(tmp_path / 'with', tmp_path / 'without')
    pairs = {(''.join(x), y) for x, y in zip(X, Y.tolist(), strict=True)}
    assert pairs == {('NAS-', 1), ('NWTK', 1), ('NPS-', 0)}


@pytest.mark.parametrize(
    ('data', 'words'),
    [
        (b'', r'expected at least one peptide, got none'),
        (b'\n \n', r'expected at least one peptide, got none'),
        (b'ACD\n>sp|P1\n', r', line 2: expected amino acids ACDEFGHIKLMNPQRSTVWY, got 1 > \|'),
        (b'AC-D', r', line 1: expected amino acids .*, got -\. Give one peptide a line'),
        (b'\xff\xfe\x00A', r'expected a text file, got bytes that are no text'),
    ],
)
def test_peptides_refuses_other_text(tmp_path, data, words):
    (tmp_path / 'with').write_bytes(data)
    with pytest.raises(DataError, match=words):
        load('peptides').read_peptides(tmp_path / 'with')


def test_peptides_wants_both_files_and_names_a_missing_one(tmp_path):
    done = train('peptides', '--positive', 'with', folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, '')
    assert done.stderr.startswith('peptides: positive, negative: expected two files, got one.')
    done = train('peptides', '--positive', 'with', '--negative', 'none', folder=tmp_path)
    assert (
        done.stderr
        == 'peptides: none: expected a file that can be read, got no such file or directory.\n'
    )


# music


@pytest.fixture
def music():
    return load('music')


@pytest.fixture
def players(rng, tmp_path):
    """Return two folders: one player plays low tones, the other high ones."""
    folders = [tmp_path / 'low', tmp_path / 'high']
    t = np.arange(8820) / 11025
    for folder, frequency in zip(folders, (200, 1500), strict=True):
        folder.mkdir()
        for number in range(6):
            sound = 0.8 * np.sin(2 * np.pi * frequency * rng.uniform(0.8, 1.2) * t)
            write_wave(folder / f'{number}.wav', sound, 11025, width=1 + number % 2)
        (folder / 'notes.txt').write_text('not a recording')
    return folders


def test_music_learns_from_folders_of_wav_files(players, tmp_path):
    done = train('music', '--players', *players, '--epochs', 15, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, '')
    assert 'music: 100.0% accuracy on 12 clips (chance: 50%)' in done.stdout


def test_music_holds_out_whole_recordings(music, players, monkeypatch):
    def number_of_recording(sound, rate):  # instead of clips
        return [sound] * 3

    recordings = iter(range(12))
    monkeypatch.setattr(music, 'read_wave', lambda path, mix: (next(recordings), 8000))
    monkeypatch.setattr(music, 'cut_clips', number_of_recording)
    X, Y, n_train = music.prepare_dataset([str(folder) for folder in players])
    assert not set(X[:n_train].tolist()) & set(X[n_train:].tolist())
    assert set(X.tolist()) == set(range(12))
    assert sorted(Y[n_train:]) == [0] * 6 + [1] * 6


@pytest.mark.parametrize('width', [1, 2])
def test_music_reads_samples_as_they_were(music, rng, tmp_path, width):
    sound = rng.uniform(-1, 1, size=500)
    write_wave(tmp_path / 'a.wav', sound, 8000, width)
    read, rate = music.read_wave(tmp_path / 'a.wav', mix=False)
    assert rate == 8000
    np.testing.assert_allclose(read, sound, atol=2 ** (1 - 7 * width))


def test_music_mixes_stereo_only_when_asked(music, rng, tmp_path):
    path = tmp_path / 'a.wav'
    write_wave(path, rng.uniform(-1, 1, size=500), channels=2)
    with pytest.raises(DataError, match=r'expected one channel, got 2\. .*--mix'):
        music.read_wave(path, mix=False)
    assert music.read_wave(path, mix=True)[0].shape == (500,)


def test_music_leaves_silence_out(music, rng):
    clip = 8 * 256
    sound = np.concatenate([rng.uniform(-1, 1, clip), np.full(clip, 1e-3), rng.uniform(-1, 1, 99)])
    assert [clip.shape for clip in music.cut_clips(sound, 8000)] == [(8, 32)]
    assert music.cut_clips(np.zeros(3 * clip), 8000) == []
    assert music.cut_clips(np.zeros(0), 8000) == []


def test_music_refuses_other_files(music, tmp_path):
    path = tmp_path / 'a.wav'
    write_wave(path, np.zeros(500), width=3)
    with pytest.raises(DataError, match='samples of 8 or 16 bits, got 24 bits'):
        music.read_wave(path, mix=False)
    write_wave(path, np.zeros(500), rate=4000)
    with pytest.raises(DataError, match='at least 8000 samples a second, got 4000'):
        music.read_wave(path, mix=False)
    write_wave(path, np.zeros(0))
    with pytest.raises(DataError, match='expected 2 bytes of sound, got 0'):
        music.read_wave(path, mix=False)
    write_wave(path, np.zeros(500))
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(DataError, match='expected 1000 bytes of sound, got 99'):
        music.read_wave(path, mix=False)
    for data in (b'', b'ID3 this is another format'):
        path.write_bytes(data)
        with pytest.raises(DataError, match='a WAV file of plain'):
            music.read_wave(path, mix=False)


def test_music_refuses_folders_without_enough_sound(music, tmp_path):
    with pytest.raises(ArgumentError, match='none: expected a folder, got none'):
        music.prepare_dataset([tmp_path / 'none', tmp_path])
    with pytest.raises(DataError, match='at least two WAV files, one of them to hold out, got 0'):
        music.prepare_dataset([tmp_path, tmp_path])
    for name in ('a.wav', 'b.wav'):
        write_wave(tmp_path / name, np.ones(100))
    with pytest.raises(DataError, match=r'hold out, got 0 and 0 clips of 0\.26 s'):
        music.prepare_dataset([tmp_path, tmp_path])
