"""Dense: the fully connected layer."""
