"""Dropout: switch units off at random while training."""
