"""Networks read from files of ONNX."""

from pathlib import Path
from typing import Any

from epynn.commons.calls import in_words
from epynn.commons.memory import enough_memory
from epynn.commons.paths import as_path
from epynn.interchange.incoming import as_network
from epynn.interchange.onnx.chain import Chain, OtherLayout
from epynn.interchange.onnx.inputs import find_input, find_output
from epynn.interchange.onnx.loading import Tensors, load_file
from epynn.interchange.onnx.reading import ReadGraph
from epynn.interchange.onnx.walking import read_chain
from epynn.network.models import EpyNN


@in_words('read_onnx', method=False)
def read_onnx(path: str | Path, data: Any = None) -> EpyNN:
    """Read a network from a file of ONNX, of whatever program."""
    path = as_path(path, 'read_onnx(path)')
    where = f'read_onnx, {path.name}'
    file = load_file(path, where)
    with enough_memory('read_onnx', 'a few times the memory of the file', 'Free some.'):
        chain = read_layers(file, path.parent, where)
        return as_network(chain.layers, chain.first, where, path.stem, data)


def read_layers(file: Any, folder: Path, where: str) -> Chain:
    """Return the layers of a file; the input is as in the graph, else its channels come first."""
    graph = ReadGraph(file, Tensors(folder, where))
    try:
        return read_from(graph, file, False)
    except OtherLayout as error:
        try:
            return read_from(ReadGraph(file, Tensors(folder, where)), file, True)
        except OtherLayout:
            raise error from None


def read_from(graph: ReadGraph, file: Any, channels_first: bool) -> Chain:
    """Return the layers of a graph whose input has the channels behind the samples, or last."""
    name, sizes = find_input(graph, file)
    output = find_output(graph, file)
    axes = tuple(range(len(sizes) + 1))
    if channels_first and len(sizes) > 1:
        sizes = (*sizes[1:], sizes[0])
        axes = (0, len(sizes), *range(1, len(sizes)))
    chain = Chain(graph, name, sizes, axes, allowed=graph.before(output))
    read_chain(chain, output)
    return chain
