"""GroupNorm: normalize groups of channels, each sample by itself."""
