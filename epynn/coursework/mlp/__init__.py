"""Machine Learning Practical (Edinburgh): layers, initialisers and penalties, channels first.

The names are those of the course's package ``mlp``: ``from epynn.coursework.mlp.layers import
ConvolutionalLayer`` in place of ``from mlp.layers import ...``.
"""
