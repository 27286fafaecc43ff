"""epynn: a neural-network library that a person can read from end to end, trust, and use."""

from epynn.activation.models import Activation
from epynn.batchnorm.models import BatchNorm
from epynn.commons.initializers import Constant, Normal, Uniform
from epynn.commons.loss import Huber, LabelSmoothing
from epynn.commons.metrics import TopK, confusion_matrix
from epynn.commons.models import Layer, dataSet
from epynn.commons.optimize import SGD, Adagrad, Adam, AdamW, Momentum, Nesterov, Optimizer, RMSprop
from epynn.commons.penalties import L1, L2, Penalty
from epynn.commons.schedule import Cosine, OneCycle, ReduceOnPlateau, WarmUp
from epynn.convolution.models import Convolution
from epynn.convolution1d.models import Convolution1D
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.globalpooling.models import GlobalPooling
from epynn.groupnorm.models import GroupNorm
from epynn.gru.models import GRU
from epynn.layernorm.models import LayerNorm
from epynn.lstm.models import LSTM
from epynn.network.models import EpyNN
from epynn.network.saving import read_model
from epynn.pooling.models import Pooling
from epynn.pooling1d.models import Pooling1D
from epynn.reshape.models import Reshape
from epynn.residual.models import Residual
from epynn.rnn.models import RNN
from epynn.template.models import Template
from epynn.tokens.models import Tokens
from epynn.transposedconvolution.models import TransposedConvolution
from epynn.version import __version__

__all__ = [
    'GRU',
    'L1',
    'L2',
    'LSTM',
    'RNN',
    'SGD',
    'Activation',
    'Adagrad',
    'Adam',
    'AdamW',
    'BatchNorm',
    'Constant',
    'Convolution',
    'Convolution1D',
    'Cosine',
    'Dense',
    'Dropout',
    'Embedding',
    'EpyNN',
    'Flatten',
    'GlobalPooling',
    'GroupNorm',
    'Huber',
    'LabelSmoothing',
    'Layer',
    'LayerNorm',
    'Momentum',
    'Nesterov',
    'Normal',
    'OneCycle',
    'Optimizer',
    'Penalty',
    'Pooling',
    'Pooling1D',
    'RMSprop',
    'ReduceOnPlateau',
    'Reshape',
    'Residual',
    'Template',
    'Tokens',
    'TopK',
    'TransposedConvolution',
    'Uniform',
    'WarmUp',
    '__version__',
    'confusion_matrix',
    'dataSet',
    'read_model',
]
