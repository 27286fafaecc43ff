"""State that goes from one pass to the next: long series in pieces, or step by step."""

from epynn.commons.calls import in_words
from epynn.commons.models import walk_layers
from epynn.network.state import Network


@in_words('EpyNN.reset_states', 'Write model.reset_states().')
def model_reset_states(model: Network) -> None:
    """Forget what layers carried over from the pass before: the next one begins a new sequence."""
    for layer in walk_layers(model.layers):
        layer.carried = {}
