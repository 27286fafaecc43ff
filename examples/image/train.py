"""Is a row and a column blank? Convolution against dense."""

from prepare_dataset import prepare_dataset

from epynn import Convolution, Dense, Embedding, EpyNN, Flatten, Pooling
from epynn.commons.logs import process_logs
from epynn.commons.maths import relu, softmax
from epynn.settings import se_hPars


def build(seed=1, convolutional=True):
    X, Y = prepare_dataset()

    # Two thirds to learn from, none to validate, one third held out, in batches of 32.
    embedding = Embedding(X, Y, relative_size=(2, 0, 1), batch_size=32, Y_encode=True)

    if convolutional:
        # Eight filters of 3 x 3 points go over the whole image: what a piece of a blank line looks
        # like is learned once, for all places.
        layers = [Convolution(8, (3, 3), strides=1, activate=relu), Pooling((2, 2)), Flatten()]
    else:
        # A weight for each point: every row and every column has to be learned by itself.
        layers = [Flatten(), Dense(32, relu)]

    name = 'image, convolutional' if convolutional else 'image, dense'
    model = EpyNN([embedding, *layers, Dense(2, softmax)], name=name)
    model.initialize(loss='CCE', se_hPars=se_hPars, seed=seed, reduction='mean', verbose=False)
    return model


def main(epochs=20, seed=1, quiet=False):
    results = []
    for convolutional in (True, False):
        model = build(seed, convolutional)
        if not quiet:
            model.summary()
        model.train(epochs, verbose=0 if quiet else None, init_logs=convolutional and not quiet)
        accuracy = model.metrics['accuracy'][2][-1]  # of train, validation, test: the third
        parameters = sum(layer.count_parameters() for layer in model.layers)
        kind = 'convolutional' if convolutional else 'dense'
        results.append(f'{accuracy:.1%} accuracy, {kind}, {parameters:,} parameters')

    m = len(model.embedding.dtest.X)
    process_logs(f'image: on the held-out {m} images (chance: 50%)', 1)
    for result in results:
        process_logs(f'image: {result}', 1)


if __name__ == '__main__':
    main()
