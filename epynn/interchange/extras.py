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
    try:
        for module in ('checker', 'helper', 'numpy_helper', 'shape_inference'):
            import_module(f'onnx.{module}')
        return import_module('onnx')
    except ImportError:
        raise MissingExtraError(
            'epynn.interchange', 'onnx', 'no such package',
            "Install it: python -m pip install 'epynn-numpy[onnx]'",
        ) from None  # fmt: skip
