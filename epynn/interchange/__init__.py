"""Networks that go elsewhere, and come from there: ONNX."""

from epynn.interchange.export import model_export_onnx as model_export_onnx
