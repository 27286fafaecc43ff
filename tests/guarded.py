"""Arrays of another library, as far as layers and kernels may know."""

import numpy as np


class Guarded:
    """An array that is no NumPy array, will not become one unasked, and does not mix with one.

    It follows NumPy's protocols, as arrays on other devices do, and has the methods of arrays.
    """

    def __init__(self, array):
        self.array = array

    def __array__(self, *_, **__):
        raise AssertionError('became a NumPy array')

    def __array_function__(self, function, types, arguments, keywords):
        if function is np.asarray:  # what is asked for, by like=
            return guard(np.asarray(*arguments, **keywords))
        return guard(function(*release(arguments), **release(keywords)))

    def __array_ufunc__(self, ufunc, method, *arrays, **keywords):
        return guard(getattr(ufunc, method)(*release(arrays), **release(keywords)))

    def __getattr__(self, name):
        if name.startswith('__'):  # __array_interface__ and the like: the memory of others
            raise AttributeError(name)
        value = getattr(self.array, name)
        if not callable(value) or isinstance(value, np.dtype):
            return guard(value)
        return lambda *arguments, **keywords: guard(value(*release(arguments), **release(keywords)))

    def __getitem__(self, key):
        return guard(self.array[release(key)])

    def __setitem__(self, key, value):
        self.array[release(key)] = release(value)

    def __len__(self):
        return len(self.array)

    def __iter__(self):
        return map(guard, self.array)

    def __bool__(self):
        return bool(self.array)


def _operator(name):
    """Return an operator of NumPy arrays for guarded ones."""

    def operate(self, *others):
        return guard(getattr(self.array, name)(*release(others)))

    return operate


NAMES = ['add', 'sub', 'mul', 'truediv', 'pow', 'matmul', 'and', 'or', 'xor']
NAMES = [f'{side}{name}' for name in NAMES for side in ('', 'r', 'i')]

for _name in [*NAMES, *['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'neg', 'invert', 'abs']]:
    setattr(Guarded, f'__{_name}__', _operator(f'__{_name}__'))


def guard(value):
    """Wrap the NumPy arrays in a value."""
    if isinstance(value, np.ndarray):
        return Guarded(value)
    return type(value)(map(guard, value)) if isinstance(value, (list, tuple)) else value


def release(value):
    """Take guarded arrays out of their wraps, however deep they are; refuse those of NumPy."""
    if isinstance(value, np.ndarray) and value.ndim:
        raise TypeError(f'an array of NumPy {value.shape} among those of another library')
    if isinstance(value, dict):
        return {key: release(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(release, value))
    return value.array if isinstance(value, Guarded) else value
