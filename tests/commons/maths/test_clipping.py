"""Gradients clipped by their joint norm."""

import types

import numpy as np
import pytest

from epynn.commons.maths import (
    clip_gradient,
)

# ACTIVATION


def layer_with(**gradients):
    return types.SimpleNamespace(g={name: np.asarray(g) for name, g in gradients.items()})


def joint_norm(layer):
    return np.sqrt(sum(np.sum(np.square(g)) for g in layer.g.values()))


def test_clipping_scales_all_gradients_to_the_norm(rng):
    dW, db = rng.normal(size=(3, 4)), rng.normal(size=4)
    layer = layer_with(dW=dW, db=db)
    clip_gradient(layer)
    assert joint_norm(layer) == pytest.approx(0.25)
    assert list(layer.g) == ['dW', 'db']
    scale = layer.g['db'][0] / db[0]
    np.testing.assert_allclose(layer.g['dW'], dW * scale)
    np.testing.assert_allclose(layer.g['db'], db * scale)


def test_clipping_leaves_small_gradients_as_they_are(rng):
    dW = rng.normal(size=(3, 4))
    layer = layer_with(dW=dW)
    before = layer.g['dW']
    clip_gradient(layer, max_norm=100)
    assert layer.g['dW'] is before
    clip_gradient(layer_with(dW=np.zeros(3), db=np.zeros(0)))
    clip_gradient(layer_with())


@pytest.mark.parametrize('dtype', [np.float64, np.float32])
def test_clipping_survives_squares_that_overflow(dtype):
    layer = layer_with(dW=np.full(5, np.finfo(dtype).max), db=np.ones(2, dtype))
    with np.errstate(all='raise', under='ignore'):
        clip_gradient(layer, max_norm=2.0)
    assert joint_norm(layer) == pytest.approx(2.0)
    assert layer.g['dW'].dtype == dtype


@pytest.mark.parametrize('bad', [np.nan, np.inf])
def test_clipping_leaves_what_is_not_finite_for_the_check_in_training(bad):
    layer = layer_with(da=np.ones(2), dW=np.array([1.0, bad]), db=np.ones(2))
    clip_gradient(layer)
    np.testing.assert_array_equal(layer.g['dW'], [1.0, bad])
