"""All layers: a new one is imported and named here, and nowhere else."""

from epynn.activation.models import Activation
from epynn.attention.models import Attention
from epynn.batchnorm.models import BatchNorm
from epynn.bidirectional.models import Bidirectional
from epynn.branches.models import Parallel
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
from epynn.pooling.models import Pooling
from epynn.pooling1d.models import Pooling1D
from epynn.positionalencoding.models import PositionalEncoding
from epynn.prelu.models import PReLU
from epynn.reshape.models import Reshape
from epynn.residual.models import Residual
from epynn.rmsnorm.models import RMSNorm
from epynn.rnn.models import RNN
from epynn.template.models import Template
from epynn.timedistributed.models import TimeDistributed
from epynn.tokens.models import Tokens
from epynn.transformer.models import Transformer
from epynn.transposedconvolution.models import TransposedConvolution

__all__ = [
    'GRU', 'LSTM', 'RNN', 'Activation', 'Attention', 'BatchNorm', 'Bidirectional', 'Convolution',
    'Convolution1D', 'Dense', 'Dropout', 'Embedding', 'Flatten', 'GlobalPooling', 'GroupNorm',
    'LayerNorm', 'PReLU', 'Parallel', 'Pooling', 'Pooling1D', 'PositionalEncoding', 'RMSNorm',
    'Reshape', 'Residual',
    'Template', 'TimeDistributed', 'Tokens', 'Transformer', 'TransposedConvolution',
]  # fmt: skip
