"""The network: chains the layers, owns training and evaluation, and passes settings down."""
