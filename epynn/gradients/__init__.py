"""Check gradients of layers and networks by central differences."""

from epynn.gradients.check import check_gradients as check_gradients
from epynn.gradients.result import GradientCheck as GradientCheck
from epynn.gradients.result import TensorCheck as TensorCheck
