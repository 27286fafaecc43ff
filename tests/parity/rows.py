"""What a row of the tables is: something of epynn, and the same in PyTorch, at the same numbers.

There are four kinds: a function, a layer, a loss, a network. Each has a `name`, and two methods
that return tensors by name: `ours()` computes them by epynn, `theirs()` by PyTorch and its
automatic differentiation. PyTorch is imported in `theirs()` alone, so that the tables do without.

All numbers are drawn from a stream whose seed is the name of the row: inputs, parameters - biases
too, which epynn starts at 0, where an error could hide - and the gradient of the output.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from epynn import EpyNN, Layer
from epynn.commons.bound_activation import BoundActivation
from epynn.commons.loss import output_gradient
from epynn.kernels.steps import zero_masked

DROPOUT_SEED = 7
"""Of the stream that a layer has in the forward pass which is compared."""


def stream(*words):
    """Return a generator of random numbers: the same for the same words, anywhere."""
    return np.random.Generator(np.random.PCG64(zlib.crc32(' '.join(words).encode())))


def to_torch(arrays, requires_grad=True):
    """Return arrays as tensors, by the same names."""
    import torch

    return {
        name: torch.tensor(array, requires_grad=requires_grad) for name, array in arrays.items()
    }


def to_numpy(tensor, like=None):
    """Return a tensor as an array; what nothing depends on has a gradient of zeros."""
    return np.zeros(like.shape) if tensor is None else tensor.detach().numpy()


@dataclass(frozen=True)
class FunctionRow:
    """An activation as a function, and its derivative: of softmax, the diagonal of the Jacobian.

    Attributes
    ----------
    name : str
        Says the options.
    function : function
        ``f(x, deriv=False)``.
    shape : tuple of int
        Of the argument.
    torch : function
        ``f(x)`` with tensors.
    """

    name: str
    function: Callable
    shape: tuple[int, ...]
    torch: Callable

    def ours(self):
        x = 2 * stream(self.name).standard_normal(self.shape)
        return {'f': self.function(x), "f'": self.function(x, deriv=True)}

    def theirs(self):
        import torch

        x = torch.tensor(2 * stream(self.name).standard_normal(self.shape))
        jacobian = torch.autograd.functional.jacobian(self.torch, x)
        diagonal = jacobian.reshape(x.numel(), x.numel()).diagonal().reshape(x.shape)
        return {'f': to_numpy(self.torch(x)), "f'": to_numpy(diagonal)}


@dataclass(frozen=True)
class LayerRow:
    """A layer: its output, the gradients of input and parameters, and the state it keeps.

    Attributes
    ----------
    name : str
        Says the options.
    make : function
        Makes the layer, a new one at each call.
    shape : tuple of int
        Of the input.
    torch : function
        ``f(X, p) -> A`` with tensors; `p` holds parameters and state by their names.
    training : bool
        In training or outside.
    below : int
        Inputs are whole numbers below this: tokens, or ties for a pooling; 0 for real numbers.
    tokens : bool
        Whether inputs have no gradient.
    clip : float
        Joint norm to which the gradients of the parameters are limited; 0 for no limit.
    lengths : tuple of int
        Steps of each sequence that are real, of those that are padded behind; () for all. Outputs
        at masked steps are compared as 0.
    vanishing : tuple of str
        Parameters whose gradients are 0 but for rounding, and compared as such.
    """

    name: str
    make: Callable[[], Layer]
    shape: tuple[int, ...]
    torch: Callable
    training: bool = True
    below: int = 0
    tokens: bool = False
    clip: float = 0
    lengths: tuple[int, ...] = ()
    vanishing: tuple[str, ...] = ()

    def round_off(self, g):
        """Return gradients by name, those that vanish rounded."""
        return {name: array.round(12) if name[1:] in self.vanishing else array
                for name, array in g.items()}  # fmt: skip

    def draw(self):
        """Return the layer with its parameters, ready for a forward pass, and input."""
        rng = stream(self.name)
        X = rng.integers(0, self.below, self.shape) if self.below else None
        X = rng.standard_normal(self.shape) if X is None else X if self.tokens else X.astype(float)
        layer = self.make()
        layer.dtype = np.dtype(float)  # tokens do not say
        layer.forward(X)  # draws parameters, which have their shapes now
        layer.p = {name: 0.7 * rng.standard_normal(p.shape) for name, p in layer.p.items()}
        layer.s = {name: 0.5 + rng.random(s.shape) for name, s in layer.s.items()}
        layer.np_rng = np.random.Generator(np.random.PCG64(DROPOUT_SEED))
        layer.training = self.training
        if self.lengths:
            layer.mask = np.arange(self.shape[1]) < np.array(self.lengths)[:, np.newaxis]
        return layer, X

    def draw_gradient(self, A):
        """Return a gradient for an output of that shape."""
        return stream(self.name, 'dA').standard_normal(tuple(A.shape))

    def ours(self, dtype=np.float64):
        layer, X = self.draw()
        if dtype != np.float64:
            X, layer.dtype = X.astype(dtype), np.dtype(dtype)
            layer.p = {name: p.astype(dtype) for name, p in layer.p.items()}
        A = layer.forward(X)
        dA, real = self.draw_gradient(A).astype(dtype), layer.output_mask()
        A, dA = zero_masked(A, real), zero_masked(dA, real)
        dX = layer.backward(dA)
        layer.compute_gradients()
        return {'A': A, 'dX': dX, **self.round_off(layer.g), **layer.s}

    def theirs(self):
        import torch

        layer, X = self.draw()
        p, s = to_torch(layer.p), to_torch(layer.s, requires_grad=False)
        tX = torch.tensor(X, requires_grad=not self.tokens)
        A = self.torch(tX, {**p, **s})
        A.backward(torch.tensor(self.draw_gradient(A)))
        g = {f'd{name}': to_numpy(t.grad, t) for name, t in p.items()}
        if self.clip:
            norm = np.sqrt(sum(np.sum(gradient**2) for gradient in g.values()))
            assert norm > self.clip, f'{self.name}: nothing to clip'
            g = {name: gradient * self.clip / norm for name, gradient in g.items()}
        return {
            'A': to_numpy(A), 'dX': to_numpy(tX.grad, tX), **self.round_off(g),
            **{name: to_numpy(t) for name, t in s.items()},
        }  # fmt: skip


@dataclass(frozen=True)
class LossRow:
    """A loss: that of each sample, and the gradient of the outputs.

    Attributes
    ----------
    name : str
        Says the options.
    loss : function
        ``f(Y, A, deriv=False)``.
    shape : tuple of int
        Of the outputs ``(m, U)``.
    draw : function
        ``f(rng, shape) -> Y, A``. With an output activation, A is what this takes.
    torch : function
        ``f(Y, A) -> loss of each sample`` with tensors.
    activate : BoundActivation
        Output activation, for the closed form of loss and activation together.
    """

    name: str
    loss: Callable
    shape: tuple[int, int]
    draw: Callable
    torch: Callable
    activate: BoundActivation | None = None

    def ours(self):
        Y, A = self.draw(stream(self.name), self.shape)
        if self.activate is None:
            return {'L': self.loss(Y, A), 'dA': self.loss(Y, A, deriv=True)}
        Z, A = A, self.activate(A)
        return {
            'L': self.loss(Y, A),
            'dZ': output_gradient(self.loss, self.activate, Y, A),
            'dZ by steps': self.activate.gradient(self.loss(Y, A, deriv=True), Z, A),
        }

    def theirs(self):
        import torch

        Y, A = self.draw(stream(self.name), self.shape)
        tA = torch.tensor(A, requires_grad=True)
        L = self.torch(torch.tensor(Y), tA)
        L.sum().backward()
        names = ['dA'] if self.activate is None else ['dZ', 'dZ by steps']
        return {'L': to_numpy(L), **dict.fromkeys(names, to_numpy(tA.grad))}


@dataclass(frozen=True)
class NetworkRow:
    """A network: its outputs, the loss it reports, and the gradients of one step of training.

    Attributes
    ----------
    name : str
        Says the options.
    draw : function
        ``f(rng) -> X, Y``.
    make : function
        ``f(X, Y) -> EpyNN``, initialized.
    outputs : function
        ``f(X, p) -> A`` with tensors; ``p['1.W']`` is ``W`` of layer 1.
    loss : function
        ``f(Y, A, p) -> number`` with tensors: the loss that is reported.
    """

    name: str
    draw: Callable
    make: Callable[..., EpyNN]
    outputs: Callable
    loss: Callable

    def draw_network(self):
        """Return the network with its parameters, and data."""
        rng = stream(self.name)
        X, Y = self.draw(rng)
        model = self.make(X, Y)
        for layer in model.layers:
            layer.p = {name: 0.7 * rng.standard_normal(p.shape) for name, p in layer.p.items()}
        return model, X, Y

    def ours(self):
        model, X, _ = self.draw_network()
        A = model.predict(X).A
        L = model.evaluate()[model.training_loss.__name__]['dtrain']
        model.train(1, verbose=0)  # one batch: g is that of all samples
        g = {
            f'{number}.{name}': gradient
            for number, layer in enumerate(model.layers)
            for name, gradient in layer.g.items()
        }
        return {'A': A, 'L': np.array([L]), **g}

    def theirs(self):
        import torch

        model, X, Y = self.draw_network()
        p = to_torch({
            f'{number}.{name}': array
            for number, layer in enumerate(model.layers)
            for name, array in layer.p.items()
        })  # fmt: skip
        A = self.outputs(torch.tensor(X), p)
        L = self.loss(torch.tensor(Y), A, p)
        L.backward()
        scale = len(X) if model.reduction == 'sum' else 1
        g = {}
        for name, tensor in p.items():
            number, of_layer = name.split('.', 1)
            g[f'{number}.d{of_layer}'] = scale * to_numpy(tensor.grad)
        return {'A': to_numpy(A), 'L': to_numpy(L.reshape(1)), **g}
