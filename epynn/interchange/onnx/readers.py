"""Each operator as layers: the other way round than the writers."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from epynn.interchange.onnx.chain import Chain
from epynn.interchange.onnx.node import Node
from epynn.interchange.onnx.normalizing import read_grouped, read_normalized
from epynn.interchange.onnx.read_attention import read_attention
from epynn.interchange.onnx.read_dense import (
    read_add,
    read_divide,
    read_gemm,
    read_matmul,
    read_multiply,
    read_negative,
    read_scaler,
    read_subtract,
)
from epynn.interchange.onnx.read_normal import (
    read_batchnorm,
    read_cast,
    read_centered,
    read_gather,
    read_groupnorm,
    read_instancenorm,
    read_layernorm,
    read_prelu,
    read_rmsnorm,
    read_softmax,
    read_temperature,
)
from epynn.interchange.onnx.read_recurrent import read_last_step, read_recurrent
from epynn.interchange.onnx.read_scan import read_backwards, read_scan
from epynn.interchange.onnx.read_shapes import (
    read_dropout,
    read_flatten,
    read_identity,
    read_pad,
    read_reshape,
    read_slice,
    read_squeeze,
    read_transpose,
    read_unsqueeze,
)
from epynn.interchange.onnx.read_sliding import (
    read_convolution,
    read_global_pooling,
    read_pooling,
    read_reduction,
    read_smallest,
    read_transposed_convolution,
)
from epynn.interchange.onnx.read_steps import read_positions
from epynn.interchange.onnx.recognizing import read_function

PATTERNS: tuple[Callable[[Chain], bool], ...] = (
    read_attention, read_temperature, read_smallest, read_normalized, read_centered, read_grouped,
    read_last_step, read_backwards, read_positions, read_function,
)  # fmt: skip
"""What is tried on each array, before its nodes one by one: whether it went on."""
READERS: Mapping[str, Callable[[Chain, Node], None]] = MappingProxyType({
    'Add': read_add,
    'AveragePool': read_pooling,
    'BatchNormalization': read_batchnorm,
    'Cast': read_cast,
    'Conv': read_convolution,
    'ConvTranspose': read_transposed_convolution,
    'Div': read_divide,
    'Dropout': read_dropout,
    'Flatten': read_flatten,
    'Gather': read_gather,
    'GRU': read_recurrent,
    'Gemm': read_gemm,
    'GlobalAveragePool': read_global_pooling,
    'GlobalMaxPool': read_global_pooling,
    'GroupNormalization': read_groupnorm,
    'Identity': read_identity,
    'InstanceNormalization': read_instancenorm,
    'LSTM': read_recurrent,
    'LayerNormalization': read_layernorm,
    'MatMul': read_matmul,
    'MaxPool': read_pooling,
    'Mul': read_multiply,
    'Neg': read_negative,
    'RNN': read_recurrent,
    'Pad': read_pad,
    'PRelu': read_prelu,
    'RMSNormalization': read_rmsnorm,
    'ReduceMax': read_reduction,
    'ReduceMean': read_reduction,
    'ReduceMin': read_reduction,
    'Reshape': read_reshape,
    'Scaler': read_scaler,
    'Scan': read_scan,
    'Slice': read_slice,
    'Softmax': read_softmax,
    'Squeeze': read_squeeze,
    'Sub': read_subtract,
    'Transpose': read_transpose,
    'Unsqueeze': read_unsqueeze,
    'ZipMap': read_identity,
})  # fmt: skip
"""How a node that alone reads an array is read, by its operator."""
