"""epynn: a neural-network library that a person can read from end to end, trust, and use.

All that a script needs is here: ``from epynn import EpyNN, Embedding, Dense, relu``.
"""

from typing import TYPE_CHECKING

from epynn import interchange as interchange
from epynn import layers
from epynn import parallel as parallel
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
    gelu_tanh,
    glorot_normal,
    glorot_uniform,
    hard_sigmoid,
    hard_swish,
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
    relu6,
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
from epynn.gradients import check_gradients
from epynn.kernels.threads import set_threads
from epynn.layers import *  # noqa: F403 - those of its __all__
from epynn.network.callbacks import (
    BatchBar,
    Callback,
    Checkpoint,
    CSVLogger,
    EarlyStopping,
    TensorBoard,
)
from epynn.network.models import EpyNN
from epynn.settings import se_hPars
from epynn.version import __version__

if not TYPE_CHECKING:  # a type checker shall go on refusing what is not there
    from epynn.commons.names import refuse_module_name as __getattr__  # noqa: F401

__all__ = [
    'BCE', 'CCE', 'ICCE', 'L1', 'L2', 'MAE', 'MSE', 'MSLE', 'NPV', 'R2', 'RMSE', 'ROC_AUC', 'SGD',
    'Adagrad', 'Adam', 'AdamW', 'BatchBar', 'CSVLogger', 'Callback', 'Checkpoint', 'Constant',
    'Cosine', 'EarlyStopping', 'EpyNN', 'EpynnError', 'Hinge', 'Huber', 'LabelSmoothing', 'Layer',
    'Momentum', 'Nesterov', 'Normal', 'OneCycle', 'Optimizer', 'Penalty', 'RMSprop',
    'ReduceOnPlateau', 'TensorBoard', 'TopK', 'Uniform', 'WarmUp', '__version__', 'accuracy',
    'activation_functions', 'check_gradients', 'clip_gradient', 'configure_directory',
    'confusion_matrix', 'dataSet', 'elu', 'encode_dataset', 'exp_decay', 'fscore', 'gelu',
    'gelu_tanh', 'glorot_normal', 'glorot_uniform', 'hard_sigmoid', 'hard_swish', 'hard_tanh',
    'he_normal', 'he_uniform', 'identity', 'index_elements_auto', 'lecun_normal', 'lecun_uniform',
    'lin_decay', 'loss_functions', 'lrelu', 'metrics_functions', 'mish', 'one_hot_decode_sequence',
    'one_hot_encode', 'one_hot_encode_sequence', 'ones', 'orthogonal', 'padding', 'precision',
    'process_logs', 'pyplot_metrics', 'read_file', 'read_model', 'recall', 'relu', 'relu6',
    'scale_features', 'schedule_functions', 'se_hPars', 'selu', 'set_threads', 'sigmoid', 'silu',
    'softmax', 'softplus', 'softsign', 'specificity', 'steady', 'step', 'tanh', 'write_model',
    'xavier', 'zeros',
]  # fmt: skip
__all__ += layers.__all__
