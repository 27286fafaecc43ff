"""Networks read from files of ONNX: those of our own exporter, by every row of the layer table."""

import numpy as np
import pytest
from layer_table import ROWS
from moved import move_parameters

from epynn.interchange import read_onnx

onnx = pytest.importorskip('onnx')
export = pytest.importorskip('epynn.interchange.export')

TOLERANCES = {'float64': 1e-12, 'float32': 1e-5}


def read_file(file, folder, name='network.onnx'):
    (folder / name).write_bytes(file.SerializeToString())
    return read_onnx(folder / name)


@pytest.mark.parametrize('dtype', TOLERANCES)
@pytest.mark.parametrize(
    'row',
    ROWS,
    ids=lambda row: row.name,
)
def test_each_layer_comes_back(row, dtype, tmp_path):
    layer, X = row.make(), row.draw_input()
    layer.forward(X)
    move_parameters(layer)
    layer.training = False
    A = layer.twin().forward(X)
    model = read_file(export.as_onnx([layer], X.shape[1:], dtype), tmp_path)
    B = model.forward(X)
    assert B.shape == A.shape
    assert np.abs(A - B).max() <= TOLERANCES[dtype] * max(1, np.abs(A).max())
