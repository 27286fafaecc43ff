"""Activation: an activation function as a layer of its own."""
