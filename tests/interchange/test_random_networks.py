"""Networks drawn at random, as files of ONNX: other programs compute the same from them.

EPYNN_NETWORKS is how many are drawn; many more than in a usual run find what is rare.
"""

import os

import pytest
from drawn_networks import KINDS, drawn_network
from onnx_runs import TOLERANCES, assert_same

import epynn
from epynn.commons.errors import LayerError, ShapeError
from epynn.commons.models import walk_layers

pytest.importorskip('onnx')
pytest.importorskip('onnxruntime')
NETWORKS = int(os.environ.get('EPYNN_NETWORKS', '60'))


@pytest.mark.parametrize('dtype', TOLERANCES)
@pytest.mark.parametrize('start', range(0, NETWORKS, 20))
def test_other_programs_compute_the_same(start, dtype):
    of_lengths = 0
    for number in range(start, start + 20):
        X, layers, kind = drawn_network(number)
        assert_same(layers, X, dtype)
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
