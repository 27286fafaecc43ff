"""Convolution1D: filters that slide along signals."""
