"""Pooling1D: keep the largest, smallest or mean value of each stretch of a signal."""
