"""The shared vocabulary: base layer, data sets, functions, files and words to the user."""
