"""epynn: a neural-network library that a person can read from end to end, trust, and use.

All that a script needs is here: ``from epynn import EpyNN, Embedding, Dense, relu``.
"""

from typing import TYPE_CHECKING

from epynn.activation.models import Activation
from epynn.batchnorm.models import BatchNorm
from epynn.bidirectional.models import Bidirectional
from epynn.commons.errors import EpynnError
from epynn.commons.io import (
    encode_dataset,
    index_elements_auto,
    one_hot_decode_sequence,
    one_hot_encode,
    one_hot_encode_sequence,
    padding,
    scale_features,
)
from epynn.commons.library import configure_directory, read_file, read_model, write_model
from epynn.commons.logs import process_logs
from epynn.commons.loss import (
    BCE,
    CCE,
    ICCE,
    MAE,
    MSE,
    MSLE,
    Hinge,
    Huber,
    LabelSmoothing,
    loss_functions,
)
from epynn.commons.maths import (
    Constant,
    Normal,
    Uniform,
    activation_functions,
    clip_gradient,
    elu,
    gelu,
    glorot_normal,
    glorot_uniform,
    hard_sigmoid,
    hard_tanh,
    he_normal,
    he_uniform,
    identity,
    lecun_normal,
    lecun_uniform,
    lrelu,
    mish,
    ones,
    orthogonal,
    relu,
    selu,
    sigmoid,
    silu,
    softmax,
    softplus,
    softsign,
    tanh,
    xavier,
    zeros,
)
from epynn.commons.metrics import (
    NPV,
    R2,
    RMSE,
    ROC_AUC,
    TopK,
    accuracy,
    confusion_matrix,
    fscore,
    metrics_functions,
    precision,
    recall,
    specificity,
)
from epynn.commons.models import Layer, dataSet
from epynn.commons.optimize import SGD, Adagrad, Adam, AdamW, Momentum, Nesterov, Optimizer, RMSprop
from epynn.commons.penalties import L1, L2, Penalty
from epynn.commons.plot import pyplot_metrics
from epynn.commons.schedule import (
    Cosine,
    OneCycle,
    ReduceOnPlateau,
    WarmUp,
    exp_decay,
    lin_decay,
    schedule_functions,
    steady,
    step,
)
from epynn.convolution.models import Convolution
from epynn.convolution1d.models import Convolution1D
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.globalpooling.models import GlobalPooling
from epynn.gradients import check_gradients
from epynn.groupnorm.models import GroupNorm
from epynn.gru.models import GRU
from epynn.kernels.threads import set_threads
from epynn.layernorm.models import LayerNorm
from epynn.lstm.models import LSTM
from epynn.network.models import EpyNN
from epynn.pooling.models import Pooling
from epynn.pooling1d.models import Pooling1D
from epynn.reshape.models import Reshape
from epynn.residual.models import Residual
from epynn.rnn.models import RNN
from epynn.settings import se_hPars
from epynn.template.models import Template
from epynn.tokens.models import Tokens
from epynn.transposedconvolution.models import TransposedConvolution
from epynn.version import __version__

if not TYPE_CHECKING:  # a type checker shall go on refusing what is not there
    from epynn.commons.names import refuse_module_name as __getattr__  # noqa: F401

__all__ = [
    'BCE', 'CCE', 'GRU', 'ICCE', 'L1', 'L2', 'LSTM', 'MAE', 'MSE', 'MSLE', 'NPV', 'R2', 'RMSE',
    'RNN', 'ROC_AUC', 'SGD', 'Activation', 'Adagrad', 'Adam', 'AdamW', 'BatchNorm', 'Bidirectional',
    'Constant', 'Convolution', 'Convolution1D', 'Cosine', 'Dense', 'Dropout', 'Embedding', 'EpyNN',
    'EpynnError', 'Flatten', 'GlobalPooling', 'GroupNorm', 'Hinge', 'Huber', 'LabelSmoothing',
    'Layer', 'LayerNorm', 'Momentum', 'Nesterov', 'Normal', 'OneCycle', 'Optimizer', 'Penalty',
    'Pooling', 'Pooling1D', 'RMSprop', 'ReduceOnPlateau', 'Reshape', 'Residual', 'Template',
    'Tokens', 'TopK', 'TransposedConvolution', 'Uniform', 'WarmUp', '__version__', 'accuracy',
    'activation_functions', 'check_gradients', 'clip_gradient', 'configure_directory',
    'confusion_matrix', 'dataSet', 'elu', 'encode_dataset', 'exp_decay', 'fscore', 'gelu',
    'glorot_normal', 'glorot_uniform', 'hard_sigmoid', 'hard_tanh', 'he_normal', 'he_uniform',
    'identity', 'index_elements_auto', 'lecun_normal', 'lecun_uniform', 'lin_decay',
    'loss_functions', 'lrelu', 'metrics_functions', 'mish', 'one_hot_decode_sequence',
    'one_hot_encode', 'one_hot_encode_sequence', 'ones', 'orthogonal', 'padding', 'precision',
    'process_logs', 'pyplot_metrics', 'read_file', 'read_model', 'recall', 'relu', 'scale_features',
    'schedule_functions', 'se_hPars', 'selu', 'set_threads', 'sigmoid', 'silu', 'softmax',
    'softplus', 'softsign', 'specificity', 'steady', 'step', 'tanh', 'write_model', 'xavier',
    'zeros',
]  # fmt: skip
