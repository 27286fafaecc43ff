"""What is allowed and rarely meant: a warning each, with the remedy."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

import epynn.settings
from epynn.commons.arguments import suggest
from epynn.commons.data_source import count_batches
from epynn.commons.foreign import KEYWORDS, PLACES
from epynn.commons.io.sequences import real_pieces
from epynn.commons.logs import warn
from epynn.commons.models import walk_layers
from epynn.kernels.arrays import ndarray
from epynn.kernels.blas import controls_blas
from epynn.network.hyperparameters import default_hyperparameters
from epynn.network.state import Network

LARGE, HUGE, SPREAD, FEW = 100, 1e9, 30, 10
"""Features between these magnitudes are taken for measured ones that nobody scaled, if their
standard deviation is large, too, and there are more than a few samples."""
CHANNELS = (1, 3, 4)
"""Channels of images: grey, red-green-blue, and these with opacity."""


def warn_once(model: Network, what: str, msg: str) -> None:
    """Warn of something the first time that this network meets it."""
    if what not in model.warned:
        model.warned.add(what)
        warn(msg)


def warn_of_unknown_hyperparameters(
    model: Network, settings: Iterable[Mapping[str, Any] | None]
) -> None:
    """Warn of hyper-parameters that nobody knows, in those of the model and of its layers."""
    known = sorted(epynn.settings.se_hPars)
    names = {name for hPars in settings if isinstance(hPars, Mapping) for name in hPars}
    unknown = sorted(map(str, names.difference(known)))
    if unknown:
        hints = [what_was_meant(name, known) for name in unknown]
        warn_once(
            model, f'se_hPars {unknown}',
            ' '.join([
                f'se_hPars: nobody reads {", ".join(unknown)}; known are {", ".join(known)}.',
                *filter(None, hints),
            ]),
        )  # fmt: skip


def what_was_meant(name: str, known: list[str]) -> str:
    """Return the hint at a hyper-parameter: its name here, or its place; '' for none."""
    here = KEYWORDS.get(name, name).split()[-1]
    if here in PLACES and here not in known:
        return f'{name}: {PLACES[here].format(name=here, value="...")}'
    return suggest(here, known, otherwise='')


def warn_of_threads() -> None:
    """Warn where the number of threads, which is said to change nothing, may change last digits."""
    if not controls_blas():
        warn(
            'initialize(deterministic=True): the library that NumPy multiplies matrices by cannot '
            'be kept to one thread; its last digits may depend on how many it takes.'
        )


def warn_of_layout(model: Network, X: ndarray) -> None:
    """Warn of images whose channels come first: ``(m, d, h, w)`` where ``(m, h, w, d)`` is meant.

    Few rows and many channels may be meant. They are taken for channels first where the two axes
    after them make a square, or where photographs would have more than 64 channels.
    """
    if model.layers[1].input_axes != ('m', 'h', 'w', 'd') or X.ndim != 4:
        return
    _, d, h, w = X.shape
    if d in CHANNELS and w not in CHANNELS and min(h, w) > 4 and (h == w or (d > 1 and w > 64)):
        warn_once(
            model, 'layout',
            f'Embedding.X_data: images of shape {X.shape[1:]} look as if their channels came '
            f'first; here they are the last axis. Move them: X_data.transpose(0, 2, 3, 1).',
        )  # fmt: skip


def warn_of_scale(model: Network, inputs: Iterable[ndarray]) -> None:
    """Warn of features of hundreds that go into the first layer that learns.

    Sums of them drive activations to where they are flat, and gradients out of hand. Layers that
    divide by a standard deviation, or look numbers up, take numbers of any size.
    """
    pairs = [
        (inner, A)
        for layer, A in zip(model.layers, inputs, strict=True)
        for inner in walk_layers([layer])
        if inner.draws_parameters() and not inner.children()
    ]
    if not pairs:
        return
    learner, A = pairs[0]
    largest = np.abs(A).max()
    few = max(len(model.embedding.dtrain.X), len(A)) < FEW  # of a stream, those of a batch
    if learner.takes_any_scale or few or not LARGE < largest < HUGE:
        return
    if A.std() > SPREAD:
        warn_once(
            model, 'scale',
            f'Embedding.X_data: features as large as {largest:.4g} reach {learner.name}, '
            'which learns from numbers around 1. Scale them: Embedding(..., X_scale=True), and '
            'predict(..., X_scale=True).',
        )  # fmt: skip


def warn_of_unscaled(model: Network, X: ndarray, mask: ndarray | None, what: str) -> None:
    """Warn of samples given to a method that look like the training data before their scaling.

    Scaled, they would lie near 0 to 1; these reach at least halfway to what the training data
    reached before.
    """
    scale = model.embedding.scale
    if scale is None or X.size == 0:
        return
    reach = max(abs(scale.minimum), abs(scale.minimum + scale.span))
    furthest = max(float(np.abs(piece).max()) for piece in real_pieces(X, mask))
    if furthest > max(2, min(10, (1 + reach) / 2)):
        warn_once(
            model, 'unscaled',
            f'EpyNN.{what}(X_data): samples with numbers as large as {furthest:.4g}, where the '
            'network learned from numbers scaled to 0 to 1. Pass X_scale=True.',
        )  # fmt: skip


def warn_of_shuffled_states(model: Network) -> None:
    """Warn of layers that go on from the batch before where the samples are shuffled."""
    embedding = model.embedding
    names = [layer.name for layer in walk_layers(model.layers) if layer.carries]
    if names and getattr(embedding, 'shuffle', False) and count_batches(embedding) > 1:
        warn_once(
            model, 'shuffled states',
            f'{names[0]}: each sample goes on from the one at its place in the batch before, but '
            'samples are shuffled. Give them in order, Embedding(..., shuffle=False), or leave out '
            'stateful=True.',
        )  # fmt: skip


def list_settings(model: Network) -> dict[str, Any]:
    """Return what layers are trained with: the settings that shape what they learn."""
    assert model.training_loss is not None
    embedding, scale = model.embedding, model.embedding.scale
    classes, weights = embedding.classes, model.class_weights
    if classes is not None:  # by the labels of the user, as initialize takes them
        weights = {classes[column]: weight for column, weight in weights.items()}
    return {
        'loss': model.training_loss.__name__,
        'optimizer': repr(model.optimizer),
        'reduction': model.reduction,
        'learning_rate': model.se_hPars['learning_rate'],
        'schedule': model.se_hPars['schedule'],
        'class_weight': weights,
        'tokens': list(embedding.e2i) or None,
        'labels': classes,
        'scale': None if scale is None else (scale.minimum, scale.minimum + scale.span),
    }


def warn_of_lost_settings(model: Network) -> None:
    """Warn if layers that keep their parameters are about to go on by other settings than before.

    A setting that was given is one that was wanted: only those left at their defaults are lost.
    """
    now, hPars = list_settings(model), default_hyperparameters()
    default: dict[str, Any] = {
        'loss': 'MSE', 'optimizer': 'SGD()', 'reduction': 'sum',
        'learning_rate': hPars.get('learning_rate'), 'schedule': hPars.get('schedule'),
        'class_weight': {},
    }  # fmt: skip
    # The first layer that learned reads tokens and the scale; the last one answers in labels.
    ends = {'tokens': model.layers[1], 'scale': model.layers[1], 'labels': model.layers[-1]}
    lost = {}
    for layer in walk_layers(model.layers[1:]):
        before = layer.owner.settings if layer.owner is not None and layer.p else {}
        for name, value in before.items():
            unwanted = now[name] == default.get(name) or layer is ends.get(name)
            if unwanted and value is not None and now[name] != value:
                lost[name] = value
    if lost:
        warn(
            'initialize(params=False): the parameters come from a training by other settings: '
            f'{name_settings(lost)}; now it is {name_settings({name: now[name] for name in lost})}.'
            ' Pass them again; or, from a file, read_model(path, data=Embedding(X, Y)) keeps all.'
        )


def name_settings(settings: dict[str, Any]) -> str:
    """Return settings as arguments are written, long ones cut."""
    texts = {name: str(value) for name, value in settings.items()}
    return ', '.join(
        f'{name}={text if len(text) <= 80 else text[:77] + "..."}' for name, text in texts.items()
    )
