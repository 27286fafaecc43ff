"""Losses and optimizers that Keras's tests call, as Keras calls them, computed by ours."""

from collections import Counter
from types import SimpleNamespace

import numpy as np

import epynn

REASONS = {
    'none here': 'Keras has a class or function that is not here',
    'settings': 'it writes settings of Keras to a dictionary and reads them, or checks arguments',
    'types': 'it is on data types, devices, masks or names of Keras',
    'options': 'it sets an option that is not here',
    'cut off': 'Keras cuts numbers off at 1e-7, and ours are what the formula says',
    'errors': 'it is on the words of an error of Keras',
    'skipped there': 'Keras skips it, on this backend or machine',
    'nothing of ours': 'it calls nothing that was replaced',
    'refused': 'ours refuses such data, in words: labels that do not fit, or that are no numbers',
}


class NotMapped(Exception):
    """A case is not ours; the reason is one of `REASONS`."""


def require(holds, reason='options'):
    if not holds:
        raise NotMapped(reason)


calls = Counter()
"""How often ours was called, so that no test agrees of which nothing is ours."""


def arrays(*values):
    calls['ours'] += 1
    return [np.asarray(getattr(value, 'detach', lambda value=value: value)()) for value in values]


# LOSSES


def loss_of(function, **defaults):
    """Return a class as Keras has it, which computes by a loss of ours."""

    class Loss:
        def __init__(self, reduction='sum_over_batch_size', **options):
            options.pop('name', None)
            require(options.pop('dtype', None) is None, 'types')
            self.reduction, self.options = reduction, {**defaults, **options}

        def __call__(self, y_true, y_pred, sample_weight=None):
            Y, A = (each.astype(float) for each in arrays(y_true, y_pred))
            known, options = dict(self.options), {}
            require(known.pop('axis', -1) == -1 and known.pop('ignore_class', None) is None)
            logits = known.pop('from_logits', False)
            smooth, options = known.pop('label_smoothing', 0), known
            loss = function(**options) if options else function
            sparse = loss is epynn.ICCE
            Y = Y.reshape(*A.shape[:-1], 1) if sparse or Y.ndim < A.ndim else Y
            require(Y.shape == A.shape or sparse, 'refused')
            if logits:
                A = epynn.sigmoid(A) if loss is epynn.BCE else epynn.softmax(A)
            if loss in (epynn.CCE, epynn.ICCE) and not logits:
                A = A / A.sum(-1, keepdims=True)  # as Keras does by itself
            small = np.array([Y.min(), A.min()]) < (0 if loss is epynn.MSLE else -np.inf)
            edge = loss is epynn.BCE and not logits and (A.min() <= 0 or A.max() >= 1)
            require(not small.any() and not edge, 'cut off')
            loss = epynn.LabelSmoothing(loss, smooth) if smooth else loss
            if loss is epynn.Hinge and Y.min() < 0:
                Y = (Y + 1) / 2  # ours are 0 and 1
            rows = loss(Y.reshape(-1, Y.shape[-1]), A.reshape(-1, A.shape[-1]))
            return reduced(rows.reshape(A.shape[:-1]), sample_weight, self.reduction)

        def __getattr__(self, name):
            raise NotMapped('settings')

    return Loss


def reduced(losses, weight, reduction):
    """Return losses as Keras weighs and reduces them."""
    weight = np.asarray(1.0 if weight is None else weight, float)
    if weight.ndim == losses.ndim + 1:
        weight = weight[..., 0]
    weight = np.broadcast_to(
        weight.reshape(weight.shape + (1,) * (losses.ndim - weight.ndim)), losses.shape
    )
    total = losses * weight
    by = {'sum_over_batch_size': np.mean, 'mean': np.mean, 'sum': np.sum, None: lambda x: x}
    if reduction == 'mean_with_sample_weight':
        return total.sum() / weight.sum()
    require(reduction in by)
    return by[reduction](total)


LOSSES = {
    'MeanSquaredError': loss_of(epynn.MSE), 'MeanAbsoluteError': loss_of(epynn.MAE),
    'MeanSquaredLogarithmicError': loss_of(epynn.MSLE), 'Hinge': loss_of(epynn.Hinge),
    'Huber': loss_of(lambda delta=1.0: epynn.Huber(delta), delta=1.0),
    'BinaryCrossentropy': loss_of(epynn.BCE), 'CategoricalCrossentropy': loss_of(epynn.CCE),
    'SparseCategoricalCrossentropy': loss_of(epynn.ICCE),
}  # fmt: skip


# OPTIMIZERS


def optimizer_of(make, rate, taken, starts=0.0, **defaults):
    """Return a class as Keras has it, which takes the steps of ours."""

    class Optimizer:
        def __init__(self, learning_rate=rate, weight_decay=None, clipnorm=None, clipvalue=None,
                     initial_accumulator_value=starts, **options):  # fmt: skip
            options.pop('name', None)
            require(options.keys() <= taken.keys() and not callable(learning_rate))
            require(not weight_decay or make is epynn.AdamW)
            given, kind = {**defaults, **{taken[name]: v for name, v in options.items()}}, make
            if make is epynn.Momentum:
                kind = epynn.Nesterov if given.pop('nesterov', False) else make
            if weight_decay:
                given['weight_decay'] = weight_decay
            self.ours = kind(clip_norm=clipnorm, clip_value=clipvalue, **given)
            self.epsilon = given.get('epsilon')
            self.rate, self.starts, self.layers = learning_rate, initial_accumulator_value, {}

        def layer(self, key, p, g):
            start = {'s': np.full(p.shape, self.starts)} if self.starts else {}
            layer = self.layers.setdefault(key, SimpleNamespace(
                name='layer', moments={'p': {'t': 0, **start}}, lrate=[self.rate], e=0,
                trainable=True, children=list,
            ))  # fmt: skip
            layer.p, layer.g = {'p': p}, {'dp': g}
            return layer

        def apply_gradients(self, pairs):
            for gradient, variable in pairs:
                g, p = (each.astype(float) for each in arrays(gradient, variable.value))
                layer = self.layer(id(variable), p, g)
                if isinstance(self.ours, epynn.Adam):  # Keras adds it before the correction
                    t = layer.moments['p']['t'] + 1
                    self.ours.epsilon = self.epsilon / np.sqrt(1 - self.ours.beta2**t)
                self.ours.update(layer)
                variable.assign(layer.p['p'])

        def _clip_gradients(self, gradients):
            (gradient,) = arrays(*gradients)
            layer = self.layer(0, gradient, gradient)
            self.ours.clip([layer])
            return [layer.g['dp']]

        def __getattr__(self, name):
            raise NotMapped('options')

    return Optimizer


BETAS = {'beta_1': 'beta1', 'beta_2': 'beta2', 'epsilon': 'epsilon', 'amsgrad': 'amsgrad'}
OPTIMIZERS = {
    'SGD': optimizer_of(
        epynn.Momentum, 0.01, {'momentum': 'momentum', 'nesterov': 'nesterov'}, momentum=0
    ),
    'RMSprop': optimizer_of(
        epynn.RMSprop, 0.001, {'rho': 'rho', 'epsilon': 'epsilon'}, rho=0.9, epsilon=1e-7
    ),
    'Adagrad': optimizer_of(epynn.Adagrad, 0.001, {'epsilon': 'epsilon'}, 0.1, epsilon=1e-7),
    'Adam': optimizer_of(epynn.Adam, 0.001, BETAS, epsilon=1e-7),
    'AdamW': optimizer_of(epynn.AdamW, 0.001, BETAS, epsilon=1e-7, weight_decay=0.004),
}
