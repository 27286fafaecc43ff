"""BatchNorm: normalize each channel over the batch."""
