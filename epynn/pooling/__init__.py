"""Pooling: keep the largest, smallest or mean value under each window."""
