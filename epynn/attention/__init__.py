"""Attention: each step looks at all steps, and takes of them what it needs."""
