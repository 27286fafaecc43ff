"""What makes the operations quick, for NumPy arrays of float32 or float64."""
