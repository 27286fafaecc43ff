"""What other programs compute from files of ONNX, beside what the layers compute."""

import numpy as np
import pytest

from epynn.commons.models import run_layer

TOLERANCES = {'float64': 1e-12, 'float32': 1e-5}
"""Relative to the largest number: of the evaluator of onnx, and of onnxruntime."""


def run(file, X, lengths=None):
    """Return what onnxruntime makes of samples, or in float64 the evaluator."""
    onnx = pytest.importorskip('onnx')
    evaluating = pytest.importorskip('epynn.interchange.onnx.evaluating')
    kind = file.graph.input[0].type.tensor_type.elem_type
    feeds = {'X': X.astype(onnx.helper.tensor_dtype_to_np_dtype(kind))}
    if lengths is not None:
        feeds['lengths'] = np.asarray(lengths)
    if file.graph.output[0].type.tensor_type.elem_type == onnx.TensorProto.DOUBLE:
        return evaluating.evaluate(file, **feeds)
    onnxruntime = pytest.importorskip('onnxruntime')
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(file.SerializeToString(), options)
    return session.run(None, feeds)[0]


def assert_same(layers, X, dtype, others=(), lengths=None, **how):
    """Compare what layers compute with what their file computes, for other samples, too."""
    export = pytest.importorskip('epynn.interchange.export')
    file = export.as_onnx(layers, X.shape[1:], dtype, lengths=lengths is not None, **how)
    for part in (X, X[:1], *others):
        ends = None if lengths is None else lengths[: len(part)]
        mask = None if ends is None else np.arange(part.shape[1]) < np.asarray(ends)[:, np.newaxis]
        A, real = part, mask
        for layer in layers:
            A, real = run_layer(layer.twin(), A, real)
        given = part.transpose(0, 3, 1, 2) if how.get('inputs_as_nchw') else part
        if mask is not None:  # nobody reads what stands at steps that pad
            given = np.where(mask.reshape(*mask.shape, *[1] * (part.ndim - 2)), part, 99)
        B = run(file, given, ends)
        assert B.dtype == dtype
        A, B = (A, B) if real is None else (A[real], B[real])
        assert np.abs(A - B).max() <= TOLERANCES[dtype] * max(1, np.abs(A).max())
    return file
