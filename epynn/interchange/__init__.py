"""Networks that go elsewhere, and come from there: ONNX, PyTorch and Keras."""

from epynn.interchange.export import model_export_onnx as model_export_onnx
from epynn.interchange.from_torch import from_torch as from_torch
from epynn.interchange.keras_weights import keras_weights as keras_weights
from epynn.interchange.keras_weights import load_keras_weights as load_keras_weights
from epynn.interchange.read_onnx import read_onnx as read_onnx
from epynn.interchange.to_torch import to_torch as to_torch
from epynn.interchange.verify import Verification as Verification
from epynn.interchange.verify import model_verify as model_verify
from epynn.interchange.weights import load_weights as load_weights
from epynn.interchange.weights import save_weights as save_weights
