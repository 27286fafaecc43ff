"""What several tests of networks ask for."""

import pytest
from networks import quiet
from shared_networks import build, embed


@pytest.fixture
def alone():
    """Return a network that trained with an Embedding of its own, five epochs and three."""
    model = quiet(build(embed()), optimizer='Adam')
    model.train(5, verbose=0)
    model.train(3, verbose=0)
    return model
