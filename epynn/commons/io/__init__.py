"""From the user's data to numbers: tokens and labels to one-hot vectors, padding, and scaling.

Tokens are whatever a sequence is made of: letters, words, integers. ``e2i`` maps each to its index
and ``i2e`` back. Nothing here modifies its input, and nothing remembers: what an encoding learned
from data is returned, to be handed in again for other data.
"""

from epynn.commons.io.labels import apply_label_encoding, encode_labels
from epynn.commons.io.scaling import FeatureScale, feature_scale, scale_features
from epynn.commons.io.token_encoding import (
    encode_dataset,
    index_elements_auto,
    one_hot_decode_sequence,
    one_hot_encode,
    one_hot_encode_sequence,
    padding,
)

__all__ = [
    'FeatureScale', 'apply_label_encoding', 'encode_dataset', 'encode_labels', 'feature_scale',
    'index_elements_auto', 'one_hot_decode_sequence', 'one_hot_encode', 'one_hot_encode_sequence',
    'padding', 'scale_features',
]  # fmt: skip
