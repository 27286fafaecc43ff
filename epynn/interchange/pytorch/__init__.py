"""Layers as modules of PyTorch."""
