"""Tokens: a trainable row of numbers for each token."""
