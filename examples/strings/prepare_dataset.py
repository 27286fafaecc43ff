"""Random strings of letters, half of which hold a short word."""

import numpy as np


def prepare_dataset(n_samples=1200, length=16, word='ATG', seed=0):
    """Draw strings over the letters A, C, G, T; put the word somewhere in half of them.

    Strings with label 1 hold `word` at a random place. Strings with label 0 are drawn again until
    they do not hold it anywhere.

    Returns
    -------
    X : list of str
        The strings, all of one length.
    Y : ndarray (n_samples,)
        The labels, 0 or 1.
    """
    rng = np.random.default_rng(seed)
    X, Y = [], rng.integers(0, 2, size=n_samples)
    for label in Y:
        string = ''.join(rng.choice(list('ACGT'), size=length))
        if label:
            place = rng.integers(0, length - len(word) + 1)
            string = string[:place] + word + string[place + len(word) :]
        while not label and word in string:
            string = ''.join(rng.choice(list('ACGT'), size=length))
        X.append(string)
    return X, Y
