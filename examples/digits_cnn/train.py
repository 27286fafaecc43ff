"""A convolutional network reads real handwritten digits."""

from prepare_dataset import prepare_dataset

from epynn import Convolution, Dense, Dropout, Embedding, EpyNN, Flatten, Pooling
from epynn.commons.logs import process_logs
from epynn.commons.maths import relu, softmax
from epynn.settings import se_hPars


def build(seed=1):
    X, Y = prepare_dataset()

    layers = [
        # Three quarters to learn from, none to validate, one quarter held out, in batches of 32.
        # The 4 digits left over sit the epoch out, others each time: as a batch of their own, they
        # would count as much as 32, and a strange one could undo what was learned.
        Embedding(X, Y, relative_size=(3, 0, 1), batch_size=32, Y_encode=True, drop_last=True),
        # Strokes: 16 filters look at 3 x 3 points each. Padding keeps the image 8 x 8.
        Convolution(16, (3, 3), strides=1, padding=1, activate=relu),
        # Corners, loops, crossings: 32 filters look at what the first 16 saw.
        Convolution(32, (3, 3), strides=1, padding=1, activate=relu),
        # Of each 2 x 2 points the largest: where exactly matters less than whether.
        Pooling((2, 2)),
        Flatten(),
        # Half of the points are switched off while training: no single one may decide.
        Dropout(0.5),
        # One unit a digit; softmax turns their ten numbers into probabilities.
        Dense(10, softmax),
    ]
    model = EpyNN(layers, name='digits_cnn')

    # Large steps first, small ones at the end: the rate falls as exp(-0.1 * epoch). The mean over
    # the batch, not the sum, makes the rate independent of the batch size.
    hPars = {**se_hPars, 'learning_rate': 0.2, 'schedule': 'exp_decay', 'decay_k': 0.1}
    model.initialize(loss='CCE', se_hPars=hPars, seed=seed, reduction='mean', verbose=False)
    return model


def main(epochs=25, seed=1, quiet=False):
    model = build(seed)
    if not quiet:
        model.summary()
    model.train(epochs, verbose=0 if quiet else None, init_logs=not quiet)

    accuracy = model.metrics['accuracy'][2][-1]  # of train, validation, test: the third
    m = len(model.embedding.dtest.X)
    process_logs(f'digits_cnn: {accuracy:.1%} accuracy on the held-out {m} digits (chance: 10%)', 1)


if __name__ == '__main__':
    main()
