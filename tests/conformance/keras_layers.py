"""Layers, activations and metrics that Keras's tests call, as Keras calls them, by ours."""

from types import SimpleNamespace

import numpy as np
from conformance.keras_words import LOSSES, OPTIMIZERS, NotMapped, arrays, require

import epynn
from epynn.interchange.keras.layouts import layout_of

# LAYERS


USUAL = {'keepdims': False, 'axis': -1, 'dtype': 'float32'}
INITIALIZERS = {
    'kernel': 'kernel_initializer', 'recurrent_kernel': 'recurrent_initializer',
    'bias': 'bias_initializer',
}  # fmt: skip


class Held:
    """A variable as Keras has it, whose numbers are in a layer of ours."""

    def __init__(self, layer, array):
        self.layer, self.array, self.shape = layer, array, array.shapes(layer)[0]

    def assign(self, values):
        self.layer.p.update(self.array.take(self.layer, np.asarray(values, float)))

    def __getattr__(self, name):
        raise NotMapped('options')


def layer_of(make, names=(), **translated):
    """Return a class as Keras has it, which computes by a layer of ours."""

    class Made:
        def __init__(self, *values, **options):
            known = dict(zip(names, values, strict=False)) | options
            require(known.pop('data_format', 'channels_last') in (None, 'channels_last'))
            self.unit_forget_bias = known.pop('unit_forget_bias', True) and known.get(
                'use_bias', True
            )
            # Ways to compute the same, and what changes no number here
            for way in ('implementation', 'unroll', 'name', 'scale', 'center'):
                known.pop(way, None)
            for way, usual in USUAL.items():
                require(known.pop(way, usual) in (usual, None))
            if 'use_bias' not in translated and not known.pop('use_bias', True):
                known['bias_initializer'] = SimpleNamespace(value=0)
            self.backwards = known.pop('go_backwards', False)
            self.constants = {
                name: getattr(known.pop(name), 'value', None)
                for name in [name for name in known if name.endswith('initializer')]
            }
            require(known.keys() <= translated.keys() and None not in self.constants.values())
            self.layer = make(**{translated[name]: value for name, value in known.items()})

        def build(self, input_shape):
            self.layer.forward(np.zeros((2, *input_shape[1:])))
            layout = layout_of(self.layer)
            for array in [] if layout is None else layout.arrays_of(self.layer):
                held = Held(self.layer, array)
                setattr(self, array.name, held)
                value = self.constants.get(INITIALIZERS.get(array.name))
                if value is not None:
                    held.assign(np.full(held.shape, value))
            if isinstance(self.layer, epynn.LSTM) and self.unit_forget_bias:
                self.layer.p['bf'][:] = 1

        def __call__(self, inputs, *more, **options):
            require(not more and not options)
            (X,) = arrays(inputs)
            if not hasattr(self, 'kernel'):
                self.build(X.shape)
            return self.layer.forward(X[:, ::-1] if self.backwards else X)

        def __getattr__(self, name):
            if name == 'kernel':
                raise AttributeError(name)
            raise NotMapped('options')

    return Made


WINDOW = {
    'filters': 'unit_filters', 'kernel_size': 'filter_size', 'strides': 'strides',
    'padding': 'padding', 'dilation_rate': 'dilation', 'groups': 'groups', 'use_bias': 'use_bias',
}  # fmt: skip
FILTERS = 'filters', 'kernel_size', 'strides', 'padding'
POOL = {'pool_size': 'pool_size', 'strides': 'strides', 'padding': 'padding'}
CELLS = {'units': 'unit_cells', 'return_sequences': 'sequences'}


def filters_of(kind):
    return lambda **options: kind(**{'strides': 1, 'activate': epynn.identity, **options})


def transposed(dilation=1, output_padding=None, **options):
    usual = np.all(np.equal(dilation, 1)) and output_padding is None
    require(usual and np.all(np.less_equal(options['strides'], options['filter_size'])))
    return filters_of(epynn.TransposedConvolution)(**options)


def pool_of(kind, pool):
    """Return poolings with the padding of Keras, which a mean leaves out."""

    def make(pool_size=2, strides=None, padding='valid'):
        more = {'count_padding': False} if pool is np.mean else {}
        return kind(pool_size, strides, pool, padding, **more)

    return layer_of(make, ('pool_size', 'strides', 'padding'), **POOL)


def gru(**options):
    return epynn.GRU(**{'reset_after': True, **options})


