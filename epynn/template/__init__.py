"""Template: the smallest possible layer, the one to copy."""
