"""Arrays of another library, as far as the kernels may know."""

import numpy as np


class Guarded:
    """An array that is no NumPy array, and will not become one unasked.

    It follows NumPy's protocols, as arrays on other devices do, and has the methods of arrays.
    """

    def __init__(self, array):
        self.array = array

    def __array__(self, *_, **__):
        raise AssertionError('became a NumPy array')

    def __array_function__(self, function, types, arguments, keywords):
        return guard(function(*release(arguments), **release(keywords)))

    def __array_ufunc__(self, ufunc, method, *arrays, **keywords):
        return guard(getattr(ufunc, method)(*release(arrays), **release(keywords)))

    def __getattr__(self, name):
        value = getattr(self.array, name)
        if not callable(value) or isinstance(value, np.dtype):
            return guard(value)
        return lambda *arguments, **keywords: guard(value(*release(arguments), **keywords))

    def __getitem__(self, key):
        return guard(self.array[release(key)])

    def __setitem__(self, key, value):
        self.array[release(key)] = release(value)

    def __len__(self):
        return len(self.array)

    def __iter__(self):
        return map(guard, self.array)


def _operator(name):
    """Return an operator of NumPy arrays for guarded ones."""

    def operate(self, other=None):
        others = () if other is None else (release(other),)
        return guard(getattr(self.array, name)(*others))

    return operate


NAMES = 'add radd iadd sub mul rmul imul truediv matmul eq ge neg'

for _name in NAMES.split(' '):
    setattr(Guarded, f'__{_name}__', _operator(f'__{_name}__'))


def guard(value):
    """Wrap the NumPy arrays in a value."""
    if isinstance(value, np.ndarray):
        return Guarded(value)
    return type(value)(map(guard, value)) if isinstance(value, (list, tuple)) else value


def release(value):
    """Take guarded arrays out of their wraps, however deep they are."""
    if isinstance(value, dict):
        return {key: release(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(release, value))
    return value.array if isinstance(value, Guarded) else value
