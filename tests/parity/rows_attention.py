"""Attention, PositionalEncoding, RMSNorm and Transformer."""

from functools import partial
from itertools import product

import numpy as np
from parity import torch_attention as t
from parity.rows import DROPOUT_SEED, LayerRow

import epynn as e

SHAPES = ((1, 2, 4), (3, 5, 6), (2, 8, 3))
HEADS = ((1, 4, None), (4, 8, None), (4, 8, 2), (6, 12, 1))
"""Heads, units, heads of keys and values."""
LENGTHS = (6, 2, 4)
SHIFT = {'vanishing': ('bk',)}
"""A bias of all keys shifts the scores of a query, and softmax does not see it."""


def attentions():
    """Scaled dot-product attention between products that are written out."""
    for shape, (heads, units, kv_heads), causal in product(SHAPES, HEADS, (False, True)):
        rotary = use_bias = (len(shape) + heads + shape[1] + causal) % 2 == 0
        options = {'causal': causal, 'kv_heads': kv_heads, 'rotary': rotary}
        yield LayerRow(
            f'Attention {heads} {units} {shape} {options}',
            partial(e.Attention, heads, units, use_bias=use_bias, **options),
            shape,
            partial(t.attention, heads=heads, **options),
            **({} if rotary else SHIFT),
        )
    for (heads, units, kv_heads), causal, rotary in product(HEADS, (False, True), (False, True)):
        options = {'causal': causal, 'kv_heads': kv_heads, 'rotary': rotary}
        yield LayerRow(
            f'Attention {heads} {units} {options} masked',
            partial(e.Attention, heads, units, **options),
            (3, 6, 5),
            partial(t.attention, heads=heads, lengths=LENGTHS, **options),
            lengths=LENGTHS,
            **({} if rotary else SHIFT),
        )


def dropouts():
    """Weights that are kept are drawn anew from the same stream."""
    for p, kv_heads, causal in product((0.2, 0.6), (None, 1), (False, True)):
        rng = np.random.Generator(np.random.PCG64(DROPOUT_SEED))
        dropped = (rng.random((3, 2, 5, 5)) > p) / (1 - p)
        options = {'causal': causal, 'kv_heads': kv_heads}
        yield LayerRow(
            f'Attention dropout={p} {options}',
            partial(e.Attention, 2, 4, dropout=p, **options),
            (3, 5, 3),
            partial(t.attention, heads=2, dropped=dropped, **options),
            **SHIFT,
        )


def modules():
    """PyTorch's own modules, with their masks."""
    for heads, causal, lengths in product((1, 2, 6), (False, True), ((), LENGTHS)):
        yield LayerRow(
            f'Attention MultiheadAttention {heads} {causal=} {lengths}',
            partial(e.Attention, heads, causal=causal),
            (3, 6, 6),
            partial(t.multihead, heads=heads, causal=causal, lengths=lengths),
            lengths=lengths,
            **SHIFT,
        )
    for f, norm, causal, lengths in product(
        (e.relu, e.gelu), ('pre', 'post'), (False, True), ((), LENGTHS)
    ):
        options = {'norm': norm, 'causal': causal}
        yield LayerRow(
            f'Transformer {f.__name__} {options} {lengths}',
            partial(e.Transformer, 2, 7, f, **options),
            (3, 6, 4),
            partial(
                t.encoder_layer, heads=2, units=7, activate=f.__name__, lengths=lengths, **options
            ),
            lengths=lengths,
            vanishing=('0.1.bk', '0.0.bk'),
        )


def blocks():
    for kv_heads, causal, rotary in product((None, 1), (False, True), (False, True)):
        options = {'causal': causal, 'kv_heads': kv_heads, 'rotary': rotary}
        yield LayerRow(
            f'Transformer block {options}',
            partial(e.Transformer, 3, 8, e.silu, **options),
            (2, 5, 6),
            partial(t.block, activate='silu', heads=3, **options),
            vanishing=() if rotary else ('0.1.bk',),
        )


def encodings():
    for kind, shape, lengths in product(
        ('sinusoidal', 'learned'), ((3, 6, 4), (3, 6, 5)), ((), LENGTHS)
    ):
        steps = 8 if kind == 'learned' else None
        yield LayerRow(
            f'PositionalEncoding {kind} {shape} {lengths}',
            partial(e.PositionalEncoding, kind, steps),
            shape,
            partial(t.positions, kind=kind, lengths=lengths),
            lengths=lengths,
        )


def rms_norms():
    for shape, epsilon in product(
        ((6, 4), (3, 5, 4), (2, 3, 5, 4), (1, 4, 3, 4), (1, 9)), (1e-5, 0.1)
    ):
        yield LayerRow(
            f'RMSNorm {shape} {epsilon=}',
            partial(e.RMSNorm, epsilon),
            shape,
            partial(t.rms_norm, epsilon=epsilon),
        )


ROWS = [*attentions(), *dropouts(), *modules(), *blocks(), *encodings(), *rms_norms()]