NAMES = {
    'losses': LOSSES,
    'optimizers': OPTIMIZERS,
    'layers': {
        'Conv1D': layer_of(filters_of(epynn.Convolution1D), FILTERS, **WINDOW),
        'Conv2D': layer_of(filters_of(epynn.Convolution), FILTERS, **WINDOW),
        'Conv2DTranspose': layer_of(
            transposed, FILTERS,
            **{name: WINDOW[name] for name in FILTERS}, output_padding='output_padding',
            dilation_rate='dilation',
        ),
        'MaxPooling1D': pool_of(epynn.Pooling1D, np.max),
        'MaxPooling2D': pool_of(epynn.Pooling, np.max),
        'AveragePooling1D': pool_of(epynn.Pooling1D, np.mean),
        'AveragePooling2D': pool_of(epynn.Pooling, np.mean),
        **{
            f'Global{how}Pooling{axes}D': layer_of(lambda pool=pool: epynn.GlobalPooling(pool))
            for how, pool in (('Max', np.max), ('Average', np.mean))
            for axes in (1, 2, 3)
        },
        'SimpleRNN': layer_of(epynn.RNN, ('units',), **CELLS),
        'LSTM': layer_of(epynn.LSTM, ('units',), **CELLS),
        'GRU': layer_of(gru, ('units',), **CELLS, reset_after='reset_after'),
        'Dense': layer_of(
            lambda **options: epynn.Dense(activate=epynn.identity, **options), ('units',),
            units='units',
        ),
        'LayerNormalization': layer_of(
            lambda epsilon=1e-3: epynn.LayerNorm(epsilon), epsilon='epsilon'
        ),
        'GroupNormalization': layer_of(
            lambda groups=32, epsilon=1e-3: epynn.GroupNorm(groups, epsilon), ('groups',),
            groups='groups', epsilon='epsilon',
        ),
        'RMSNormalization': layer_of(
            lambda epsilon=1e-6: epynn.RMSNorm(epsilon), epsilon='epsilon'
        ),
    },
    'activations': {},
    'metrics': {},
}  # fmt: skip
"""What each module of Keras has, by ours."""


def activation_of(function, **names):
    def activation(x, **options):
        (X,) = arrays(x)
        require(options.keys() <= names.keys())
        return function(X.astype(float), **{names[name]: v for name, v in options.items()})

    return activation


def gelu(X, approximate=False):
    return epynn.gelu_tanh(X) if approximate else epynn.gelu(X)


NAMES['activations'] = {
    'relu': activation_of(epynn.relu), 'sigmoid': activation_of(epynn.sigmoid),
    'tanh': activation_of(epynn.tanh), 'softplus': activation_of(epynn.softplus),
    'softsign': activation_of(epynn.softsign), 'selu': activation_of(epynn.selu),
    'elu': activation_of(epynn.elu, alpha='alpha'), 'silu': activation_of(epynn.silu),
    'leaky_relu': activation_of(
        lambda X, alpha=0.2: epynn.lrelu(X, alpha=alpha), negative_slope='alpha'
    ),
    'gelu': activation_of(gelu, approximate='approximate'), 'mish': activation_of(epynn.mish),
    'hard_sigmoid': activation_of(epynn.hard_sigmoid),
    'hard_silu': activation_of(epynn.hard_swish), 'hard_tanh': activation_of(epynn.hard_tanh),
    'relu6': activation_of(epynn.relu6), 'linear': activation_of(epynn.identity),
    'softmax': activation_of(epynn.softmax),
}  # fmt: skip


# METRICS


def metric_of(function, columns=False):
    """Return a class as Keras has it, which gathers labels and outputs for a metric of ours."""

    class Metric:
        def __init__(self, *values, threshold=0.5, thresholds=None, **options):
            require(values in ((), ('uniform_average',)) and not options.pop('num_regressors', 0))
            for name in ('name', 'dtype'):
                options.pop(name, None)
            require(not any(value is not None for value in options.values()))
            require(threshold in (None, 0.5) and thresholds in (None, 0.5))
            self.Y, self.A = [], []

        def update_state(self, y_true, y_pred, sample_weight=None):
            require(sample_weight is None)
            Y, A = (each.astype(float) for each in arrays(y_true, y_pred))
            require(Y.shape == A.shape or not columns, 'refused')
            Y, A = (each.reshape(-1, each.shape[-1] if each.ndim > 1 else 1) for each in (Y, A))
            if not columns:
                Y, A = Y.reshape(-1, 1), A.reshape(-1, 1)
            self.Y.append(Y), self.A.append(A)

        def result(self):
            require(self.Y, 'options')
            Y, A = np.concatenate(self.Y), np.concatenate(self.A)
            return function(Y, A)

        def __call__(self, *values, **options):
            self.update_state(*values, **options)
            return self.result()

        def __getattr__(self, name):
            raise NotMapped('settings' if name in ('name', 'dtype', 'variables') else 'options')

    return Metric


def binary(function):
    """Return a metric of decisions, which Keras makes above 0.5."""
    return lambda Y, A: function(Y, (A > 0.5).astype(float))


NAMES['metrics'] = {
    'Precision': metric_of(binary(epynn.precision)), 'Recall': metric_of(binary(epynn.recall)),
    'BinaryAccuracy': metric_of(binary(epynn.accuracy)),
    'CategoricalAccuracy': metric_of(epynn.accuracy, columns=True),
    'R2Score': metric_of(epynn.R2, columns=True), 'RootMeanSquaredError': metric_of(epynn.RMSE),
    'MeanSquaredError': metric_of(lambda Y, A: epynn.MSE(Y, A).mean()),
    'MeanAbsoluteError': metric_of(lambda Y, A: epynn.MAE(Y, A).mean()),
}  # fmt: skip

for name in ('accuracy_metrics', 'confusion_metrics', 'regression_metrics'):
    NAMES[name] = NAMES['metrics']
