"""Loss functions, their gradients, and the closed forms of loss and output activation together.

``f(Y, A)`` is the loss of each sample, ``(m,)``; ``f(Y, A, deriv=True)`` is the gradient of those
losses with respect to ``A``, ``(m, U)``. There is no mean over the batch here: whoever adds the
samples up decides. ``Y`` is the truth, ``A`` the output, both ``(m, U)``: m samples, U outputs. Of
steps, ``(m, s, U)``, the loss is that of each, ``(m, s)``.

All are finite and silent for outputs over the whole finite range. Where a number would pass the
largest finite one, it saturates there. Logarithms are taken at no less than the smallest normal
number of the dtype, and that of ``1 - A`` in BCE at no less than the distance of the dtype below 1;
where such a bound acts the loss as computed is flat, and its gradient is 0. Networks report their
loss from ``Z`` where it has a closed form (:func:`output_loss`), which needs no bound.

=======================  =========================================  =======================
MSE, MAE, MSLE           amounts                                    any output
Huber                    amounts, with outliers                     any output
CCE                      one class, as one-hot columns              softmax
ICCE                     one class, as an integer                   softmax
BCE                      yes or no, each column                     sigmoid
Hinge                    yes or no, each column, as 0 and 1         identity
=======================  =========================================  =======================

Losses with settings are objects: ``Huber(delta=0.5)``, ``LabelSmoothing(CCE, 0.1)``. A loss of your
own is a plain function ``f(Y, A, deriv=False)``.
"""

from epynn.commons.loss.classification import BCE, CCE, ICCE, Hinge, LabelSmoothing
from epynn.commons.loss.closed_forms import output_gradient, output_loss
from epynn.commons.loss.known_losses import (
    loss_functions,
    takes_labels,
    takes_one_class,
    takes_probabilities,
    takes_shares,
)
from epynn.commons.loss.regression import MAE, MSE, MSLE, Huber
from epynn.commons.loss.truth import LossFunction

__all__ = [
    'BCE', 'CCE', 'ICCE', 'MAE', 'MSE', 'MSLE', 'Hinge', 'Huber', 'LabelSmoothing',
    'LossFunction', 'loss_functions', 'output_gradient', 'output_loss', 'takes_labels',
    'takes_one_class', 'takes_probabilities', 'takes_shares',
]  # fmt: skip
