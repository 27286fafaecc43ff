"""Transformer: a block of attention and of layers at each step."""
