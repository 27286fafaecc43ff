"""What the layers share. A layer is given its inputs and outputs again when it goes backward."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from epynn.commons.errors import ShapeError
from epynn.commons.maths.floating import floating
from epynn.coursework.mlp.penalties import Penalty
from epynn.kernels.arrays import ndarray


class Layer(ABC):
    """Base of all layers: forward from inputs, backward from gradients of outputs."""

    @abstractmethod
    def fprop(self, inputs: ndarray) -> ndarray:
        """Return the outputs for a batch of inputs; the batch is the first axis of both."""

    @abstractmethod
    def bprop(self, inputs: ndarray, outputs: ndarray, grads_wrt_outputs: ndarray) -> ndarray:
        """Return the gradients of the inputs, from those of the outputs, of the same shape."""


class LayerWithParameters(Layer):
    """Base of the layers that learn.

    A class names its parameters in ``param_names``: for ``'kernels'`` an instance has the arrays
    ``kernels``, and ``kernels_penalty``, a penalty or None.
    """

    param_names: ClassVar[tuple[str, ...]]

    @abstractmethod
    def grads_wrt_params(self, inputs: ndarray, grads_wrt_outputs: ndarray) -> list[ndarray]:
        """Return the gradients of loss and penalties, one a parameter, in the order of `params`."""

    @property
    def params(self) -> list[ndarray]:
        """The parameters themselves, not copies; integer arrays are set as float64."""
        return [getattr(self, name) for name in self.param_names]

    @params.setter
    def params(self, values: Sequence[ndarray]) -> None:
        shapes = [param.shape for param in self.params]
        arrays = [floating(value) for value in values]
        if [array.shape for array in arrays] != shapes:
            raise ShapeError(
                f'{type(self).__name__}.params',
                ', '.join(
                    f'{name} {shape}' for name, shape in zip(self.param_names, shapes, strict=True)
                ),
                ', '.join(str(array.shape) for array in arrays),
                'Give one array a parameter, in this order.',
            )
        for name, array in zip(self.param_names, arrays, strict=True):
            setattr(self, name, array)

    @property
    def penalties(self) -> list[Penalty | None]:
        """The penalties, in the order of `params`; None where there is none."""
        return [getattr(self, f'{name}_penalty') for name in self.param_names]

    def params_penalty(self) -> float:
        """Return the sum of the penalties of all parameters."""
        pairs = zip(self.penalties, self.params, strict=True)
        return sum((penalty(param) for penalty, param in pairs if penalty is not None), 0.0)

    def add_penalty_grads(self, grads: Sequence[ndarray]) -> list[ndarray]:
        """Return the gradients of the loss plus those of the penalties, a new list."""
        triples = zip(grads, self.penalties, self.params, strict=True)
        return [
            grad if penalty is None else grad + penalty.grad(param)
            for grad, penalty, param in triples
        ]
