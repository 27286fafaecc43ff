"""What a file says of the Embedding: what it knows of tokens, labels and scale, and no data."""

from collections.abc import Callable
from typing import Any

from epynn.commons.io.scaling import FeatureScale
from epynn.commons.targets import KINDS
from epynn.files.decoding import Decoder
from epynn.kernels.arrays import ndarray


def describe_embedding(embedding: Any, encode: Callable[[Any, str], Any]) -> dict[str, Any]:
    """Return how an Embedding encodes, labels and scales."""
    classes, scale = embedding.classes, embedding.scale
    return {
        'layer': encode(embedding, 'layers[0]')['layer'],
        'settings': encode(embedding.se_dataset, 'Embedding'),
        'tokens': encode(list(embedding.e2i), 'tokens'),
        'classes': encode(None if classes is None else list(classes), 'y'),
        'targets': embedding.targets,
        'features': encode(embedding.features, 'features'),
        'scale': None if scale is None else [scale.minimum, scale.span],
    }


def restore_embedding(record: Any, decoder: Decoder) -> Any:
    """Return an Embedding without data that encodes and labels as the saved one did."""
    field, decode, require = decoder.field, decoder.decode, decoder.require
    settings = decode(field(record, 'settings', dict))
    make = decoder.look_up_layer(field(record, 'layer', str))
    require(make.holds_data, 'an Embedding', make)
    embedding: Any = decoder.build(make)
    # Settings are those of the constructor but for the data, which files do not hold.
    complete = isinstance(settings, dict) and settings.keys() == embedding.se_dataset.keys()
    require(complete, 'the settings of an Embedding', settings)
    embedding = decoder.build(make, **settings)
    tokens = [decode(token) for token in field(record, 'tokens', list)]
    embedding.e2i = decoder.build(lambda: {token: i for i, token in enumerate(tokens)})
    require(len(embedding.e2i) == len(tokens), 'each token once', tokens)
    embedding.i2e = dict(enumerate(tokens))
    embedding.classes = decode(field(record, 'classes', list, type(None)))
    # Files of earlier versions do not say these two
    embedding.features, embedding.targets = decode(record.get('features')), record.get('targets')
    require(isinstance(embedding.features, list | None), 'names of features', embedding.features)
    known = embedding.targets in (None, *KINDS)
    require(known, f'targets {", ".join(KINDS)}', embedding.targets)
    return embedding


def restore_scale(
    record: Any, constant: ndarray | None, shape: tuple[int, ...], decoder: Decoder
) -> FeatureScale | None:
    """Return the scale that an Embedding of samples of that shape remembered, if it did."""
    numbers = decoder.field(record, 'scale', list, type(None))
    if numbers is None and constant is None:
        return None
    fits = (
        numbers is not None
        and list(map(type, numbers)) == [float, float]
        and numbers[1] >= 0
        and constant is not None
        and constant.dtype.kind == 'b'
        and constant.shape == shape
    )
    decoder.require(fits, f'a scale of two numbers and an array of bool {shape}', numbers)
    return FeatureScale(numbers[0], numbers[1], constant)  # type: ignore[arg-type]
