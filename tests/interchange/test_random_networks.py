"""Networks drawn at random, as files of ONNX: others compute the same, and they come back.

EPYNN_NETWORKS is how many are drawn; many more than in a usual run find what is rare.
"""

import os

import numpy as np
import pytest
from drawn_networks import KINDS, drawn_network
from onnx_runs import TOLERANCES, assert_same

import epynn
from epynn.commons.errors import LayerError, ShapeError
from epynn.commons.models import walk_layers
from epynn.interchange import read_onnx
from epynn.network.forward import pass_through

pytest.importorskip('onnx')
pytest.importorskip('onnxruntime')
NETWORKS = int(os.environ.get('EPYNN_NETWORKS', '60'))


@pytest.mark.parametrize('dtype', TOLERANCES)
@pytest.mark.parametrize('start', range(0, NETWORKS, 20))
def test_other_programs_compute_the_same_and_they_come_back(start, dtype, tmp_path):
    of_lengths = 0
    for number in range(start, start + 20):
        X, layers, kind = drawn_network(number)
        file = assert_same(layers, X, dtype)
        (tmp_path / 'network.onnx').write_bytes(file.SerializeToString())
        A = pass_through([layer.twin() for layer in layers], X)
        B = read_onnx(tmp_path / 'network.onnx').forward(X)
        assert A.shape == B.shape
        assert np.abs(A - B).max() <= TOLERANCES[dtype] * max(1, np.abs(A).max())
        if kind not in ('features', 'images'):
            try:
                assert_same(layers, X, dtype, lengths=[X.shape[1], 1, 3][: len(X)])
                of_lengths += 1
            except (LayerError, ShapeError):  # a layer that cannot leave out steps
                continue
    assert of_lengths > 3


def test_every_layer_is_drawn():
    drawn = [drawn_network(number) for number in range(60)]
    assert {kind for _, _, kind in drawn} == set(KINDS)
    layers = {type(layer) for _, chain, _ in drawn for layer in walk_layers(chain)}
    there = {
        each for each in vars(epynn).values()
        if isinstance(each, type) and issubclass(each, epynn.Layer)
    }  # fmt: skip
    assert layers >= there - {epynn.Layer, epynn.Embedding}
