"""The language model of the examples learns as the same network in PyTorch does."""

import numpy as np
import pytest
from parity import torch_attention, torch_functions
from parity.torch_functions import inner

from epynn import Callback, cli

torch = pytest.importorskip('torch')

STEPS = 20


class Learned(Callback):
    """Keeps the batches that were learned, and the mean loss of each."""

    def __init__(self, labels):
        self.labels, self.batches, self.losses = labels, [], []

    def on_epoch_begin(self, model):
        self.before = 0.0, 0

    def on_batch_end(self, model):
        X = model.layers[1].fc['T']
        self.batches.append((X, self.labels[X.tobytes()]))
        (loss, samples), now = self.before, (model.tally.loss, model.tally.samples)
        self.losses.append((now[0] - loss) / (now[1] - samples))
        self.before = now


def outputs(X, p, heads):
    """Return the logits of the network ``(m, s, v)`` for tokens `X`."""
    _, tokens, *blocks, norm, last = p
    A = torch_functions.tokens(X, tokens)
    for block in blocks:
        A = torch_attention.block(A, block, 'relu', heads=heads, causal=True, rotary=True)
    return torch_functions.dense(torch_functions.layer_norm(A, norm, 1e-5), inner(last, 0))


def test_the_first_losses_of_topics_lm_are_those_of_torch(separate_train, monkeypatch):
    train = cli.load_network('topics_lm')
    labels, cut_windows = {}, train.cut_windows

    def noted(text, starts):
        X, Y = cut_windows(text, starts)
        labels[X.tobytes()] = Y
        return X, Y

    monkeypatch.setattr(train, 'cut_windows', noted)
    # What is held out is not compared: a little of it will do.
    cut_all = train.cut_all
    monkeypatch.setattr(train, 'cut_all', lambda text: tuple(part[:2] for part in cut_all(text)))
    model = train.build(dtype='float64', batches=STEPS)
    p = [
        {name: torch.tensor(value, requires_grad=True) for name, value in layer.p.items()}
        for layer in model.layers
    ]
    ours = Learned(labels)
    model.train(1, verbose=0, init_logs=False, callbacks=ours)

    parameters = [parameter for of_layer in p for parameter in of_layer.values()]
    optimizer = torch.optim.Adam(parameters, lr=model.layers[1].lrate[0], eps=1e-8)
    losses = []
    for X, Y in ours.batches:
        Z = outputs(torch.tensor(X), p, train.HEADS)
        loss = torch.nn.functional.cross_entropy(Z.flatten(0, 1), torch.tensor(Y).flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert len(losses) == STEPS
    assert losses[-1] < losses[0] - 1
    np.testing.assert_allclose(ours.losses, losses, rtol=0, atol=1e-6)
