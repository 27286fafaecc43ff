"""Cases that functions of ours compute: losses, optimizers, decisions, labels in columns."""

from types import SimpleNamespace

import numpy as np
from conformance.recorded import attributes, named_inputs, require

from epynn import (
    CCE,
    ICCE,
    Activation,
    Adagrad,
    Adam,
    Momentum,
    Nesterov,
    one_hot_encode,
    softmax,
)
from epynn.commons.loss import output_loss
from epynn.commons.metrics import decide


def rows_of(X):
    """Return arrays ``(m, classes, ...)`` with one row of classes a place: ``(M, classes)``."""
    return np.moveaxis(X, 1, -1).reshape(-1, X.shape[1])


def cross_entropy(node, inputs):
    """Compute SoftmaxCrossEntropyLoss: ICCE behind a softmax, from ``Z``."""
    found = [loss_of(node, inputs, lambda y, Z: output_loss(ICCE, last_softmax(), y, Z))]
    return [*found, log_softmax(inputs[0], 1)] if len(node.output) > 1 else found


def log_likelihood(node, inputs):
    """Compute NegativeLogLikelihoodLoss: ICCE of the outputs whose logarithms are given."""
    return [loss_of(node, inputs, lambda y, logA: ICCE(y, np.exp(logA)))]


def loss_of(node, inputs, loss):
    """Return the losses of all places, or their sum, or their mean.

    Weights are those of classes. What is ignored weighs nothing, and its label, which may be none,
    is not read. A mean is one over the weights; in a network, whose loss is one over the samples,
    it is that of weights whose mean is 1.
    """
    given = attributes(node)
    X, labels, weights = (*named_inputs(node, inputs), None)[:3]
    y = labels.reshape(-1)
    w = np.where(y == given.get('ignore_index'), 0, 1).astype(X.dtype)
    y = np.where(w == 0, 0, y)
    if weights is not None:
        w = w * weights[y]
    losses = w * loss(y, rows_of(X))
    if given['reduction'] == 'none':
        return losses.reshape(labels.shape)
    return losses.sum() if given['reduction'] == 'sum' else losses.sum() / w.sum()


def last_softmax():
    """Return the softmax of a layer, as the last one of a network has it."""
    return Activation(softmax).last_activation()


def log_softmax(X, axis):
    """Compute LogSoftmax along an axis: what CCE behind a softmax is, for each class, less than 0.

    From ``Z``, as a network reports its loss: exact however small the probability.
    """
    Z = np.moveaxis(X, axis, -1)
    rows = Z.reshape(-1, Z.shape[-1])
    classes = np.eye(Z.shape[-1], dtype=X.dtype)
    losses = [
        output_loss(CCE, last_softmax(), np.broadcast_to(each, rows.shape), rows)
        for each in classes
    ]
    return -np.moveaxis(np.stack(losses, axis=-1).reshape(Z.shape), -1, axis)


def log_probabilities(node, inputs):
    """Compute LogSoftmax, whose axis is the last by default."""
    return [log_softmax(inputs[0], attributes(node).get('axis', -1))]


def optimizer_step(node, inputs):
    """Compute one step of an optimizer, for all parameters of a node at a time."""
    R, T, *arrays = inputs
    given = attributes(node)
    make, moments = OPTIMIZERS[node.op_type]
    optimizer = make(given, int(T))
    # As many parameters as gradients, and as many of each moment
    n = len(arrays) // (2 + len(moments))
    p, g, *m = (arrays[i : i + n] for i in range(0, len(arrays), n))
    names = [f'W{k}' for k in range(n)]
    layer = SimpleNamespace(
        name=node.op_type, trainable=True, e=0, lrate=[float(R)],
        p=dict(zip(names, p, strict=True)),
        g={f'd{name}': array for name, array in zip(names, g, strict=True)},
        moments={
            name: {'t': LATE, **dict(zip(moments, held, strict=True))}
            for name, held in zip(names, zip(*m, strict=True), strict=True)
        },
    )  # fmt: skip
    optimizer.update(layer)
    return [*layer.p.values(), *(layer.moments[name][m] for m in moments for name in names)]


LATE = 10**9
"""A step so late that nothing is left of how Adam corrects its means."""


def momentum_of(given, T):
    require(T == 0 or given['beta'] == 1, 'the gradient is not scaled beside the velocity')
    kind = Momentum if given['mode'] == 'standard' else Nesterov
    return kind(momentum=given['alpha'], weight_decay=given['norm_coefficient'])


def adagrad_of(given, T):
    require(T == 0 or given['decay_factor'] == 0, 'the rate is for schedules to lower')
    return Adagrad(epsilon=given['epsilon'], weight_decay=given['norm_coefficient'])


def adam_of(given, T):
    require(T == 0, 'the epsilon stands before the correction')
    return Adam(
        beta1=given['alpha'], beta2=given['beta'], epsilon=given['epsilon'],
        weight_decay=given['norm_coefficient'],
    )  # fmt: skip


OPTIMIZERS = {
    'Momentum': (momentum_of, ['v']),
    'Adagrad': (adagrad_of, ['s']),
    'Adam': (adam_of, ['m', 'v']),
}
"""How each is made, and the moments that follow the gradients."""


def decision(node, inputs):
    """Compute ArgMax: the decisions of the library, the first of equals."""
    given, X = attributes(node), inputs[0]
    require(not given.get('select_last_index'), 'of equal outputs the first one decides')
    axis = given.get('axis', 0)
    Z = np.moveaxis(X, axis, -1)
    P = decide(Z.reshape(-1, Z.shape[-1])).reshape(Z.shape[:-1])
    return [np.expand_dims(P, axis) if given.get('keepdims', 1) else P]


def one_hot(node, inputs):
    """Compute OneHot by one_hot_encode."""
    labels, depth, (off, on) = inputs
    require((labels >= 0).all(), 'labels are not counted from the end')
    columns = [one_hot_encode(int(i), int(depth)) for i in labels.reshape(-1)]
    Y = np.array(columns).reshape(*labels.shape, int(depth))
    return [np.moveaxis(off + (on - off) * Y, -1, attributes(node).get('axis', -1))]
