"""Digits through a slit: a GRU reads them row by row."""

from prepare_dataset import prepare_dataset

from epynn import GRU, Dense, Embedding, EpyNN
from epynn.commons.logs import process_logs
from epynn.commons.maths import softmax
from epynn.settings import se_hPars


def build(seed=1):
    X, Y = prepare_dataset()

    layers = [
        # Three quarters to learn from, none to validate, one quarter held out, in batches of 32.
        Embedding(X, Y, relative_size=(3, 0, 1), batch_size=32, Y_encode=True),
        # One row at a time; what was seen of the rows above is carried along in 64 numbers.
        GRU(64),
        # After the last row: which digit was it?
        Dense(10, softmax),
    ]
    model = EpyNN(layers, name='sequential_digits')

    # Large steps first, small ones at the end: the rate falls as exp(-0.1 * epoch).
    hPars = {**se_hPars, 'learning_rate': 0.01, 'schedule': 'exp_decay', 'decay_k': 0.1}
    model.initialize(
        'CCE', se_hPars=hPars, seed=seed, optimizer='Adam', reduction='mean', verbose=False
    )
    return model


def main(epochs=20, seed=1, quiet=False):
    model = build(seed)
    if not quiet:
        model.summary()
    model.train(epochs, verbose=0 if quiet else None, init_logs=not quiet)

    accuracy = model.metrics['accuracy'][2][-1]  # of train, validation, test: the third
    m = len(model.embedding.dtest.X)
    process_logs(
        f'sequential_digits: {accuracy:.1%} accuracy on {m} held-out digits (chance: 10%)', 1
    )


if __name__ == '__main__':
    main()
