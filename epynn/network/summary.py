"""What a network is made of, in words: a line a layer, or a table of its shapes and parameters."""

from typing import Any

from epynn.commons.calls import in_words
from epynn.commons.logs import WIDTH, show_table, text_table
from epynn.commons.models import Layer
from epynn.network.state import Network

DIMENSIONS = (
    'm', 'n', 's', 'e', 'h', 'w', 'd', 'u', 'fh', 'fw', 'sh', 'sw', 'ph', 'pw', 'oh', 'ow'
)  # fmt: skip
"""The order in which dimensions are shown; others follow."""


def describe_layer(layer: Layer) -> dict[str, Any]:
    """Return what the tables say of a layer: copies, so that later passes change nothing."""
    return {
        'name': layer.name,
        'activation': dict(layer.activation),
        'dimensions': dict(layer.d),
        'forward': {**layer.ps, **layer.fs},
        'backward': {
            **layer.bs,
            **{name: layer.g[name].shape for name in order_gradients(layer)},
        },
        'parameters': layer.count_parameters(),
        'layers': [describe_layer(inner) for inner in layer.children()],
    }


def order_gradients(layer: Layer) -> list[str]:
    """Return the names of the gradients in the order of the parameters."""
    names = [f'd{name}' for name in layer.p if f'd{name}' in layer.g]
    return [*names, *(name for name in layer.g if name not in names)]


def model_repr(model: Network) -> str:
    """Return what ``print`` shows: a line about the network, and one a layer."""
    parameters = sum(layer.count_parameters() for layer in model.layers)
    state = 'not initialized'
    if model.initialized:
        epochs = f'{model.epochs:,} epoch{"" if model.epochs == 1 else "s"}'
        state = f'{parameters:,} parameters, {epochs}, {model.dtype}'
    lines = [f'{number:>3}  {layer!r}' for number, layer in enumerate(model.layers)]
    return '\n'.join([f'{model.name}: {len(model.layers)} layers, {state}', *lines])


@in_words('EpyNN.summary')
def model_summary(model: Network) -> None:
    """Show the layers: activations, dimensions, shapes forward and backward, parameters.

    Shapes are those of the first training batch, which passed through at initialization. Nothing
    about the model changes.
    """
    headers = [
        '', 'Layer\nactivation', 'Dimen-\nsions', 'Forward\nshapes', 'Backward\nshapes',
        'Para-\nmeters',
    ]  # fmt: skip
    for longest in range(30, 10, -2):  # shapes are broken where the table is too wide otherwise
        rows = summary_rows(model, longest)
        if max(map(len, text_table(headers, rows).splitlines())) <= WIDTH:
            break
    total = sum(layer.count_parameters() for layer in model.layers)
    trained = sum(layer.count_parameters() for layer in model.layers if layer.trainable)
    footer = f'{total:,} parameters, {trained:,} of them trainable, {model.dtype}'
    if not model.initialized:
        footer += '\nNot initialized: shapes and parameters show after initialize().'
    show_table(headers, rows, f'{model.name}: {len(model.layers)} layers', footer)


def summary_rows(model: Network, longest: int) -> list[list[Any]]:
    """Return the row of each layer, shapes in lines of at most `longest` characters."""
    rows = []
    for number, layer in enumerate(model.layers):
        row = model.network.get(number) or without_shapes(describe_layer(layer))
        rows += layer_rows(row, f'{number}', longest)
    return rows


def layer_rows(row: dict[str, Any], place: str, longest: int) -> list[list[Any]]:
    """Return the row of a layer, and those of the layers inside it: 1, then 1.0, 1.1, 1.1.0."""
    activations = [
        name if argument == 'activate' else f'{argument.removeprefix("activate_")}: {name}'
        for argument, name in row['activation'].items()
    ]
    name = f'{"- " * place.count(".")}{row["name"]}'
    shapes = [
        {name: shape for name, shape in row[way].items() if not (row['layers'] and '.' in name)}
        for way in ('forward', 'backward')
    ]
    cells = [
        place,
        '\n'.join([name, *activations]),
        format_dimensions(row['dimensions']),
        *(format_shapes(each, longest) for each in shapes),
        f'{row["parameters"]:,}',
    ]
    inside = [layer_rows(each, f'{place}.{i}', longest) for i, each in enumerate(row['layers'])]
    return [cells, *(each for rows in inside for each in rows)]


def without_shapes(row: dict[str, Any]) -> dict[str, Any]:
    """Return what is known of a layer before its shapes are."""
    inside = [without_shapes(each) for each in row['layers']]
    return {**row, 'forward': {}, 'backward': {}, 'layers': inside}


def format_dimensions(dimensions: dict[str, int]) -> str:
    """Return dimensions one a line, a height and its width together: ``fh 3  fw 3``."""
    lines: list[str] = []
    known = [symbol for symbol in DIMENSIONS if symbol in dimensions]
    for symbol in [*known, *(symbol for symbol in dimensions if symbol not in known)]:
        if symbol.endswith('w') and symbol[:-1] + 'h' in dimensions:
            lines[-1] += f'  {symbol} {dimensions[symbol]}'
        else:
            lines.append(f'{symbol} {dimensions[symbol]}')
    return '\n'.join(lines)


def format_shapes(shapes: dict[str, tuple[int, ...]], longest: int) -> str:
    """Return shapes one a line, ``X (64,8,8,1)``: the input first, the output last."""
    lines = []
    for name, shape in sorted(shapes.items(), key=lambda item: (item[0] != 'X', item[0] == 'A')):
        line = f'{name} ('
        for size in str(shape)[1:].split(' '):
            if len(line + size) > longest:
                lines.append(line)
                line = '  '
            line += size
        lines.append(line)
    return '\n'.join(lines)
