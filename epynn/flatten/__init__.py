"""Flatten: images or sequences become rows of features."""
