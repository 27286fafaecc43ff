"""One step of a dense network, with the update: ours against PyTorch and scikit-learn."""

import numpy as np
import torch
from sklearn.neural_network import MLPClassifier

from benchmarks.suite import Suite
from benchmarks.timing import Case
from epynn import Dense, Embedding, EpyNN
from epynn.commons.maths import relu, softmax
from epynn.network.training import train_step

M, SIZES, RATE = 64, (784, 256, 10), 0.1


def make_case() -> Case:
    """Compare one step from the same parameters; results are the parameters after it.

    All of ours takes part, as in training: forward, loss, backward, update, and the checks that
    numbers are finite.
    """
    rng = np.random.default_rng(0)
    n, hidden, classes = SIZES
    X = rng.standard_normal((M, n), dtype=np.float32)
    y = np.arange(M) % classes
    data = Embedding(X, y, (1, 0, 0), Y_encode=True)
    model = EpyNN([data, Dense(hidden, relu), Dense(classes, softmax)])
    model.initialize(
        'CCE', {'learning_rate': RATE}, seed=1, reduction='mean', dtype='float32', verbose=False
    )
    layers = model.layers[1:]
    start = [dict(layer.p) for layer in layers]
    (batch,) = data.batch_dtrain

    net = torch.nn.Sequential(
        torch.nn.Linear(n, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, classes)
    )
    linear = [net[0], net[2]]
    optimizer = torch.optim.SGD(net.parameters(), lr=RATE)
    Xt, yt = torch.tensor(batch.X), torch.tensor(batch.y)

    mlp = MLPClassifier(
        hidden, solver='sgd', alpha=0, batch_size=M, learning_rate_init=RATE, momentum=0,
        nesterovs_momentum=False, shuffle=False, random_state=1,
    )  # fmt: skip
    mlp.partial_fit(batch.X, batch.y, classes=np.arange(classes))

    def reset() -> None:
        for layer, p, torch_layer, W, b in zip(
            layers, start, linear, mlp.coefs_, mlp.intercepts_, strict=True
        ):
            layer.p = dict(p)
            W[:], b[:] = p['W'], p['b'][0]
            with torch.no_grad():
                torch_layer.weight.copy_(torch.tensor(p['W'].T))
                torch_layer.bias.copy_(torch.tensor(p['b'][0]))

    def ours() -> list[np.ndarray]:
        train_step(model, batch)
        return [value for layer in layers for value in (layer.p['W'], layer.p['b'][0])]

    def theirs() -> list[np.ndarray]:
        optimizer.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(net(Xt), yt).backward()
        optimizer.step()
        return [
            value for layer in linear
            for value in (layer.weight.detach().numpy().T, layer.bias.detach().numpy())
        ]  # fmt: skip

    def sklearn() -> list[np.ndarray]:
        mlp.partial_fit(batch.X, batch.y)
        return [value for pair in zip(mlp.coefs_, mlp.intercepts_, strict=True) for value in pair]

    return Case(ours, {'contiguous': theirs}, {'scikit-learn': sklearn}, reset=reset)


SUITE = Suite(
    'Dense network, one step with the update',
    {f'{"-".join(map(str, SIZES))}, batch {M}, softmax and cross-entropy': make_case},
    limit=0.6,
)
