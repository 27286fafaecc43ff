"""What the tests of RNN, LSTM and GRU share."""

import numpy as np


def draw_parameters(layer, X, rng):
    """Draw the parameters, and biases that are not 0, where an error could hide.

    All are halved, so that states stay small with activations that have no bounds.
    """
    layer.forward(X)
    for name, p in layer.p.items():
        layer.p[name] = (rng.standard_normal(p.shape) if name[0] == 'b' else p).astype(p.dtype) / 2
    return layer


def run(layer, X, dA=None, seed=4):
    """Pass forward and backward, compute the gradients; return A and dX."""
    A = layer.forward(X)
    if dA is None:
        dA = np.random.default_rng(seed).standard_normal(A.shape).astype(A.dtype)
    dX = layer.backward(dA)
    layer.compute_gradients()
    return A, dX


def check_against_torch(layer, X, rng, outputs, record_property, tolerance=1e-10):
    """Compare output and all gradients with those of a function of torch tensors.

    Parameters
    ----------
    layer : Layer
        Sequences or not.
    X : ndarray
        Input, float64.
    rng : Generator
        For the biases and the gradient of the output.
    outputs : function
        ``f(X, p)``: all states ``(m, s, u)`` from the input and a dictionary of parameters.
    record_property : function
        The fixture of pytest.
    tolerance : float, optional
        Largest difference.
    """
    import torch

    draw_parameters(layer, X, rng)
    tX = torch.tensor(X, requires_grad=True)
    tp = {name: torch.tensor(p, requires_grad=True) for name, p in layer.p.items()}
    tA = outputs(tX, tp)
    tA = tA if layer.sequences else tA[:, -1]
    dA = rng.standard_normal(tuple(tA.shape))
    tA.backward(torch.tensor(dA))

    A, dX = run(layer, X, dA)
    pairs = {'A': (A, tA.detach()), 'dX': (dX, tX.grad)}
    pairs |= {f'd{name}': (layer.g[f'd{name}'], tp[name].grad) for name in layer.p}
    errors = {name: float(np.abs(a - t.numpy()).max()) for name, (a, t) in pairs.items()}
    record_property('worst', max(errors.values()))
    assert max(errors.values()) <= tolerance, errors
