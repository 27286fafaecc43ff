"""Every loss with the gradient of its outputs; cross-entropies also behind their activation."""

from functools import partial
from itertools import product

import numpy as np
from parity import torch_losses as t
from parity.rows import LossRow

import epynn as e
from epynn.commons.bound_activation import BoundActivation

SHAPES = ((1, 2), (5, 3), (7, 1), (4, 6))
SEVERAL = ((1, 2), (5, 3), (4, 6))
"""Shapes of outputs; with several columns, for one class of several."""


# WHAT IS DRAWN: truth and outputs, ``f(rng, shape) -> Y, A``


def amounts(rng, shape):
    return rng.standard_normal(shape), 2 * rng.standard_normal(shape)


def above_minus_one(rng, shape):
    return 3 * rng.random(shape), 4 * rng.random(shape) - 0.9


def margins(rng, shape):
    """Truth of 0 and 1, and outputs on both sides of the margin."""
    return rng.integers(0, 2, shape).astype(float), 2 * rng.standard_normal(shape)


def yes_or_no(rng, shape):
    return rng.integers(0, 2, shape).astype(float), 0.05 + 0.9 * rng.random(shape)


def degrees(rng, shape):
    """Truth between yes and no."""
    return rng.random(shape), 0.05 + 0.9 * rng.random(shape)


def shares(rng, shape):
    """Outputs that sum up to 1 in each sample."""
    A = 0.05 + rng.random(shape)
    return A / A.sum(axis=1, keepdims=True)


def labels(rng, shape):
    return rng.integers(0, shape[1], (shape[0], 1)), shares(rng, shape)


def classes(rng, shape):
    Y, A = labels(rng, shape)
    return np.eye(shape[1])[Y[:, 0]], A


def mixtures(rng, shape):
    """Truth that is a probability of each class."""
    return shares(rng, shape), shares(rng, shape)


def several_classes(rng, shape):
    """Truth that does not sum up to 1, as where several classes are right."""
    return rng.random(shape), shares(rng, shape)


def logits(draw):
    """Draw truth as before, and what goes into the output activation."""

    def with_logits(rng, shape):
        return draw(rng, shape)[0], 3 * rng.standard_normal(shape)

    return with_logits


# ROWS


def losses_of_amounts():
    for shape in SHAPES:
        for name, draw, function in (
            ('MSE', amounts, partial(t.of_elements, name='mse_loss')),
            ('MAE', amounts, partial(t.of_elements, name='l1_loss')),
            ('MSLE', above_minus_one, t.msle),
            ('Hinge', margins, t.hinge),
        ):
            yield LossRow(f'{name} {shape}', getattr(e, name), shape, draw, function)
        for delta in (0.3, 1.0, 2.5):
            function = partial(t.of_elements, name='huber_loss', delta=delta)
            yield LossRow(f'Huber {delta} {shape}', e.Huber(delta), shape, amounts, function)


CROSS_ENTROPIES = (
    (e.CCE, classes, SEVERAL, t.cce, t.cce_of_logits, e.softmax),
    (e.CCE, mixtures, SEVERAL, t.cce, t.cce_of_logits, e.softmax),
    (e.CCE, several_classes, SEVERAL, t.cce, t.cce_of_logits, e.softmax),
    (e.ICCE, labels, SEVERAL, t.icce, t.icce_of_logits, e.softmax),
    (e.BCE, yes_or_no, SHAPES, t.bce, t.bce_of_logits, e.sigmoid),
    (e.BCE, degrees, SHAPES, t.bce, t.bce_of_logits, e.sigmoid),
)
"""Loss, truth, shapes; the loss of outputs and of logits in PyTorch, and the activation between."""


def cross_entropies():
    for (loss, draw, shapes, function, _, _), share in product(CROSS_ENTROPIES, (0, 0.1, 0.4)):
        for shape in shapes:
            yield LossRow(
                f'{loss.__name__} {draw.__name__} smoothing={share} {shape}',
                e.LabelSmoothing(loss, share) if share else loss,
                shape,
                draw,
                partial(function, share=share),
            )


def closed_forms():
    for (loss, draw, shapes, _, function, f), share in product(CROSS_ENTROPIES, (0, 0.2)):
        for shape, T in product(shapes, (1.0, 0.5, 3.0) if f is e.softmax else (None,)):
            options = {'share': share} if T is None else {'share': share, 'T': T}
            yield LossRow(
                f'{loss.__name__} {draw.__name__} {f.__name__} {T=} smoothing={share} {shape}',
                e.LabelSmoothing(loss, share) if share else loss,
                shape,
                logits(draw),
                partial(function, **options),
                BoundActivation(f, {'softmax_temperature': T} if T else None),
            )


ROWS = [*losses_of_amounts(), *cross_entropies(), *closed_forms()]
