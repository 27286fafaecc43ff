"""A label for each step: what is learned and reported is what the real steps give as samples."""

import numpy as np
import pytest

from epynn import (
    L2,
    Convolution1D,
    Dense,
    EarlyStopping,
    Embedding,
    EpyNN,
    LabelSmoothing,
    TimeDistributed,
    TopK,
    check_gradients,
    identity,
    read_model,
    relu,
    sigmoid,
    softmax,
    tanh,
)
from epynn.commons.errors import LabelError
from epynn.commons.loss import BCE, CCE, ICCE, Huber
from epynn.commons.metrics import metrics_functions
from epynn.commons.rows import put_steps

rng = np.random.default_rng(0)
m, s, e, c = 12, 6, 3, 4
lengths = rng.integers(1, s + 1, m)
lengths[0] = s
mask = np.arange(s) < lengths[:, np.newaxis]
X = np.where(mask[..., np.newaxis], rng.normal(size=(m, s, e)), 0)
classes = rng.integers(0, c, (m, s))
tags = (rng.normal(size=(m, s, c)) > 0).astype(int)
amounts = np.abs(rng.normal(size=(m, s, c)))
TRUTHS = {'classes': classes, 'yes': classes // 2, 'one-hot': np.eye(c)[classes],
          'tags': tags, 'amounts': amounts, 'amount': amounts[..., 0]}  # fmt: skip
LOSSES = [
    ('MSE', identity, 'amounts'), ('MAE', identity, 'amount'), ('MSLE', relu, 'amounts'),
    (Huber(0.5), identity, 'amounts'), ('BCE', sigmoid, 'tags'), ('BCE', sigmoid, 'yes'),
    ('CCE', softmax, 'one-hot'), ('ICCE', softmax, 'classes'), ('Hinge', identity, 'yes'),
    ('Hinge', identity, 'tags'), (LabelSmoothing(ICCE), softmax, 'classes'),
    (LabelSmoothing(CCE), softmax, 'one-hot'), (LabelSmoothing(BCE), sigmoid, 'tags'),
    ('MSE', softmax, 'one-hot'), ('MSE', sigmoid, 'yes'),
]  # fmt: skip


def ragged(array):
    return [each[real] for each, real in zip(array, mask, strict=True)]


def forms(Y):
    """Return data and labels in all forms in which they may come, and what else is to be said."""
    flat = Y.ndim == 2
    return {
        'lists': ((ragged(X), ragged(Y)), {}),
        'own mask': ((X, Y), {'mask': mask, 'per_step': flat}),
        'own mask, lists': ((X, ragged(Y)), {'mask': mask}),
    }


def units(Y):
    return Y.shape[2] if Y.ndim == 3 else 1


def make_pair(loss, f, Y, form='lists', reduction='mean', **settings):
    """Return two networks of the same parameters: one of steps, one of them as samples."""
    u = c if f is softmax else units(Y)
    data, words = forms(Y)[form]
    steps = EpyNN([
        Embedding(*data, (1, 0, 0), **words), TimeDistributed([Dense(5, tanh), Dense(u, f)]),
    ])  # fmt: skip
    rows = EpyNN([Embedding(X[mask], Y[mask], (1, 0, 0)), Dense(5, tanh), Dense(u, f)])
    for model in (rows, steps):
        model.initialize(
            loss=loss, seed=1, verbose=False, reduction=reduction, optimizer='Adam',
            learning_rate=0.01, **settings,
        )  # fmt: skip
    for i in (0, 1):
        steps.layers[1].layers[i].p = {name: p.copy() for name, p in rows.layers[1 + i].p.items()}
    return steps, rows


def assert_same_training(steps, rows, epochs=3):
    for model in (steps, rows):
        model.train(epochs, verbose=0)
    assert steps.metrics.keys() == rows.metrics.keys()
    for name, (ours, *_) in steps.metrics.items():
        np.testing.assert_allclose(ours, rows.metrics[name][0], rtol=1e-10, err_msg=name)
    np.testing.assert_allclose(steps.batch_loss, rows.batch_loss, rtol=1e-10)
    for i in (0, 1):
        for name, p in steps.layers[1].layers[i].p.items():
            np.testing.assert_allclose(p, rows.layers[1 + i].p[name], rtol=1e-8, atol=1e-12)
    assert steps.embedding.dtrain.b == rows.embedding.dtrain.b


@pytest.mark.parametrize('form', ['lists', 'own mask', 'own mask, lists'])
@pytest.mark.parametrize(('loss', 'f', 'truth'), LOSSES)
def test_every_loss_learns_from_steps_what_it_learns_from_them_as_samples(loss, f, truth, form):
    reduction = 'sum' if form == 'lists' else 'mean'
    steps, rows = make_pair(loss, f, TRUTHS[truth], form, reduction)
    assert_same_training(steps, rows)
    assert steps.embedding.targets == rows.embedding.targets
    real = steps.embedding.dtrain.rows
    for name in ('P', 'A', 'y', 'Y'):
        np.testing.assert_allclose(
            real(getattr(steps.embedding.dtrain, name)), getattr(rows.embedding.dtrain, name)
        )


