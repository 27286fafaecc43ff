"""Model files of any contents, under a right seal: an attacker has it too."""

import json

import numpy as np
from safetensors.numpy import save

from epynn.files.description import collect_arrays, describe_network
from epynn.files.encoding import Encoder
from epynn.files.format import decode_file, encode_file, seal

WORDS = 150
"""Bytes of memory that a byte of the description may take: a few words make a layer."""


def encode(arrays, description):
    """Return the bytes of a file as epynn writes it."""
    return b''.join(encode_file(arrays, description))


def sealed(data):
    """Return a file that has a place for the seal, with the right one."""
    return b''.join(seal([data]))


def enclose(text, arrays=()):
    """Return a file around any arrays, and any text in the place of the description."""
    tensors = {name: np.asarray(array, order='C') for name, array in dict(arrays).items()}
    return sealed(save(tensors, metadata={'epynn': text, 'sha256': '0' * 64}))


def describe(description, **options):
    """Return the text of a description."""
    return json.dumps({'format': 1, **description}, **options)


def parts_of(path):
    """Return description and arrays of a file."""
    arrays, description = decode_file(path.read_bytes(), 'file')
    return description, arrays


def edit(path, change):
    """Let `change(description, arrays)` change a file, which is written again."""
    description, arrays = parts_of(path)
    change(description, arrays)
    path.write_bytes(enclose(json.dumps(description), arrays))


def allowed_memory(data):
    """Return how much memory the reading of a file may take: twice its size, and for its words."""
    return 2 * len(data) + WORDS * int.from_bytes(data[:8], 'little') + 1_000_000


def parts_of_network(model):
    """Return description, as JSON, and arrays of a network."""
    return json.dumps(describe_network(model, Encoder())), collect_arrays(model)


def nest(value, kind, depth):
    """Return a value inside of lists, tuples or dicts, as many as `depth`."""
    for _ in range(depth):
        value = (
            [value] if kind == 0 else {'tuple': [value]} if kind == 1 else {'dict': [[1, value]]}
        )
    return value
