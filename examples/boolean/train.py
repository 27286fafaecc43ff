"""Boolean vectors, more ones than zeros? A single unit."""

# isort: skip_file
import epynn.initialize  # noqa: F401  ("settings" below is ours, or your own settings.py)
from epynn.commons.logs import process_logs
from epynn.commons.maths import sigmoid
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.network.models import EpyNN

from prepare_dataset import prepare_dataset
from settings import se_hPars


def build(seed=1):
    X, Y = prepare_dataset()

    # Two thirds to learn from, one third held out for validation.
    embedding = Embedding(X, Y, relative_size=(2, 1, 0), batch_size=32)

    # One unit: A = sigmoid(X W + b), the probability of more ones than zeros.
    perceptron = Dense(1, sigmoid)

    model = EpyNN(layers=[embedding, perceptron], name='boolean')
    model.initialize(loss='BCE', se_hPars=se_hPars, seed=seed, verbose=False)
    return model


def main(epochs=40, seed=1, quiet=False):
    model = build(seed)
    if not quiet:
        model.summary()
    model.train(epochs, verbose=0 if quiet else None, init_logs=not quiet)

    # What did it learn? All weights alike, so that X W counts the ones, and a bias that compares
    # the count to the middle, 5.5: together w * (count - 5.5).
    W, b = model.layers[1].p['W'], model.layers[1].p['b']
    if not quiet:
        process_logs(f'\nweights from {W.min():.2f} to {W.max():.2f}', 2)
        process_logs(f'-bias / mean weight = {-b.item() / W.mean():.2f}, the count to exceed', 2)

    accuracy = model.metrics['accuracy'][1][-1]  # of train, validation, test: the second
    m = len(model.embedding.dval.X)
    process_logs(f'boolean: {accuracy:.1%} accuracy on the held-out {m} vectors (chance: 50%)', 1)


if __name__ == '__main__':
    main()