@pytest.mark.parametrize(('loss', 'f', 'truth'), [
    ('ICCE', softmax, 'classes'), ('BCE', sigmoid, 'tags'), ('BCE', sigmoid, 'yes'),
    ('MSE', identity, 'amounts'),
])  # fmt: skip
def test_every_metric_is_that_of_the_real_steps(loss, f, truth):
    names = [name for name in metrics_functions() if truth == 'tags' or 'samples' not in name]
    if truth == 'amounts':
        names = ['R2', 'RMSE', 'MAE']
    metrics = names
    if truth == 'classes':  # of which amounts have no meaning
        metrics = [*(name for name in names if name not in ('R2', 'RMSE')), TopK(2)]
    assert_same_training(*make_pair(loss, f, TRUTHS[truth], metrics=metrics), epochs=2)


def test_a_metric_of_the_users_sees_rows():
    seen = []

    def look(Y, A):
        seen.append((Y.shape, A.shape))
        return 0.0

    make_pair('ICCE', softmax, classes, metrics=[look])[0].evaluate()
    assert set(seen) == {((mask.sum(), 1), (mask.sum(), c))}


@pytest.mark.parametrize('reduction', ['sum', 'mean'])
def test_penalties_weigh_as_much_as_beside_so_many_samples(reduction):
    steps, rows = make_pair('ICCE', softmax, classes, reduction=reduction)
    for layer in (steps.layers[1].layers[1], rows.layers[2]):
        layer.penalty = L2(0.1)
    assert_same_training(steps, rows)


