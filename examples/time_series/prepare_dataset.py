"""Noise, and a weak wave in noise."""

import numpy as np


def prepare_dataset(n_samples=1000, steps=64, noise=1.3, seed=0):
    """Draw signals of white noise; add a wave to half of them.

    The noise is normal with standard deviation `noise`. Signals with label 1 also hold a sine of
    amplitude 1, of 4 to 8 periods over the signal and of any phase. The wave
    is weaker than the noise: a single step tells next to nothing.

    Returns
    -------
    X : ndarray (n_samples, steps, 1)
        The signals.
    Y : ndarray (n_samples,)
        The labels, 0 or 1.
    """
    rng = np.random.default_rng(seed)
    t = np.arange(steps) / steps
    Y = rng.integers(0, 2, size=n_samples)
    periods = rng.uniform(4, 8, size=(n_samples, 1))
    phase = rng.uniform(0, 2 * np.pi, size=(n_samples, 1))
    X = noise * rng.standard_normal((n_samples, steps))
    X += Y[:, np.newaxis] * np.sin(2 * np.pi * periods * t + phase)
    return X[..., np.newaxis], Y  # (m, s) -> (m, s, e)
