"""Each operation in the shortest NumPy that is right, for arrays of any library that follows it."""
