"""Run a bundled network as its command does, and draw what it trained.

    python -m pages.network_run digits_cnn FOLDER epynn run digits_cnn

The network prints what it prints. Pictures go to a folder, with a file that says what they show.
"""

import functools
import json
import math
import runpy
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from epynn import EpyNN, cli
from epynn.commons.dataset import SETS
from epynn.commons.errors import EpynnError
from epynn.commons.plot import SHOWN_DEPTHS, SHOWN_LABELS


def remember_trained() -> dict[str, EpyNN]:
    """Return networks by name, which fill as they train: of several of one name, the first."""
    trained: dict[str, EpyNN] = {}
    train: Callable[..., None] = EpyNN.train

    @functools.wraps(train)
    def noted(model: EpyNN, *arguments: Any, **settings: Any) -> None:
        trained.setdefault(model.name, model)
        train(model, *arguments, **settings)

    EpyNN.train = noted  # type: ignore[method-assign]
    return trained


def run(name: str, words: list[str]) -> None:
    """Run ``epynn run NAME ...``, or ``python train.py ...`` of the network's folder."""
    if words[0] == 'epynn':
        cli.main(words[1:])
        return
    folder = cli.find_networks()[name]
    sys.argv = words[1:]
    sys.path.insert(0, str(folder))
    runpy.run_path(str(folder / words[1]), run_name='__main__')


def draw(model: EpyNN) -> Iterator[tuple[str, Figure | None, str]]:
    """Yield the pictures of a network: the call that draws each, the picture, and words for it."""
    if has_curves(model):
        yield 'plot()', model.plot(path=False), describe_curves(model)
    confusion = find_confusion(model)
    if confusion is not None:
        words = (
            'Squares, a row a true label, a column a decision. Of the '
            f'{confusion.counts.sum()} samples of {confusion.name}, '
            f'the {confusion.counts.trace()} on the diagonal are right.'
        )
        yield 'plot_confusion()', model.plot_confusion(path=False), words
    number, W = find_filters(model)
    if W is not None:
        fh, fw, _, u = W.shape
        words = f'Weights of {u} filters of layer {number}, {fh} by {fw}: red above 0, blue below.'
        yield f'plot_filters({number})', model.plot_filters(number, path=False), words


def has_curves(model: EpyNN) -> bool:
    """Return whether a network was measured in more than one epoch."""
    lists = model.metrics[model.training_loss.__name__]
    return max(sum(map(math.isfinite, kept)) for kept in lists) > 1


def find_confusion(model: EpyNN) -> Any:
    """Return which labels are taken for which, or None where that is no picture."""
    try:
        confusion = model.confusion_matrix()
    except EpynnError:  # targets are amounts, or there are several labels a sample
        return None
    return confusion if len(confusion.labels) <= SHOWN_LABELS else None


def find_filters(model: EpyNN) -> tuple[int, Any]:
    """Return number and weights of a first layer of filters (fh, fw, d, u), or None for them."""
    for number, layer in enumerate(model.layers):
        if layer.filter_axes is not None and layer.d['d'] <= SHOWN_DEPTHS:
            return number, layer.p['W']
    return 0, None


def describe_curves(model: EpyNN) -> str:
    """Return in words where the curves of a network end."""
    ends = []
    for name, lists in model.metrics.items():
        last = [f'{kept[-1]:.3g} on {part}' for part, kept in zip(SETS, lists, strict=True) if kept]
        ends.append(f'{name} is {", ".join(last)}')
    return f'Curves over {model.epochs} epochs. At the end, {"; ".join(ends)}.'


def draw_small(trained: list[EpyNN]) -> tuple[Figure, str] | None:
    """Return a picture for the gallery, of what tells a network from others, and words for it."""
    figure = Figure(figsize=(2.6, 2), layout='constrained')
    _, W = find_filters(trained[0]) if trained else (0, None)
    if W is not None:
        bound = abs(W).max()
        grid = figure.subplots(3, 5).ravel()
        for axis in grid:
            axis.set_axis_off()
        for axis, i in zip(grid, range(W.shape[3]), strict=False):
            axis.imshow(W[:, :, 0, i], cmap='RdBu_r', vmin=-bound, vmax=bound)
        return figure, 'Filters that it learned.'
    confusion = find_confusion(trained[0]) if len(trained) == 1 else None
    if confusion is not None:
        axis = figure.subplots()
        axis.imshow(confusion.counts, cmap='Blues')
        axis.set(xticks=[], yticks=[], xlabel='decided', ylabel='true')
        return figure, 'Which labels it takes for which.'
    losses = [model.metrics[model.training_loss.__name__] for model in trained if has_curves(model)]
    if not losses:
        return None
    axis = figure.subplots()
    for values in losses[0] if len(losses) == 1 else [loss[-1] or loss[0] for loss in losses]:
        axis.plot(values)
    axis.set(xticks=[], yticks=[], xlabel='epoch', ylabel='loss')
    axis.spines[['top', 'right']].set_visible(False)
    return figure, 'The loss over the epochs.'


def save(figure: Figure, path: Path) -> None:
    """Write a picture as SVG, the same for the same picture."""
    with rc_context({'svg.fonttype': 'none', 'svg.hashsalt': 'epynn'}):
        about = {'Date': None, 'Creator': None}
        figure.savefig(path, metadata=about, transparent=True)


def main(name: str, folder: Path, words: list[str]) -> None:
    """Run, then write the pictures, and ``pictures.json`` which says what they show."""
    known = remember_trained()
    run(name, words)
    sys.stdout.flush()
    trained = list(known.values())
    pictures = []
    for i, model in enumerate(trained):
        for call, figure, alt in draw(model):
            assert figure is not None  # nothing is shown on a screen
            file = f'{i}_{call.partition("(")[0]}.svg'
            save(figure, folder / file)
            pictures.append({'model': model.name, 'call': call, 'file': file, 'alt': alt})
    small = draw_small(trained)
    if small:
        save(small[0], folder / 'small.svg')
    about = {'pictures': pictures, 'small': small[1] if small else ''}
    (folder / 'pictures.json').write_text(json.dumps(about), encoding='utf-8')


if __name__ == '__main__':
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
