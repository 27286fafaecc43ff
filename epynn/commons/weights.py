"""Which parameters of a layer are weights, and the penalty on them."""

from epynn.commons.errors import LayerError
from epynn.commons.state import State

WEIGHTS, OTHERS = ('W', 'U', 'V'), ('b', 'gamma')
"""How parameters begin that are weights or are none, by the table of symbols; gates follow."""


def layer_weights(layer: State) -> list[str]:
    """Return the names of the parameters that penalties are about: weights, not biases.

    Raises
    ------
    LayerError
        If the layer has a penalty, and its class does not say which they are where the table of
        symbols does not tell either, or names some that the layer does not have.
    """
    declared = layer.weight_names
    if declared is None:
        names = [name for name in layer.p if name.startswith(WEIGHTS)]
        unclear = [name for name in layer.p if not name.startswith((*WEIGHTS, *OTHERS))]
    else:
        names = [name for name in declared if name in layer.p]
        unclear = [name for name in declared if name not in layer.p]
    nobody_said = unclear or (declared is None and not names)
    if layer.penalty is not None and layer.p and nobody_said:
        raise LayerError(
            f'{layer.name}.penalty', 'a class that says which parameters are weights',
            f'{", ".join(unclear or layer.p)} without a word' if declared is None
            else f'weight_names = {declared}, and parameters {", ".join(layer.p)}',
            f"Name them in the class body: weight_names = ('{next(iter(layer.p))}',).",
        )  # fmt: skip
    return names


def layer_add_penalty_gradient(layer: State, scale: float) -> None:
    """Add the gradient of the penalty, times `scale`, to the gradients of the weights."""
    if layer.penalty is not None:
        for name in layer.weights():
            g = layer.g[f'd{name}']
            layer.g[f'd{name}'] = g + scale * layer.penalty.gradient(layer.p[name])


def layer_compute_penalty(layer: State) -> float:
    """Return the penalty of all weights, 0 without one."""
    if layer.penalty is None:
        return 0.0
    return sum(layer.penalty(layer.p[name]) for name in layer.weights())
