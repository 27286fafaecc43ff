"""LayerNorm: normalize the channels of each place by themselves."""
