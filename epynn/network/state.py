"""What a network holds and can do: what the functions of this folder read, write and call."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np

from epynn.commons.data_source import DataSource
from epynn.commons.models import Layer
from epynn.commons.names import NotCalled
from epynn.commons.optimize import Optimizer
from epynn.commons.ranks import Ranks
from epynn.kernels.arrays import ndarray


class Interrupted(NamedTuple):
    """A training that a file holds, for the next ``train`` to go on with."""

    callbacks: list[tuple[str, Mapping[str, Any]]]
    """The class of each callback, and its state."""
    stopped: str
    """Why it was being stopped, if it was."""
    unfinished: bool
    """Whether it was under way when the file was written, and its end is still to be told of."""


class Network(NotCalled):
    """What a network holds and can do: :class:`EpyNN` explains it, and binds the methods."""

    name: str
    uname: str
    ts: int
    layers: list[Layer]
    embedding: DataSource

    carried: list[dict[str, ndarray]]
    initialized: bool
    se_hPars: dict[str, Any]
    seed: int | None
    np_rng: 'np.random.Generator'
    dtype: np.dtype[Any]
    reduction: str
    optimizer: Optimizer
    training_loss: Callable[..., Any] | None
    metrics_functions: dict[str, Callable[..., Any]]
    positive_label: int
    class_weights: dict[Any, float]
    deterministic: bool

    e: int
    epochs: int
    progress: tuple[int, int]
    tally: Any
    metrics: dict[str, list[list[float]]]
    batch_loss: list[float]
    seconds: list[float]
    callbacks: tuple[Any, ...]
    stopped: str
    told: tuple[str, tuple[int, int], int]
    interrupted: Interrupted | None
    schedule_memory: dict[Any, Any]
    network: dict[int, dict[str, Any]]
    prepared: list[list[Layer]]
    owner: Any
    warned: set[str]
    ranks: Ranks
    is_first: bool

    initialize: ClassVar[Callable[..., None]]
    train: ClassVar[Callable[..., None]]
    forward: ClassVar[Callable[..., ndarray]]
    backward: ClassVar[Callable[..., Any]]
    update_parameters: ClassVar[Callable[..., None]]
    as_ranks: ClassVar[Callable[..., Ranks]]
    """Return those that share a training: :mod:`epynn.parallel` binds it."""
    stop: ClassVar[Callable[..., None]]
    evaluate: ClassVar[Callable[..., dict[str, Any]]]
    write: ClassVar[Callable[..., Path]]
    """Write the network to a file: :mod:`epynn.files.writing`, one floor up, binds it."""
    export_onnx: ClassVar[Callable[..., Path]]
    """Write the network for others to read: :mod:`epynn.interchange.export` binds it."""
    verify: ClassVar[Callable[..., Any]]
    """Compare the network with itself elsewhere: :mod:`epynn.interchange.verify` binds it."""
