"""CS231n (Stanford): layers, update rules, networks and Solver, channels first.

Modules have the course's names, ``layers``, ``layer_utils``, ``fast_layers``, ``im2col``,
``optim``, ``solver``, ``gradient_check``, ``classifiers.fc_net`` and ``classifiers.cnn``: in the
imports of a notebook, write ``epynn.coursework.cs231n`` in place of ``cs231n``. All names are here
too.

A forward function returns its output and a cache, which only its backward function looks into. That
takes ``dout``, the gradient of the loss with respect to the output, and the cache; it returns the
gradients with respect to the arrays that went in, each of the shape of its array.
"""

from epynn.coursework.cs231n import (
    convolution,
    fast_layers,
    gradient_check,
    im2col,
    layer_utils,
    layers,
    optim,
    solver,
)
from epynn.coursework.cs231n.classifiers import cnn, fc_net
from epynn.coursework.cs231n.classifiers.cnn import *
from epynn.coursework.cs231n.classifiers.fc_net import *
from epynn.coursework.cs231n.convolution import *
from epynn.coursework.cs231n.fast_layers import *
from epynn.coursework.cs231n.gradient_check import *
from epynn.coursework.cs231n.im2col import *
from epynn.coursework.cs231n.layer_utils import *
from epynn.coursework.cs231n.layers import *
from epynn.coursework.cs231n.optim import *
from epynn.coursework.cs231n.solver import *

__all__ = ['gradient_check', 'optim']
__all__ += convolution.__all__ + fast_layers.__all__ + layers.__all__ + layer_utils.__all__
__all__ += im2col.__all__ + optim.__all__ + solver.__all__ + gradient_check.__all__
__all__ += cnn.__all__ + fc_net.__all__
