"""Residual: a skip connection around a chain of layers."""
