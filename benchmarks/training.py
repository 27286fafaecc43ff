"""Whole trainings: bundled examples and a network of the size of LeNet-5, ours against PyTorch.

Same data, same parameters at the start, same batches, same optimizer and learning rates, as many
epochs, and after each epoch the loss and the accuracy on every set. Where there is Dropout, results
are compared with the masks of ours; in the timed runs PyTorch draws its own.
"""

import importlib.util
import io
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import ExitStack, redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from benchmarks.suite import Suite
from benchmarks.timing import Case, Step
from benchmarks.torch_training import TorchTraining
from epynn import Convolution, Dense, Embedding, EpyNN, Flatten, Pooling
from epynn.commons.maths import relu, softmax
from epynn.network.backward import loss_gradient

EXAMPLES = Path(__file__).resolve().parent.parent / 'examples'
SEED = 1


def build_example(name: str, **options: Any) -> EpyNN:
    """Return the network of a bundled example."""
    folder = EXAMPLES / name
    spec = importlib.util.spec_from_file_location(f'benchmarked_{name}', folder / 'train.py')
    train = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(folder))
    try:
        spec.loader.exec_module(train)
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop('prepare_dataset', None)
    return train.build(SEED, **options)


def build_lenet() -> EpyNN:
    """Return a network of the size of LeNet-5 and 10,000 images to learn from: shifted patterns."""
    rng = np.random.default_rng(0)
    y = np.arange(10_000) % 10
    patterns = np.kron(rng.standard_normal((10, 7, 7)), np.ones((1, 4, 4)))
    X = 0.5 * rng.standard_normal((len(y), 28, 28)) + patterns[y]
    for image, shift in zip(X, rng.integers(-3, 4, size=(len(y), 2)), strict=True):
        image[:] = np.roll(image, shift, axis=(0, 1))
    layers = [
        Embedding(X[..., np.newaxis], y, (4, 0, 1), batch_size=64, Y_encode=True),
        Convolution(6, 5, 1, padding=2, activate=relu), Pooling(),
        Convolution(16, 5, 1, activate=relu), Pooling(),
        Flatten(), Dense(120, relu), Dense(84, relu), Dense(10, softmax),
    ]  # fmt: skip
    model = EpyNN(layers, name='LeNet-5')
    hPars = {'learning_rate': 0.02}
    model.initialize('CCE', hPars, seed=SEED, reduction='mean', verbose=False)
    return model


def make_case(
    build: Callable[[], EpyNN],
    epochs: int,
    learning_rate: float | None = None,
    others: Mapping[str, Callable[[EpyNN, int], Step]] | None = None,
) -> Case:
    """Compare trainings; results are loss and accuracy of every epoch and set.

    Parameters
    ----------
    build : callable
        Returns the network, initialized; it is initialized once more in float32.
    epochs : int
        Epochs.
    learning_rate : float, optional
        Take gradient descent from this rate on, where the optimizer or the rate of the example lets
        rounding grow until the two sides are no longer the same training.
    others : mapping of callable, optional
        Makes the step of another library, by its name.
    """
    model = build()
    settings: dict[str, Any] = {'optimizer': model.optimizer, 'se_hPars': model.se_hPars}
    if learning_rate is not None:
        hPars = {**model.se_hPars, 'learning_rate': learning_rate}
        settings = {'optimizer': 'SGD', 'se_hPars': hPars}
    settings |= {
        'loss': model.training_loss.__name__, 'reduction': model.reduction, 'seed': SEED,
        'dtype': 'float32', 'verbose': False,
    }  # fmt: skip
    model.initialize(**settings)
    layouts = {'contiguous': torch.contiguous_format}
    if model.embedding.dtrain.X.ndim == 4 and any(
        isinstance(it, Convolution) for it in model.layers
    ):
        layouts['channels-last'] = torch.channels_last
    trainings = {name: TorchTraining(model, epochs, layout) for name, layout in layouts.items()}

    def reset() -> None:
        model.initialize(**settings)
        for training in trainings.values():
            training.reset()

    def ours() -> list[np.ndarray]:
        model.train(epochs, verbose=0)
        return history(model)

    def theirs(training: TorchTraining, same_masks: bool = False) -> list[np.ndarray]:
        training.use_masks(same_masks)
        return list(np.transpose(training.run()))

    return Case(
        ours,
        {name: partial(theirs, training) for name, training in trainings.items()},
        {name: make(model, epochs) for name, make in (others or {}).items()},
        {name: partial(theirs, training, True) for name, training in trainings.items()},
        tolerance=0.05,  # rounding, which training makes larger from step to step
        reset=reset,
        warm=False,
        loop_share=lambda: measure_loop(model, epochs),
    )


