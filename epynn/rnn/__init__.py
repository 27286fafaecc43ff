"""RNN: a state that each step of a sequence updates."""
