"""Convolution: filters that slide over images."""
