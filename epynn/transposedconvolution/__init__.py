"""TransposedConvolution: the adjoint of a convolution, which makes images larger."""