@pytest.mark.parametrize('given', [np.asarray, lambda Y: Y.tolist()], ids=['array', 'list'])
def test_labels_may_be_of_the_steps_that_a_layer_leaves(given):
    Y = given(classes[:, : s // 2])
    layers = [Convolution1D(4, 2, 2), TimeDistributed(Dense(c, softmax))]
    model = EpyNN([Embedding(X, Y, (1, 0, 0), per_step=True), *layers])
    model.initialize(loss='ICCE', seed=1, verbose=False)
    model.train(1, verbose=0)
    assert model.embedding.dtrain.P.shape == (m, s // 2)


@pytest.mark.parametrize('class_weight', [{1: 3.0, 2: 0.0}, 'balanced'])
def test_weights_of_classes_weigh_steps(class_weight):
    assert_same_training(*make_pair('ICCE', softmax, classes, class_weight=class_weight))


@pytest.mark.parametrize('given', ['samples', 'steps', 'lists'])
def test_weights_of_samples_or_of_steps(given):
    of_samples = rng.uniform(0, 2, m)
    w = np.broadcast_to(of_samples[:, np.newaxis], (m, s))
    if given != 'samples':
        w = np.where(rng.uniform(size=(m, s)) < 0.3, 0, rng.uniform(0, 2, (m, s)))
    ours = {'samples': of_samples, 'steps': w, 'lists': ragged(w)}[given]
    words = {'mask': mask, 'per_step': True, 'sample_weight': ours}
    steps = EpyNN([Embedding(X, classes, (1, 0, 0), **words),
                   TimeDistributed([Dense(5, tanh), Dense(c, softmax)])])  # fmt: skip
    rows = EpyNN([Embedding(X[mask], classes[mask], (1, 0, 0), sample_weight=w[mask]),
                  Dense(5, tanh), Dense(c, softmax)])  # fmt: skip
    for model in (rows, steps):
        model.initialize(loss='ICCE', seed=1, verbose=False, class_weight={0: 2.0})
    for i in (0, 1):
        steps.layers[1].layers[i].p = dict(rows.layers[1 + i].p)
    assert_same_training(steps, rows)


def test_gradients_are_those_of_torch_with_an_ignore_index():
    torch = pytest.importorskip('torch')
    steps, _ = make_pair('ICCE', softmax, classes)
    A = steps.forward(X, training=True, mask=mask)
    steps.backward(*steps.loss_gradient(classes[..., np.newaxis], A, mask=mask))
    p = {name: torch.tensor(p, requires_grad=True) for name, p in steps.layers[1].p.items()}
    hidden = torch.tanh(torch.tensor(X) @ p['0.W'] + p['0.b'])
    logits = hidden @ p['1.W'] + p['1.b']
    loss = torch.nn.functional.cross_entropy(
        logits.movedim(-1, 1), torch.tensor(np.where(mask, classes, -100)), ignore_index=-100
    )
    loss.backward()
    assert abs(steps.evaluate()['ICCE']['dtrain'] - loss.item()) < 1e-13
    for name, tensor in p.items():
        np.testing.assert_allclose(
            steps.layers[1].g[f'd{name}'], tensor.grad.numpy(), rtol=1e-9, atol=1e-14
        )


@pytest.mark.parametrize('reduction', ['sum', 'mean'])
def test_gradients_against_differences(reduction):
    steps, _ = make_pair('BCE', sigmoid, tags, reduction=reduction)
    assert check_gradients(steps, X[:3], tags[:3])
    steps, _ = make_pair('ICCE', softmax, classes, reduction=reduction)
    assert check_gradients(steps, X[:3], classes[:3])
    assert check_gradients(steps, ragged(X)[:3], ragged(classes)[:3])
    with pytest.raises(LabelError, match=r'check_gradients\(Y\), sample 0: expected one for each'):
        check_gradients(steps, ragged(X)[:3], ragged(classes)[3:6])


# WHAT IS GIVEN BACK


def test_labels_of_the_user_come_back_as_they_were_given(tmp_path):
    names = np.array(['verb', 'noun', 'adverb', 'other'])[classes]
    words = [list(map(str, each)) for each in ragged(names)]
    model = EpyNN([Embedding(ragged(X), words, (2, 1, 0), Y_encode=True, batch_size=4),
                   TimeDistributed(Dense(c, softmax))])  # fmt: skip
    assert model.embedding.classes == ['adverb', 'noun', 'other', 'verb']
    model.initialize(loss='CCE', seed=1, verbose=False)
    model.train(2, verbose=0, callbacks=[EarlyStopping(patience=5)])
    prediction = model.predict(ragged(X))
    assert prediction.A.shape == (m, s, c)
    assert prediction.P.shape == (m, s)
    assert [len(each) for each in prediction.labels] == lengths.tolist()
    assert model.predict(X[:1]).labels.shape == (1, s)
    values = model.evaluate(ragged(X), words)
    right = [p == y for P, Y in zip(prediction.labels, words, strict=True)
             for p, y in zip(P, Y, strict=True)]  # fmt: skip
    assert values['accuracy'] == pytest.approx(np.mean(right))
    confusion = model.confusion_matrix(ragged(X), words)
    assert (confusion.counts.sum(), confusion.unit) == (mask.sum(), 'steps')
    model.write(tmp_path / 'model.safetensors')
    again = read_model(tmp_path / 'model.safetensors')
    assert again.evaluate(ragged(X), words) == values


def test_a_training_goes_on_from_a_file(tmp_path):
    def data():
        return Embedding(ragged(X), ragged(classes), (1, 0, 0), batch_size=4)

    models = []
    for epochs in (4, 2):
        model = EpyNN([data(), TimeDistributed(Dense(c, softmax))])
        model.initialize(loss='ICCE', seed=1, verbose=False, optimizer='Adam')
        model.train(epochs, verbose=0)
        models.append(model)
    models[1].write(tmp_path / 'model.safetensors', resume=True)
    again = read_model(tmp_path / 'model.safetensors', data=data())
    again.train(2, verbose=0)
    assert again.metrics == models[0].metrics


def test_batches_of_a_stream_may_have_other_lengths():
    def batches():
        for part in (slice(0, 5), slice(5, 12)):
            yield ragged(X)[part], ragged(classes)[part], ragged(np.ones((m, s)))[part]

    embedding = Embedding.from_batches(batches, validation=(ragged(X), ragged(classes)))
    model = EpyNN([embedding, TimeDistributed(Dense(c, softmax))])
    model.initialize(loss='ICCE', seed=1, verbose=False, learning_rate=0.01)
    model.train(3, verbose=0)
    assert model.embedding.dval.P.shape == (m, s)

    def whole():
        yield X, classes

    embedding = Embedding.from_batches(whole, per_step=True)
    assert embedding.dtrain.Y.shape == (0, s, 1)


def test_strings_are_labels_of_steps_where_it_is_said():
    Y = [''.join('abcd'[k] for k in each) for each in ragged(classes)]
    embedding = Embedding(ragged(X), Y, (1, 0, 0), Y_encode=True, per_step=True)
    assert embedding.classes == ['a', 'b', 'c', 'd']
    np.testing.assert_array_equal(
        embedding.dtrain.y, put_steps(classes[mask][:, np.newaxis], (m, s, 1), mask)[..., 0]
    )


def test_the_balance_of_labels_counts_steps(capsys):
    steps, _ = make_pair('ICCE', softmax, classes)
    steps.train(1)
    out = capsys.readouterr().out
    count = int((classes[mask] == 0).sum())
    assert f'{count} ({count / mask.sum():.1%})' in out
    assert f'({s}, 1)' in out
