"""Bidirectional: two recurrent layers, one of which reads the steps backwards."""
