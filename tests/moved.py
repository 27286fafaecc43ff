"""Parameters away from where they begin, where an error in a bias or a scale could hide."""

import numpy as np

from epynn.commons.models import walk_layers


def move_parameters(layer, seed=5):
    """Move all parameters and statistics of a layer and of those inside; variances stay above 0."""
    rng = np.random.Generator(np.random.PCG64(seed))
    for each in walk_layers([layer]):
        if not each.children():
            each.p = {name: p + 0.3 * rng.standard_normal(p.shape) for name, p in each.p.items()}
            each.s = {name: s * rng.uniform(0.5, 2, s.shape) for name, s in each.s.items()}
            if 'mean' in each.s:
                each.s['mean'] = rng.standard_normal(each.s['mean'].shape)
