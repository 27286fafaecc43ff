"""Networks written as files of ONNX."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from epynn.commons.arguments import as_choice, as_flag
from epynn.commons.calls import in_words
from epynn.commons.errors import ArgumentError
from epynn.commons.models import Layer
from epynn.commons.paths import as_path
from epynn.files.atomic import write_atomically
from epynn.files.encoding import Encoder
from epynn.interchange.extras import onnx
from epynn.interchange.onnx.graph import Graph, Value
from epynn.interchange.onnx.nodes import write_layers
from epynn.network.carrying import carried_apart
from epynn.network.forward import pass_through
from epynn.network.models import EpyNN
from epynn.network.ownership import require_initialized
from epynn.version import __version__

OPSET, IR = 22, 10
"""Versions of the operators and of the file, which the runtimes of 2025 and later read."""


@in_words('EpyNN.export_onnx', "Write model.export_onnx('network.onnx').")
def model_export_onnx(
    model: EpyNN, path: str | Path, dtype: str = 'float32', inputs_as_nchw: bool = False
) -> Path:
    """Write the network as a file of ONNX, for other programs to predict with.

    Every layer is there, by its operators; arrays are named by layer and symbol, ``2.Dense.Z``. The
    batch axis is free. Images stay channels-last going in, and coming out; in between, each
    stretch of layers that ONNX computes channels-first has one transposition at either end.

    The network takes samples as the Embedding encoded and scaled them. How it did is in the
    metadata of the file: ``epynn.tokens``, ``epynn.classes`` and ``epynn.scale``, in JSON.

    Parameters
    ----------
    path : str
        File to write; one that exists is replaced.
    dtype : str, optional
        ``'float32'`` or ``'float64'``: the data type of all arrays but whole numbers.
    inputs_as_nchw : bool, optional
        Take images as ``(m, d, h, w)``, channels first.

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
        If a layer or an activation function has no counterpart in ONNX.
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
    file = as_onnx(model.layers[1:], shape, dtype, inputs_as_nchw, model.name)
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
) -> Any:
    """Return layers that take samples of a shape as a model of ONNX, checked, all shapes noted."""
    helper, kinds = onnx().helper, onnx().TensorProto
    twins = sized_twins(layers, shape)
    X = Value('X', (1, *shape), inputs_as_nchw)
    graph = Graph(dtype)
    A = graph.channels_last(write_layers(graph, twins, X, '', 1))
    rename(graph, A.name, 'A')
    drop_unused(graph, 'A')
    kind = helper.np_dtype_to_tensor_dtype(graph.dtype)
    whole = kinds.INT64 if twins[0].takes_tokens and twins[0].checks_numbers else kind
    inputs = [shape[-1], *shape[:-1]] if inputs_as_nchw else shape
    made = helper.make_graph(
        graph.nodes, name,
        [helper.make_tensor_value_info('X', whole, ['m', *inputs])],
        [helper.make_tensor_value_info('A', kind, ['m', *A.shape[1:]])],
        [onnx().numpy_helper.from_array(array, key) for key, array in graph.constants.items()],
    )  # fmt: skip
    file = helper.make_model(
        made, producer_name='epynn', producer_version=__version__, ir_version=IR,
        opset_imports=[helper.make_opsetid('', OPSET)],
    )  # fmt: skip
    file = onnx().shape_inference.infer_shapes(file, strict_mode=True, data_prop=True)
    onnx().checker.check_model(file, full_check=True)
    return file


def sized_twins(layers: Sequence[Layer], shape: tuple[int, ...]) -> list[Layer]:
    """Return twins of layers that have seen one sample of that shape, and know all shapes by it."""
    twins = [layer.twin() for layer in layers]
    with carried_apart(twins), np.errstate(all='ignore'):
        pass_through(twins, np.zeros((1, *shape)))
    return twins


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
            used.update(node.input)
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
