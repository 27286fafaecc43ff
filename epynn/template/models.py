"""The Template layer."""

from epynn.commons.models import Layer
from epynn.template.backward import template_backward
from epynn.template.forward import template_forward
from epynn.template.parameters import template_compute_shapes


class Template(Layer):
    """Pass everything on: ``A = X``. Copy this folder to make a layer of your own.

    A layer is this class, the functions that it binds, and three lines elsewhere: an import in
    ``epynn/layers.py``, a row in ``tests/layer_table.py``, a line in the documentation.

    Notes
    -----
    Shapes: ``X (m, ...)`` -> ``A (m, ...)``. The layer has no parameters. One that has also binds
    ``initialize_parameters``, which fills ``layer.p['W']``, and ``compute_gradients``, which
    fills ``layer.g['dW']``; :mod:`epynn.dense` shows both.
    """

    compute_shapes = template_compute_shapes
    forward = template_forward
    backward = template_backward

    honours_mask = True
    steps_in_turn = True
