"""Wrong uses of Attention, PositionalEncoding and Transformer."""

import numpy as np

from epynn import Attention, PositionalEncoding, Transformer, relu
from epynn.commons.errors import ArgumentError, ArgumentTypeError, LayerError, ShapeError
from wrong_uses.shared import IMAGES, Wrong, make_images

STEPS = np.ones((2, 5, 6))


def carry(layer):
    layer.carries = True
    return layer.forward(STEPS)


ROWS = [
    Wrong('heads that do not divide the units', lambda: Attention(4, 10), ArgumentError,
          'Attention.units', 'a multiple of 4 for 4 heads', '10', 'Give units=12'),
    Wrong('heads that do not divide the elements', lambda: Attention(4).forward(STEPS), ShapeError,
          'Attention: elements of a step', 'a multiple of 4 for 4 heads', '6', 'Give units=8'),
    Wrong('rotary heads of an odd number of units', lambda: Attention(2, 6, rotary=True),
          ArgumentError, 'Attention.units', 'a multiple of 4 for 2 heads of pairs, which turn', '6',
          'Give units=8'),
    Wrong('no heads', lambda: Attention(0), ArgumentError, 'Attention.heads',
          'a whole number of at least 1', '0 (int)', 'Pass 1 or more'),
    Wrong('heads of keys that do not divide the heads', lambda: Attention(4, 8, kv_heads=3),
          ArgumentError, 'Attention.kv_heads', 'a number that divides the 4 heads', '3',
          'Each head of keys and values serves'),
    Wrong('all weights dropped', lambda: Attention(dropout=1), ArgumentError, 'Attention.dropout',
          'a number from 0, below 1', '1 (int)', 'Choose a number of that range'),
    Wrong('causal as a word', lambda: Attention(causal='yes'), ArgumentTypeError,
          'Attention.causal', 'True or False', "'yes' (str)", 'Pass one of the two'),
    Wrong('heads by the name of PyTorch', lambda: Attention(num_heads=4), ArgumentTypeError,
          'Attention', 'the arguments heads', 'num_heads=4', 'Here it is called heads'),
    Wrong('causal by the name of PyTorch', lambda: Attention(4, is_causal=True), ArgumentTypeError,
          'Attention', 'the arguments heads', 'is_causal=True', 'Here it is called causal'),
    Wrong('attention over features', lambda: Attention().forward(np.ones((2, 5))), ShapeError,
          'Attention', 'an input of 3 axes (m, s, e', '2 axes (2, 5)', 'sequences=True'),
    Wrong('attention over no steps', lambda: Attention().forward(np.ones((2, 0, 4))), ShapeError,
          'Attention', 'sequences of at least one step', '(2, 0, 4)', 'Leave out sequences'),
    Wrong('steps carried over that are seen before they come', lambda: carry(Attention(2)),
          LayerError, 'Attention', 'causal=True to carry steps over', 'causal=False',
          'Make it Attention(causal=True)'),
    Wrong('rotary positions as a layer', lambda: PositionalEncoding('rotary'), ArgumentError,
          'PositionalEncoding.kind', 'sinusoidal or learned', "'rotary'",
          'Attention(heads, rotary=True)'),
    Wrong('positions of an unknown kind', lambda: PositionalEncoding('sine'), ArgumentError,
          'PositionalEncoding.kind', 'one of sinusoidal, learned', "'sine'", 'Choose one'),
    Wrong('learned positions without a number', lambda: PositionalEncoding('learned'),
          ArgumentError, 'PositionalEncoding.steps', 'the most steps of a sequence', 'None',
          "PositionalEncoding('learned', steps=512)"),
    Wrong('a number of waves', lambda: PositionalEncoding(steps=9), ArgumentError,
          'PositionalEncoding.steps', 'none with sines and cosines', '9', 'Leave it out'),
    Wrong('more steps than learned positions',
          lambda: PositionalEncoding('learned', 4).forward(STEPS), ShapeError,
          'PositionalEncoding', 'at most 4 steps', '5', 'Give more of them'),
    Wrong('a block without units', lambda: Transformer(4), ArgumentTypeError, 'Transformer',
          'the argument units', 'none', 'Give units'),
    Wrong('a block of unknown norm', lambda: Transformer(4, 8, norm='first'), ArgumentError,
          'Transformer.norm', 'one of pre, post', "'first' (str)", 'Choose one of these names'),
    Wrong('a block by the names of PyTorch', lambda: Transformer(nhead=4, units=8),
          ArgumentTypeError, 'Transformer', 'the arguments heads', 'nhead=4',
          'Here it is called heads'),
    Wrong('an activation where units belong in a block', lambda: Transformer(4, relu),
          ArgumentTypeError, 'Transformer.units', 'a whole number of at least 1',
          'relu (function)', 'functions by name'),
    Wrong('attention of a Convolution',
          lambda: make_images().plot_attention(IMAGES, 1, False), ArgumentError,
          'EpyNN.plot_attention(layer)', 'a layer with attention weights', 'layer 1, Convolution',
          'Choose an Attention'),
]  # fmt: skip
