"""epynn: a neural-network library that a person can read from end to end, trust, and use."""

from epynn.commons.models import Layer, dataSet
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.network.models import EpyNN
from epynn.pooling.models import Pooling
from epynn.template.models import Template
from epynn.version import __version__

__all__ = [
    'Convolution',
    'Dense',
    'Dropout',
    'Embedding',
    'EpyNN',
    'Flatten',
    'Layer',
    'Pooling',
    'Template',
    '__version__',
    'dataSet',
]
