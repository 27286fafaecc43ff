"""Two players of a plucked string: synthesised, or read from two folders of WAV files."""

import wave
from pathlib import Path

import numpy as np

from epynn.commons.errors import ArgumentError, DataError

FRAME = 0.032
"""Seconds a frame: long enough to tell frequencies that are 1 / 0.032 = 31 Hz apart."""
BANDS = 32
"""Bands of frequencies, four neighbours each: 125 Hz wide, up to 4,000 Hz."""
STEPS = 8
"""Frames a clip, about a quarter of a second."""
RATE = 8000
"""Samples a second of what we synthesise; twice the highest frequency kept."""


def prepare_dataset(players=None, mix=False, held_out=0.25, seed=0):
    """Return clips of two players; those of the recordings held out come last.

    Clips of one recording are alike: same note, same pluck, same room. To learn from one and be
    tested on the next would be a test of memory. So whole recordings are held out, a quarter of
    each player's, and none of their clips is learned from.

    Parameters
    ----------
    players : two str, optional
        Two folders of WAV files, one a player. None to synthesise the recordings.
    mix : bool, optional
        Whether stereo is mixed down to mono; if not, it is refused.

    Returns
    -------
    X : ndarray (m, 8, 32)
        Clips of eight frames, each the strength of 32 bands of frequencies, -0.5 to 0.5.
    Y : ndarray (m,)
        The player, 0 or 1.
    n_train : int
        How many clips are to learn from. The rest is held out.
    """
    rng = np.random.default_rng(seed)
    if players is None:
        recordings = [play_notes(rng, player) for player in (0, 1)]
    else:
        recordings = [read_folder(folder, mix) for folder in players]

    learned, tested = [], []
    for player, played in enumerate(recordings):
        order = rng.permutation(len(played))
        n_tested = max(1, round(held_out * len(played)))
        for place, number in enumerate(order):
            clips = cut_clips(*played[number])
            (tested if place < n_tested else learned).extend((clip, player) for clip in clips)
    if not learned or not tested:
        raise DataError(
            'recordings', 'sound to learn from and to hold out',
            f'{len(learned)} and {len(tested)} clips of {FRAME * STEPS:.2f} s',
            'Give longer or louder recordings.',
        )  # fmt: skip
    X, Y = zip(*learned, *tested, strict=True)
    return np.stack(X), np.array(Y), len(learned)


def play_notes(rng, player, n_notes=120, seconds=0.8):
    """Return recordings of a player, one note each: samples from -1 to 1, and their rate.

    Both players play any pitch from 110 to 440 Hz. They differ in their habits, which overlap: no
    single note gives a player away. Player 0 plucks at 0.15 +- 0.05 of the string, near the bridge,
    and lets it ring: a note fades to a thousandth in 4 +- 1 seconds. Player 1 plucks at
    0.3 +- 0.05 and damps the string with the palm: 1 +- 0.3 seconds.
    """
    place, fade, spread = [(0.15, 4, 1), (0.3, 1, 0.3)][player]
    notes = []
    for _ in range(n_notes):
        note = pluck(
            rng,
            period=round(RATE / (110 * 2 ** rng.uniform(0, 2))),
            place=np.clip(rng.normal(place, 0.05), 0.05, 0.5),
            fade=max(rng.normal(fade, spread), 0.3),
            n=round(seconds * RATE),
        )
        note += 0.003 * rng.standard_normal(len(note))  # the room
        notes.append((note, RATE))
    return notes


