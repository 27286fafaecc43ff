"""The route of a mask: from layer to layer, as far as steps go; refused where nobody heeds it."""

import numpy as np
import pytest

from epynn import Activation, Dense, Flatten, Layer, Residual, Template, relu
from epynn.commons.errors import LayerError, ShapeError
from epynn.commons.models import run_layer
from epynn.template.backward import template_backward
from epynn.template.forward import template_forward
from epynn.template.parameters import template_compute_shapes

X = np.random.default_rng(0).normal(size=(3, 4, 2))
mask = np.arange(4) < np.array([[4], [2], [3]])


def test_a_mask_goes_through_layers_and_composites():
    layer = Residual([Template(), Residual([Activation(relu)])])
    _A, out = run_layer(layer, X, mask)
    assert out is mask
    assert layer.layers[1].layers[0].mask is mask
    _, out = run_layer(layer, X, None)
    assert out is None
    assert layer.layers[1].layers[0].mask is None


def test_a_layer_that_cannot_leave_out_steps_says_so():
    with pytest.raises(
        LayerError, match=r'Flatten: expected sequences of one length.*3 of 12 steps'
    ):
        run_layer(Flatten(), X, mask)


def test_a_class_of_its_own_passes_has_to_say_that_it_heeds_masks():
    class Own(Template):
        def forward(self, A):
            return template_forward(self, A)

    with pytest.raises(LayerError, match='honours_mask = True'):
        run_layer(Own(), X, mask)
    Own.honours_mask = True
    assert run_layer(Own(), X, mask)[1] is mask

    class Scratch(Layer):
        compute_shapes = template_compute_shapes
        forward = template_forward
        backward = template_backward

    with pytest.raises(LayerError, match='honours_mask = True'):
        run_layer(Scratch(), X, mask)


@pytest.mark.parametrize('wrong', [mask.astype(int), mask[:, :3], mask[0]])
def test_a_mask_that_does_not_fit_is_refused(wrong):
    with pytest.raises(ShapeError, match=r'Template.mask: expected True or False for each step'):
        run_layer(Template(), X, wrong)


def test_shapes_inside_are_found_without_the_mask_of_the_batch_before():
    layer = Residual([Template()])
    run_layer(layer, X, mask)
    run_layer(layer, X[:2, :3], mask[:2, :3])
    assert Dense(2).mask is None
