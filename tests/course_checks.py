"""What the checks of the CS231n notebooks share."""

import numpy as np

from epynn.coursework.cs231n.gradient_check import eval_numerical_gradient_array


def check(forward, backward, arrays, rng, tolerance=1e-8):
    """Compare the gradients of all arrays with central differences, as the notebooks do."""
    out, cache = forward(*arrays)
    dout = rng.standard_normal(out.shape)
    gradients = backward(dout, cache)
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    for array, gradient in zip(arrays, gradients, strict=True):
        numeric = eval_numerical_gradient_array(lambda _: forward(*arrays)[0], array, dout)
        assert gradient.shape == array.shape
        assert np.abs(numeric - gradient).max() <= tolerance
    return out, gradients
