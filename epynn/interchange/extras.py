"""Packages of others that interchange needs, imported when they are used."""

from importlib import import_module
from typing import Any

from epynn.commons.errors import MissingExtraError


def onnx() -> Any:
    """Return the package onnx, with the modules of it that are used here.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    names = 'checker', 'helper', 'numpy_helper', 'shape_inference'
    return packages("'epynn-numpy[onnx]'", 'onnx', *(f'onnx.{name}' for name in names))


def onnx_reference() -> Any:
    """Return the evaluator of the package onnx; as for :func:`onnx`."""
    onnx()
    import_module('onnx.reference.op_run')
    return import_module('onnx.reference')


def torch() -> Any:
    """Return the package torch, or raise a MissingExtraError."""
    return packages('torch', 'torch')


def keras() -> Any:
    """Return the package keras, which computes by PyTorch.

    Raises
    ------
    MissingExtraError
        If one of them is not installed, or Keras computes by another library.
    """
    torch()
    try:
        library = import_module('keras')
        backend = library.config.backend()
    except ImportError as error:
        if error.name == 'keras':
            packages('keras', 'keras')
        backend = f'another one, {error.name}, that is not there'
    if backend != 'torch':
        raise MissingExtraError(
            'epynn.interchange', 'keras on PyTorch, whose gradients can be read', f'on {backend}',
            'Set KERAS_BACKEND=torch in the environment, before Python imports keras.',
        )  # fmt: skip
    return library


def h5py() -> Any:
    """Return the package h5py, or raise a MissingExtraError."""
    return packages("'epynn-numpy[keras]'", 'h5py')


def packages(install: str, name: str, *modules: str) -> Any:
    """Return a package, and see that modules of it are there; say how to install it otherwise."""
    try:
        for module in modules:
            import_module(module)
        return import_module(name)
    except ImportError:
        raise MissingExtraError(
            'epynn.interchange', name, 'no such package',
            f'Install it: python -m pip install {install}',
        ) from None  # fmt: skip
