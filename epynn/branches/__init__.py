"""Parallel: branches of layers side by side, and one output of theirs."""
