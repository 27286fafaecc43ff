"""Layers, weights and training steps as Keras has them."""
