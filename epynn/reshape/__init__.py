"""Reshape: give each sample other axes."""
