"""Where there is next to nothing to compute: what the library itself takes.

A perceptron on 33 samples, whose every epoch is one update and one report: the ratio of times is
that of updates a second, upside down. Beside it the same written out in NumPy for this one network,
without checks, layers or reports. Then a single image, predicted by the network of digits_cnn.
"""

from functools import partial

import numpy as np
import torch

from benchmarks.suite import Suite
from benchmarks.timing import Case, Step
from benchmarks.torch_training import convert_network
from benchmarks.training import SEED, build_example, fit_mlp, make_case
from epynn import Dense, Embedding, EpyNN
from epynn.commons.maths import sigmoid

EPOCHS = 200


def build_perceptron() -> EpyNN:
    """Return a single unit and 33 samples of 11 features; more ones than zeros is the question."""
    X = np.random.default_rng(0).integers(0, 2, size=(33, 11))
    model = EpyNN([Embedding(X, X.sum(axis=1) > 5, (1, 0, 0)), Dense(1, sigmoid)])
    model.initialize('BCE', seed=SEED, reduction='mean', verbose=False)
    return model


def write_out(model: EpyNN, epochs: int) -> Step:
    """Return the updates alone in plain NumPy."""
    (batch,) = model.embedding.batch_dtrain
    X, Y, rate = batch.X.astype(np.float32), batch.Y.astype(np.float32), model.layers[1].lrate[0]
    start = model.layers[1].p

    def step() -> list[np.ndarray]:
        W, b = start['W'], start['b']
        for _ in range(epochs):
            A = 1 / (1 + np.exp(-(X @ W + b)))
            dZ = (A - Y) / len(X)
            W = W - rate * (X.T @ dZ)
            b = b - rate * dZ.sum(axis=0, keepdims=True)
        return []

    return step


def make_single_image() -> Case:
    """Compare the probabilities of one image; NumPy array in, NumPy array out on both sides."""
    model = build_example('digits_cnn')
    settings = {'loss': 'CCE', 'seed': SEED, 'dtype': 'float32', 'verbose': False}
    model.initialize(**settings)
    image = model.embedding.dtrain.X[:1].astype(np.float32)
    layouts = {'contiguous': torch.contiguous_format, 'channels-last': torch.channels_last}

    def ours() -> list[np.ndarray]:
        return [model.predict(image).A]

    def theirs(net: torch.nn.Module) -> list[np.ndarray]:
        with torch.inference_mode():
            X = torch.from_numpy(image).permute(0, 3, 1, 2)
            return [net(X).softmax(dim=1).numpy()]

    nets = {
        name: convert_network(model).eval().to(memory_format=layout)
        for name, layout in layouts.items()
    }
    return Case(ours, {name: partial(theirs, net) for name, net in nets.items()})


SUITE = Suite(
    'Overhead',
    {
        f'perceptron, 33 samples, {EPOCHS} updates': partial(
            make_case, build_perceptron, EPOCHS,
            others={'scikit-learn': fit_mlp, 'plain NumPy': write_out},
        ),
        'digits_cnn, one image': make_single_image,
    },
)  # fmt: skip
