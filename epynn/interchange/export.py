"""Networks written as files of ONNX."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from epynn.commons.arguments import as_choice, as_flag
from epynn.commons.axes import TOKENS
from epynn.commons.calls import in_words
from epynn.commons.errors import ArgumentError, EpynnError
from epynn.commons.models import Layer, walk_layers
from epynn.commons.paths import as_path
from epynn.commons.windows import SAME, Sliding
from epynn.files.atomic import write_atomically
from epynn.files.encoding import Encoder
from epynn.interchange.extras import onnx
from epynn.interchange.onnx.graph import Graph, Value
from epynn.interchange.onnx.lengths import write_mask
from epynn.interchange.onnx.nodes import write_layers
from epynn.interchange.onnx.recurrent import GATES
from epynn.network.carrying import carried_apart
from epynn.network.forward import pass_through
from epynn.network.models import EpyNN
from epynn.network.ownership import require_initialized
from epynn.timedistributed.models import TimeDistributed
from epynn.version import __version__

OPSET, IR = 22, 10
"""Versions of the operators and of the file, which the runtimes of 2025 and later read."""


@in_words('EpyNN.export_onnx', "Write model.export_onnx('network.onnx').")
def model_export_onnx(
    model: EpyNN,
    path: str | Path,
    dtype: str = 'float32',
    inputs_as_nchw: bool = False,
    lengths: bool | None = None,
) -> Path:
    """Write the network as a file of ONNX, for other programs to predict with.

    Every layer is there, by its operators; arrays are named by layer and symbol, ``2.Dense.Z``. The
    batch axis is free, and so is the number of steps of sequences, where the layers take any.
    Images stay channels-last going in, and coming out; in between, each stretch of layers that ONNX
    computes channels-first has one transposition at either end.

    The network takes samples as the Embedding encoded and scaled them. How it did is in the
    metadata of the file: ``epynn.tokens``, ``epynn.classes`` and ``epynn.scale``, in JSON; the
    shape of a sample is in ``epynn.sample``.

    Parameters
    ----------
    path : str
        File to write; one that exists is replaced.
    dtype : str, optional
        ``'float32'`` or ``'float64'``: the data type of all arrays but whole numbers.
    inputs_as_nchw : bool, optional
        Take images as ``(m, d, h, w)``, channels first.
    lengths : bool, optional
        Take sequences of different lengths: a second input, ``lengths (m,)`` of int64, says how
        many steps of each are real; those behind them pad. Left out, so if the data of the network
        have different lengths.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    MissingExtraError
        If the package onnx is not installed.
    StateError
        If the network was not initialized.
    LayerError
        If a layer or an activation function has no counterpart in ONNX, or cannot leave out steps
        that pad.
    ArgumentError
        If the file cannot be written, or an argument is none of those above.
    """
    name = 'EpyNN.export_onnx'
    onnx()
    require_initialized(model, 'export_onnx')
    as_choice(dtype, f'{name}(dtype)', ('float32', 'float64'))
    inputs_as_nchw = as_flag(inputs_as_nchw, f'{name}(inputs_as_nchw)')
    path = as_path(path, f'{name}(path)')
    shape = model.network[0]['forward']['X'][1:]
    if inputs_as_nchw and len(shape) != 3:
        raise ArgumentError(
            f'{name}(inputs_as_nchw)', 'True for images (m, h, w, d) alone',
            f'samples of shape {shape}', 'Leave it out.',
        )  # fmt: skip
    if lengths is None:
        lengths = any(dset.mask is not None for dset in model.embedding.dsets)
    lengths = as_flag(lengths, f'{name}(lengths)')
    if lengths and not shape:
        raise ArgumentError(
            f'{name}(lengths)', 'True for sequences (m, s, e) alone', f'samples of shape {shape}',
            'Leave it out.',
        )  # fmt: skip
    file = as_onnx(model.layers[1:], shape, dtype, inputs_as_nchw, model.name, lengths)
    for key, value in preprocessing(model).items():
        file.metadata_props.add(key=f'epynn.{key}', value=json.dumps(value))
    try:
        write_atomically(path, file.SerializeToString())
    except (OSError, ValueError) as error:  # the latter above 2 GiB
        raise ArgumentError(
            f'{name}(path)', 'a file that can be written', f'{path} ({error})',
            'Check the name, who may write there, and the room on the disk.',
        ) from error  # fmt: skip
    return path


EpyNN.export_onnx = model_export_onnx  # a method of the class below, which knows of no ONNX


def as_onnx(
    layers: Sequence[Layer],
    shape: tuple[int, ...],
    dtype: str,
    inputs_as_nchw: bool = False,
    name: str = 'EpyNN',
    lengths: bool = False,
) -> Any:
    """Return layers that take samples of a shape as a model of ONNX, checked, all shapes noted."""
    twins = sized_twins(layers, shape, lengths)
    other = other_shapes(layers, shape, lengths)
    graph = Graph(dtype, any_steps=other is not None)
    X = Value('X', (1, *shape), inputs_as_nchw)
    whole = twins[0].takes_tokens and twins[0].checks_numbers
    read = write_mask(graph, X, whole) if lengths else X
    A = graph.channels_last(write_layers(graph, twins, read, '', 1))
    rename(graph, A.name, 'A')
    drop_unused(graph, 'A')
    kinds, note = onnx().TensorProto, onnx().helper.make_tensor_value_info
    taken, given = name_axes(X.shape, shape, other, 0), name_axes(A.shape, shape, other, 1)
    if inputs_as_nchw:
        taken = [taken[0], taken[-1], *taken[1:-1]]
    made = onnx().helper.make_graph(
        graph.nodes, name,
        [note('X', kinds.INT64 if whole else graph.kind, taken),
         *([note(graph.lengths, kinds.INT64, ['m'])] if lengths else [])],
        [note('A', graph.kind, given)],
        [onnx().numpy_helper.from_array(array, key) for key, array in graph.constants.items()],
    )  # fmt: skip
    file = onnx().helper.make_model(
        made, producer_name='epynn', producer_version=__version__, ir_version=IR,
        opset_imports=[onnx().helper.make_opsetid('', OPSET)],
    )  # fmt: skip
    file.metadata_props.add(key='epynn.sample', value=json.dumps(shape))
    file = onnx().shape_inference.infer_shapes(file, strict_mode=True, data_prop=True)
    onnx().checker.check_model(file, full_check=True)
    return file


def sized_twins(
    layers: Sequence[Layer], shape: tuple[int, ...], lengths: bool = False
) -> list[Layer]:
    """Return twins of layers that have seen one sample of that shape, and know all shapes by it.

    With `lengths` they have seen a mask, too, those that are given one.
    """
    twins = [layer.twin() for layer in layers]
    mask = np.arange(shape[0])[np.newaxis] < max(shape[0] - 1, 1) if lengths else None
    with carried_apart(twins), np.errstate(all='ignore'):
        pass_through(twins, np.zeros((1, *shape)), mask=mask, first=1)
    return twins


def other_shapes(
    layers: Sequence[Layer], shape: tuple[int, ...], lengths: bool
) -> list[tuple[int, ...]] | None:
    """Return what the shapes of input and output were with one step more, or less.

    None if samples are no sequences, or if the layers take as many steps alone.
    """
    inside = list(walk_layers(layers))
    tokens = any(layer.input_axes == TOKENS for layer in inside)
    by_steps = any(isinstance(layer, TimeDistributed) for layer in layers)
    if not (len(shape) == 2 or (len(shape) == 1 and tokens) or by_steps):
        return None
    if any(isinstance(layer, Sliding) and pads_by_steps(layer) for layer in inside):
        return None
    for s in (shape[0] + 1, shape[0] - 1):
        try:
            twins = sized_twins(layers, (s, *shape[1:]), lengths)
        except EpynnError:
            continue
        if s:
            return [(1, s, *shape[1:]), twins[-1].fs['A']]
    return None


def pads_by_steps(layer: Sliding) -> bool:
    """Return whether what pads an image or a signal depends on its size."""
    return layer.padding in SAME and max(layer.window.strides) > 1


def name_axes(
    shape: tuple[int, ...],
    sample: tuple[int, ...],
    others: list[tuple[int, ...]] | None,
    which: int,
) -> list[Any]:
    """Return the axes of input or output; those that were others with more steps are words."""
    axes: list[Any] = ['m', *shape[1:]]
    for i, other in enumerate(others[which] if others else ()):
        if other != shape[i]:
            axes[i] = 's' if shape[i] == sample[0] else 'n'
    return axes


def rename(graph: Graph, old: str, new: str) -> None:
    """Call an array by another name, wherever it stands."""
    for node in graph.nodes:
        for names in (node.input, node.output):
            names[:] = [new if name == old else name for name in names]


def drop_unused(graph: Graph, output: str) -> None:
    """Leave out nodes and constants that nobody reads: transpositions that cancel."""
    used, kept = {output}, []
    for node in reversed(graph.nodes):
        if used.intersection(node.output):
            inside = [each.input for body in node.attribute for each in body.g.node]
            used.update(node.input, *inside)
            if node.op_type in GATES:
                node.output[:] = [name if name in used else '' for name in node.output]
            kept.append(node)
    graph.nodes = kept[::-1]
    graph.constants = {name: array for name, array in graph.constants.items() if name in used}


def preprocessing(model: EpyNN) -> dict[str, Any]:
    """Return how the Embedding made samples and labels of the user's data, in words of JSON."""
    embedding, encode = model.embedding, Encoder().encode
    told: dict[str, Any] = {'version': __version__}
    if embedding.e2i:
        told['tokens'] = encode(list(embedding.e2i), 'tokens')
    if embedding.classes is not None:
        told['classes'] = encode(list(embedding.classes), 'y')
    if embedding.scale is not None:
        scale = embedding.scale
        told['scale'] = {
            'minimum': scale.minimum, 'span': scale.span, 'constant': scale.constant.tolist(),
        }  # fmt: skip
    return told
