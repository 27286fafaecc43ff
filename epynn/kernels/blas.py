"""BLAS on one thread while the library computes, and back on its own afterwards.

The threads of BLAS spin while they wait for each other: beside another program that takes many
times as long. And they add in another order than one thread does. Work that is worth more than one
thread is shared out by :mod:`epynn.kernels.threads` instead.
"""

import os
import threading
import weakref
from typing import Any


class _Blas:
    """The libraries behind NumPy's matrix products, and who wants them on one thread."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.pins: dict[int, weakref.ref[Any]] = {}
        self.before: list[tuple[Any, int]] = []
        self.found: list[Any] | None = None

    def find(self) -> list[Any]:
        """Return the libraries that can be told how many threads to take."""
        if self.found is None:
            # Imported when first needed: it takes its time, and not every program computes
            from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

            self.found = ThreadpoolController().select(user_api='blas').lib_controllers
        return self.found

    def adjust(self) -> None:
        """Pin the libraries if anyone wants it; give them their threads back if nobody does."""
        self.pins = {key: pin for key, pin in self.pins.items() if pin() is not None}
        if self.pins and not self.before:
            self.before = [(library, library.num_threads) for library in self.find()]
            for library, _ in self.before:
                library.set_num_threads(1)
        elif self.before and not self.pins:
            for library, threads in self.before:
                library.set_num_threads(threads)
            self.before = []


_blas = _Blas()
"""BLAS belongs to the whole process, and so does the count of those who want it pinned."""

if hasattr(os, 'register_at_fork'):  # in the child, whoever else held the lock is gone
    os.register_at_fork(after_in_child=lambda: setattr(_blas, 'lock', threading.RLock()))


_outer = threading.local()
"""The outermost wish of each thread, which serves for those within it."""


class BlasOnOneThread:
    """Keep BLAS to one thread inside a block: the first one in pins it, the last one restores.

    Other threads of the process find BLAS on one thread meanwhile, too. An object of this class is
    a wish. Where an interrupt keeps it from being given up, it no longer counts. Within a block of
    the same thread it costs next to nothing::

        with BlasOnOneThread():
            Z = X @ W
    """

    def __init__(self) -> None:
        wish = getattr(_outer, 'wish', None)
        self.is_inner = wish is not None and wish() is not None
        if not self.is_inner:
            with _blas.lock:
                _blas.pins[id(self)] = weakref.ref(self)
                _blas.adjust()

    def __enter__(self) -> None:
        """Serve for those within, too."""
        if not self.is_inner:
            _outer.wish = weakref.ref(self)

    def __exit__(self, *_: object) -> None:
        """Give it up; a second time does nothing."""
        if not self.is_inner:
            _outer.wish = None
            with _blas.lock:
                _blas.pins.pop(id(self), None)
                _blas.adjust()


def controls_blas() -> bool:
    """Return whether there is a BLAS that can be told how many threads to take."""
    return bool(_blas.find())
