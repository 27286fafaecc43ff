"""The shared vocabulary: base layer, data sets, functions, and words to the user."""
