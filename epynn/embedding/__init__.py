"""Embedding: the first layer, which holds the data and cuts it into sets and batches."""
