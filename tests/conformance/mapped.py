"""Operators of ONNX that something here computes: what, how many cases, and why not the others."""

from collections.abc import Callable
from dataclasses import dataclass, field

from conformance import by_function, by_layer


@dataclass(frozen=True)
class Row:
    """An operator, and what of ours computes it.

    Attributes
    ----------
    ours : str
        The name of what computes it.
    agree : int
        Cases that agree, of those of the known version of onnx.
    others : str
        Why the others are refused, in words.
    written_out : int
        Variants that agree, in which the operator is written out in more primitive ones.
    compute : function
        Returns the outputs of a node from its inputs; by default a network that was read.
    samples : int
        Which of the inputs are the samples of that network; the others are its parameters.
    module : str
        The file of onnx with the cases, where it is not called as the operator is.
    differ : dict
        Cases that are computed and do not agree, each with its reason.
    """

    ours: str
    agree: int
    others: str = ''
    written_out: int = 0
    compute: Callable | None = None
    samples: int = 0
    module: str | None = None
    differ: dict[str, str] = field(default_factory=dict)


DRAWN = 'random numbers, from another generator'
FLOAT16 = 'rounded to float16, the recorded outputs are off by more than the tolerance'

MAPPED = {
    # LOSSES, OPTIMIZERS, DECISIONS, LABELS
    'SoftmaxCrossEntropyLoss': Row(
        'ICCE behind softmax', 34, written_out=34, compute=by_function.cross_entropy,
        module='softmax_cross_entropy_loss',
    ),
    'NegativeLogLikelihoodLoss': Row('ICCE', 18, compute=by_function.log_likelihood),
    'LogSoftmax': Row('CCE behind softmax', 7, compute=by_function.log_probabilities),
    'Momentum': Row('Momentum, Nesterov', 3, compute=by_function.optimizer_step),
    'Adagrad': Row('Adagrad', 2, compute=by_function.optimizer_step),
    'Adam': Row('Adam', 2, compute=by_function.optimizer_step),
    'ArgMax': Row(
        'decisions', 8, 'of equal outputs the first one decides', compute=by_function.decision,
    ),
    'OneHot': Row(
        'one_hot_encode', 4, 'labels are not counted from the end', compute=by_function.one_hot,
    ),
    # ATTENTION
    'Attention': Row(
        'Attention', 20, 'masks of pairs of steps, windows, bounds on scores, scores given out',
        compute=by_layer.attention,
        differ={'test_attention_4d_fp16': FLOAT16, 'test_attention_4d_causal_fp16': FLOAT16},
    ),
    'RotaryEmbedding': Row('Attention(rotary=True)', 8, compute=by_layer.rotary_embedding),
    # LAYERS OF WINDOWS
    'Conv': Row('Convolution, Convolution1D', 6),
    'ConvTranspose': Row(
        'TransposedConvolution', 9, 'signals, three axes of places',
    ),
    'AveragePool': Row(
        'Pooling, Pooling1D', 12,
        'three axes of places, padding of more than half of the window',
    ),
    'MaxPool': Row(
        'Pooling, Pooling1D', 12,
        'three axes of places, padding of more than half of the window, places of the maxima',
    ),
    'GlobalAveragePool': Row('GlobalPooling', 2),
    'GlobalMaxPool': Row('GlobalPooling', 2),
    'ReduceMean': Row('GlobalPooling', 6, 'axes of samples or channels'),
    'ReduceMax': Row('GlobalPooling', 6, 'axes of samples or channels, none at all, truths'),
    'ReduceMin': Row('GlobalPooling', 6, 'axes of samples or channels, none at all, truths'),
    # NORMALIZATIONS
    'BatchNormalization': Row(
        'BatchNorm', 2,
        'in training the running variance is the unbiased one here, as in PyTorch',
        module='batch_normalization',
    ),
    'GroupNormalization': Row('GroupNorm', 2),
    'InstanceNormalization': Row('GroupNorm', 2, module='instance_normalization'),
    'LayerNormalization': Row('LayerNorm', 13, 'samples stay apart'),
    'RMSNormalization': Row('RMSNorm', 13, 'samples stay apart'),
    # RECURRENT LAYERS
    'RNN': Row('RNN, Bidirectional', 6),
    'GRU': Row('GRU, Bidirectional', 6),
    'LSTM': Row('LSTM, Bidirectional', 3, 'peepholes; the last cell state beside the last state'),
    # PRODUCTS AND AXES
    'Gemm': Row('Dense', 8, 'samples in columns, a number for each sample and unit'),
    'MatMul': Row('Dense, TimeDistributed', 1, 'weights of more or fewer than two axes'),
    'Gather': Row('Tokens', 0, 'tables and tokens of other axes', samples=1),
    'Flatten': Row('Flatten', 3, 'samples stay apart'),
    'Reshape': Row('Reshape', 4, 'samples stay apart'),
    'Squeeze': Row('Reshape', 1, 'samples stay apart'),
    'Unsqueeze': Row('Reshape', 6, 'samples stay apart'),
    'Dropout': Row(
        'Dropout', 5,
        'what was dropped is not given out',
        differ={'test_training_dropout': DRAWN, 'test_training_dropout_default': DRAWN},
    ),
    'Add': Row('BatchNorm', 1, 'a number for each channel, or one for all; no other constants'),
    'Sub': Row('BatchNorm', 2, 'a number for each channel, or one for all; no other constants'),
    'Neg': Row('BatchNorm', 2),
    'Mul': Row('BatchNorm', 2, 'a number for each channel, or one for all; no other constants'),
    'Div': Row(
        'BatchNorm', 2,
        'a number for each channel, or one for all; no other constants',
        differ={'test_div_int32_trunc': 'whole numbers are not cut towards 0'},
    ),
    # ACTIVATIONS
    'Identity': Row('identity', 1, 'sequences and options'),
    'Clip': Row('hard_tanh, relu, relu6', 6, 'other bounds', written_out=6),
    'Elu': Row('elu', 3, written_out=3),
    'Gelu': Row('gelu, gelu_tanh', 4, written_out=4),
    'HardSigmoid': Row('hard_sigmoid', 0, 'other slopes than 1 / 6'),
    'HardSwish': Row('hard_swish', 1, written_out=1),
    'LeakyRelu': Row('lrelu', 3, written_out=3),
    'Mish': Row('mish', 1, written_out=1),
    'PRelu': Row('PReLU', 1, 'a slope for each place'),
    'Relu': Row('relu', 1, written_out=1),
    'Selu': Row('selu', 1, 'other scales', written_out=1),
    'Sigmoid': Row('sigmoid', 2),
    'Softmax': Row('softmax', 6, 'samples stay apart'),
    'Softplus': Row('softplus', 2, written_out=2),
    'Softsign': Row('softsign', 2, written_out=2),
    'Swish': Row('silu', 1, written_out=1),
    'Tanh': Row('tanh', 2),
}  # fmt: skip
