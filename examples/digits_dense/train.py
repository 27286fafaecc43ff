"""Digits in new hands: dense layers, and what Dropout does."""

from prepare_dataset import prepare_dataset

from epynn import Dense, Dropout, Embedding, EpyNN, Flatten
from epynn.commons.logs import process_logs
from epynn.commons.maths import relu, softmax
from epynn.settings import se_hPars


def build(seed=1, drop_prob=0.5):
    X, Y = prepare_dataset()

    layers = [
        # Three quarters to learn from, none to validate, one quarter held out, in batches of 32.
        # The 4 digits left over sit the epoch out, others each time.
        Embedding(X, Y, relative_size=(3, 0, 1), batch_size=32, Y_encode=True, drop_last=True),
        # An image of 8 x 8 points becomes a list of 64: who is whose neighbour is forgotten.
        Flatten(),
        # Far more units than 1,348 digits need, so that the network can learn them by heart ...
        Dense(256, relu),
        # ... unless each unit is absent half of the time, and none can rely on another.
        Dropout(drop_prob),
        Dense(10, softmax),
    ]
    model = EpyNN(layers, name=f'digits_dense, Dropout({drop_prob})')
    hPars = {**se_hPars, 'learning_rate': 0.2}
    model.initialize(loss='CCE', se_hPars=hPars, seed=seed, reduction='mean', verbose=False)
    return model


def main(epochs=60, seed=1, quiet=False):
    # The same network twice, from the same parameters: only the dropping differs.
    models = {'with': build(seed), 'without': build(seed, drop_prob=0)}
    if not quiet:
        models['with'].summary()

    results = []
    for word, model in models.items():
        if not quiet:
            process_logs(f'\n{word.capitalize()} Dropout', 2)
        first = word == 'with'
        model.train(epochs, verbose=0 if quiet else None, init_logs=first and not quiet)
        accuracy = model.metrics['accuracy'][2][-1]  # of train, validation, test: the third
        loss = model.metrics['CCE'][2][-1]
        results.append(f'{word} Dropout {accuracy:.1%} accuracy, loss {loss:.3f}')

    m = len(model.embedding.dtest.X)
    process_logs(f'digits_dense: on the held-out {m} digits (chance: 10%)', 1)
    for result in results:
        process_logs(f'digits_dense: {result}', 1)


if __name__ == '__main__':
    main()