def history(model: EpyNN) -> list[np.ndarray]:
    """Return loss and accuracy on each set over the epochs."""
    loss = model.metrics[model.training_loss.__name__]
    accuracy = model.metrics['accuracy']
    return [
        np.array(values[i]) for i in range(3) for values in (loss, accuracy) if values[i]
    ]  # fmt: skip


def fit_mlp(model: EpyNN, epochs: int) -> Step:
    """Return the training of scikit-learn's network, of the same hidden layers but no Dropout.

    Its batches come in another order, and it has no reports but the loss of the batches: it returns
    nothing to compare.
    """
    hidden = [layer.d['u'] for layer in model.layers[1:-1] if isinstance(layer, Dense)]
    dtrain = model.embedding.dtrain
    X = dtrain.X.reshape(len(dtrain.X), -1).astype(np.float32)
    mlp = MLPClassifier(
        hidden, solver='sgd', alpha=0, batch_size=len(model.embedding.batch_dtrain[0].X),
        learning_rate_init=model.layers[-1].lrate[0], momentum=0, nesterovs_momentum=False,
        max_iter=epochs, tol=0, n_iter_no_change=epochs + 1, random_state=SEED,
    )  # fmt: skip

    def step() -> list[np.ndarray]:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore', ConvergenceWarning)  # it is to stop after `epochs`
            mlp.fit(X, dtrain.y)
        return []

    return step


def measure_loop(model: EpyNN, epochs: int) -> float:
    """Return the share of a training, tables included, outside the mathematics.

    Mathematics are forward and backward of the layers, in training and evaluation, the gradients of
    loss and parameters, and the update. All else is the loop: shuffling and cutting batches,
    checking that numbers are finite, metrics, tables. The whole is timed in a run of its own, in
    which nobody looks at the clock in between.
    """
    spent = 0.0

    def timed(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            nonlocal spent
            start = time.perf_counter()
            result = function(*arguments)
            spent += time.perf_counter() - start
            return result

        return call

    def run() -> float:
        start = time.perf_counter()
        with redirect_stdout(io.StringIO()):
            model.train(epochs)
        return time.perf_counter() - start

    total = run()
    with ExitStack() as stack:
        for layer in model.layers[1:]:
            for name in ('forward', 'backward', 'compute_gradients', 'update_parameters'):
                stack.enter_context(patch.object(layer, name, timed(getattr(layer, name))))
        gradient = 'epynn.network.training.loss_gradient'
        stack.enter_context(patch(gradient, timed(loss_gradient)))
        run()
    return 1 - spent / total


SUITE = Suite(
    'Whole trainings',
    {
        'digits_cnn, 8 epochs': partial(make_case, partial(build_example, 'digits_cnn'), 8, 0.1),
        'digits_dense, 20 epochs': partial(
            make_case, partial(build_example, 'digits_dense'), 20, others={'scikit-learn': fit_mlp}
        ),
        'LeNet-5, 10,000 images, 1 epoch': partial(make_case, build_lenet, 1),
        'strings, LSTM, 20 epochs': partial(
            make_case, partial(build_example, 'strings', body='LSTM'), 20
        ),
        'time_series, two RNN, 12 epochs': partial(
            make_case, partial(build_example, 'time_series', body='RNN, RNN'), 12, 0.05
        ),
    },
    limit=0.7,
    largest=1.25,
    rounds=5,
)
