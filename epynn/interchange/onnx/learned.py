"""What export_onnx noted of the Embedding: tokens, labels and scale."""

import json
from typing import Any

import numpy as np

from epynn.embedding.models import Embedding
from epynn.files.decoding import Decoder
from epynn.files.description import restore_scale

LONGEST = 10_000_000
"""Characters of a note."""


def read_learned(file: Any, where: str, shape: tuple[int, ...]) -> Embedding | None:
    """Return an Embedding that encodes and scales samples as that of the exported network did.

    None for a file without notes.
    """
    told = {
        entry.key.removeprefix('epynn.'): entry.value
        for entry in file.metadata_props
        if entry.key in ('epynn.tokens', 'epynn.classes', 'epynn.scale')
    }
    if not told:
        return None
    decoder = Decoder(f'{where}, metadata', ())
    try:
        notes = {name: json.loads(text) for name, text in told.items() if len(text) < LONGEST}
    except (ValueError, RecursionError):
        raise decoder.refuse('notes in JSON', 'other text') from None
    tokens, classes = (decode_list(notes.get(name), decoder) for name in ('tokens', 'classes'))
    scale = notes.get('scale')
    known = Embedding(
        X_encode=tokens is not None, Y_encode=classes is not None, X_scale=scale is not None
    )
    known.classes = classes
    if tokens is not None:
        known.e2i = decoder.build(lambda: {token: i for i, token in enumerate(tokens)})
        decoder.require(len(known.e2i) == len(tokens), 'each token once', tokens)
        known.i2e = dict(enumerate(tokens))
    if scale is not None:
        whole = isinstance(scale, dict) and set(scale) == {'minimum', 'span', 'constant'}
        decoder.require(whole, 'a scale: minimum, span, constant', scale)
        constant = decoder.build(np.array, scale['constant'])
        numbers = [float(scale[name]) if type(scale[name]) in (int, float) else scale[name]
                   for name in ('minimum', 'span')]  # fmt: skip
        known.scale = restore_scale({'scale': numbers}, constant, shape, decoder)
    return known


def decode_list(value: Any, decoder: Decoder) -> list[Any] | None:
    """Return a list of tokens or labels, if there is one."""
    if value is None:
        return None
    decoder.require(isinstance(value, list), 'a list', value)
    try:
        return [decoder.decode(item) for item in value]
    except RecursionError:
        raise decoder.refuse('a list', 'one nested too deeply') from None
