"""PositionalEncoding: tell each step where it is in its sequence."""