def pluck(rng, period, place, fade, n):
    """Return `n` samples of a plucked string, by Karplus and Strong.

    A string is a loop: what passes here comes by again one period later, a little weaker, and
    duller, because it is the mean of two neighbours:
    ``y[n] = ring * (y[n - period] + y[n - period - 1]) / 2``. It starts with the shape that the
    finger gives it, a triangle with its tip at the place, and some noise from letting go. (They
    start with noise alone, which sounds the same wherever the finger is.) The nearer the tip is to
    an end, the more high tones are in it.

    K. Karplus and A. Strong, "Digital synthesis of plucked-string and drum timbres", Computer Music
    Journal 7 (1983).
    """
    t = np.arange(period) / period
    loop = np.minimum(t / place, (1 - t) / (1 - place)) + 0.1 * rng.standard_normal(period)
    loop -= loop.mean()
    ring = 0.001 ** (period / (fade * RATE))  # to the power of periods in `fade` seconds: 0.001
    before = 0  # the sample before the loop
    periods = []
    for _ in range(-(-n // period)):
        periods.append(loop)
        delayed = np.concatenate([[before], loop[:-1]])
        before = loop[-1]
        loop = ring * (loop + delayed) / 2
    sound = np.concatenate(periods)[:n]
    return sound / np.abs(sound).max()


def cut_clips(sound, rate):
    """Return the clips of a recording: (n,) samples -> list of (8, 32).

    Each frame becomes the strength of its frequencies, in equal steps to the ear: 0.5 is the
    strongest in the clip, -0.5 a ten-thousandth of it or less. Loudness itself tells nothing. Clips
    that never reach a hundredth of the recording's peak are silence, and left out.
    """
    frame = round(FRAME * rate)
    n_clips = len(sound) // (frame * STEPS)
    frames = sound[: n_clips * frame * STEPS].reshape(n_clips, STEPS, frame)
    loud = np.abs(frames).max(axis=(1, 2), initial=0) > 0.01 * np.abs(sound).max(initial=0)

    # (clips, s, frame) -> (clips, s, 128): the frame holds 1, 2, 3 ... waves of these frequencies
    waves = np.abs(np.fft.rfft(frames[loud] * np.hanning(frame)))[..., 1 : 4 * BANDS + 1]
    waves /= waves.max(axis=(1, 2), keepdims=True, initial=1e-12)
    strength = 0.5 + np.log10(np.maximum(waves, 1e-4)) / 4
    # (clips, s, 128) -> (clips, s, 32, 4) -> (clips, s, 32)
    return list(strength.reshape(*strength.shape[:2], BANDS, 4).mean(axis=-1))


def read_folder(folder, mix):
    """Return the recordings in a folder, one a WAV file: samples from -1 to 1, and their rate."""
    if not Path(folder).is_dir():
        raise ArgumentError(str(folder), 'a folder', 'none')
    paths = sorted(path for path in Path(folder).iterdir() if path.suffix.lower() == '.wav')
    if len(paths) < 2:
        raise DataError(
            str(folder), 'at least two WAV files, one of them to hold out', f'{len(paths)}'
        )
    return [read_wave(path, mix) for path in paths]


def read_wave(path, mix):
    """Return the samples of a WAV file from -1 to 1, and their rate."""
    try:
        with wave.open(str(path)) as file:
            channels, width, rate, n = file.getparams()[:4]
            data = file.readframes(n)
    except (wave.Error, EOFError) as error:
        reason = str(error) or 'a file that ends too early'
        raise DataError(str(path), 'a WAV file of plain (PCM) samples', reason) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ArgumentError(str(path), 'a file that can be read', reason) from None

    if width not in (1, 2):
        raise DataError(str(path), 'samples of 8 or 16 bits', f'{8 * width} bits', 'Convert it.')
    if channels > 1 and not mix:
        raise DataError(
            str(path), 'one channel', f'{channels}', 'Ask for their mean: --mix, or mix=True.'
        )
    if rate < RATE:
        raise DataError(str(path), f'at least {RATE} samples a second', f'{rate}')
    if n == 0 or len(data) != n * channels * width:
        raise DataError(str(path), f'{max(n, 1) * channels * width} bytes of sound', f'{len(data)}')

    if width == 1:
        sound = (np.frombuffer(data, np.uint8) - 128.0) / 128  # 0 .. 255, silence is 128
    else:
        sound = np.frombuffer(data, '<i2') / 32768
    return sound.reshape(n, channels).mean(axis=1), rate
