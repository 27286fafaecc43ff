"""Check gradients by central differences.

``dL/dx = (L(x + h) - L(x - h)) / 2h``, an error of ``h^2`` from the curve and of ``eps / h`` from
rounding. In float64 with ``h = 1e-5`` both are about 1e-10, so that a right gradient passes 1e-7
with room to spare and a wrong one is off by far more.
"""

from dataclasses import dataclass

import numpy as np

STEP = 1e-5
TOLERANCE = 1e-7
FLOOR = 1e-2
"""Gradients of a smaller norm than this are compared in absolute terms."""


@dataclass(frozen=True)
class Comparison:
    """An analytic gradient against a numeric one: how far apart, and where it is worst."""

    layer: str
    tensor: str
    error: float
    index: tuple[int, ...]
    analytic: float
    numeric: float

    def __str__(self):
        return (
            f'{self.layer}: d{self.tensor} is off by {self.error:.1e} (relative error); worst at '
            f'index {self.index}, analytic {self.analytic:.9g}, numeric {self.numeric:.9g}'
        )


def numeric_gradient(f, x, R=None, step=STEP):
    """Return the gradient of ``sum(f() * R)`` with respect to `x`, which `f` reads.

    Parameters
    ----------
    f : function
        Computes an array or a number from `x`, without arguments.
    x : ndarray
        Changed in place, one element at a time, and put back.
    R : ndarray, optional
        Weights of the output, as if the gradient of a loss.
    step : float, optional
        Half the distance of the two points.

    Returns
    -------
    ndarray
        The gradient, of the shape of `x`.
    """
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        value = x[index]
        h = step * max(1.0, abs(value))
        above, below = value + h, value - h
        x[index] = above
        plus = np.array(f())  # a copy: the output may be x itself
        x[index] = below
        minus = np.array(f())
        x[index] = value
        change = (plus - minus) / (above - below)
        gradient[index] = np.sum(change if R is None else change * R)
    return gradient


def compare(layer, tensor, analytic, numeric):
    """Return how far two gradients are apart, relative to their norm."""
    if np.shape(analytic) != np.shape(numeric):
        raise AssertionError(
            f'{layer}: d{tensor} has shape {np.shape(analytic)}, not {np.shape(numeric)}'
        )
    if not np.size(analytic):
        return Comparison(layer, tensor, 0.0, (), 0.0, 0.0)
    difference = np.abs(analytic - numeric)
    norm = max(np.linalg.norm(analytic), np.linalg.norm(numeric), FLOOR)
    index = tuple(int(i) for i in np.unravel_index(np.argmax(difference), difference.shape))
    error = float(np.linalg.norm(difference) / norm)
    return Comparison(layer, tensor, error, index, float(analytic[index]), float(numeric[index]))


def check_layer(layer, X, training=True, seed=0, of_input=True):
    """Compare the gradients of a layer that stands alone: of its input and of each parameter.

    Random numbers that the layer draws in a forward pass are the same in every one.

    Parameters
    ----------
    layer : Layer
        With or without parameters drawn.
    X : ndarray
        Input, float64.
    training : bool, optional
        In training or outside.
    seed : int, optional
        Of the random numbers.
    of_input : bool, optional
        False for input that has no gradient, such as whole numbers.

    Returns
    -------
    list of Comparison
    """
    X = np.array(X)
    layer.training = training

    def forward():
        layer.np_rng = np.random.default_rng(seed)
        return layer.forward(X)

    forward()  # draws the parameters
    R = np.random.default_rng(seed + 1).standard_normal(forward().shape)
    dX = np.array(layer.backward(R))
    layer.compute_gradients()
    gradients = {name: np.array(layer.g[f'd{name}']) for name in layer.p if f'd{name}' in layer.g}
    checks = [compare(layer.name, 'X', dX, numeric_gradient(forward, X, R))] if of_input else []
    for name, gradient in gradients.items():
        checks.append(
            compare(layer.name, name, gradient, numeric_gradient(forward, layer.p[name], R))
        )
    return checks


def check_network(model, X, Y):
    """Compare the gradients of all parameters of a network with those of its loss.

    Parameters
    ----------
    model : EpyNN
        Initialized.
    X, Y : ndarray
        A batch and its labels.

    Returns
    -------
    list of Comparison
    """
    from epynn.network.backward import loss_gradient

    m = len(X) if model.reduction == 'mean' else 1
    states = [layer.np_rng.bit_generator.state for layer in model.layers]

    def outputs():
        for layer, state in zip(model.layers, states, strict=True):
            layer.np_rng.bit_generator.state = state
        return model.forward(X, training=True)

    model.backward(*loss_gradient(model, Y, outputs()))
    gradients = [{name: np.array(g) for name, g in layer.g.items()} for layer in model.layers]
    checks = []
    for number, layer in enumerate(model.layers):
        for name, parameter in layer.p.items():
            numeric = numeric_gradient(lambda: model.training_loss(Y, outputs()) / m, parameter)
            where = f'layer {number} {layer.name}'
            checks.append(compare(where, name, gradients[number][f'd{name}'], numeric))
    return checks


def require(checks, tolerance=TOLERANCE):
    """Fail, naming every gradient that is off, unless all errors are below the tolerance."""
    wrong = [str(check) for check in checks if not check.error <= tolerance]
    assert not wrong, '\n'.join(wrong)
