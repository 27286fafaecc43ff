"""How far will the disease go? The Huber loss against slips."""

from prepare_dataset import SPLITS, prepare_dataset
from sklearn.neural_network import MLPRegressor

from epynn import L2, Dense, Embedding, EpyNN, Huber
from epynn.commons.logs import process_logs, show_table
from epynn.commons.maths import identity, relu
from epynn.settings import se_hPars

UNITS, BATCH, COEFFICIENT = 16, 32, 0.03
SLIPS = (0.0, 0.05)
NAMES = {
    'Huber': 'epynn, Huber loss',
    'MSE': 'epynn, squared error',
    'mlp': 'scikit-learn, squared error',
}


def build(seed=1, split=0, slips=0.0, loss='Huber'):
    X, Y, n_train = prepare_dataset(split, slips)

    layers = [
        # Four fifths to learn from, one held out.
        Embedding(X, Y, relative_size=(n_train, 0, len(X) - n_train), batch_size=BATCH),
        # The penalty keeps weights small: 354 patients are few for 200 of them.
        Dense(UNITS, relu, penalty=L2(COEFFICIENT)),
        # One unit without activation: any number.
        Dense(1, identity, penalty=L2(COEFFICIENT)),
    ]
    model = EpyNN(layers, name='diabetes_regression')

    # Huber: the square of small errors, the size of large ones. In units of the targets' spread, an
    # error above 1 is a large one, and however large it is, its gradient is 1.
    hPars = {**se_hPars, 'learning_rate': 0.01, 'schedule': 'cosine'}
    model.initialize(
        loss=Huber(delta=1.0) if loss == 'Huber' else loss, se_hPars=hPars, metrics=['R2'],
        seed=seed, optimizer='Adam', reduction='mean', verbose=False,
    )  # fmt: skip
    return model


def fit_mlp(model, seed):
    """Return R2 of scikit-learn's network on the patients held out, after the same training set.

    Its MLPRegressor has the same size, optimizer, batches and penalty (`alpha` is divided by the
    batch size) and goes on until it stops improving, at a rate that is as good as its default one
    and sooner done.
    """
    dtrain, dtest = model.embedding.dtrain, model.embedding.dtest
    mlp = MLPRegressor(
        hidden_layer_sizes=(UNITS,), alpha=COEFFICIENT * BATCH, batch_size=BATCH,
        learning_rate_init=0.003, max_iter=2000, random_state=seed,
    )  # fmt: skip
    return mlp.fit(dtrain.X, dtrain.Y.ravel()).score(dtest.X, dtest.Y.ravel())


def main(epochs=40, seed=1, quiet=False):
    means = {key: [] for key in NAMES}  # of R2 over the splits, one for each share of slips
    for slips in SLIPS:
        for key in NAMES:
            values = []
            for split in range(SPLITS):
                model = build(seed, split, slips, 'MSE' if key == 'mlp' else key)
                if key == 'mlp':
                    values.append(fit_mlp(model, seed))
                    continue
                first = key == 'Huber' and slips == split == 0 and not quiet
                if first:
                    model.summary()
                model.train(epochs, verbose=None if first else 0, init_logs=first)
                values.append(model.metrics['R2'][2][-1])  # of train, validation, test: the third
            means[key].append(sum(values) / SPLITS)

    if not quiet:
        headers = ['Network', 'all targets\nright', f'{SLIPS[1]:.0%} of those\nlearned x 10']
        rows = [[name, *(f'{R2:.3f}' for R2 in means[key])] for key, name in NAMES.items()]
        show_table(headers, rows, f'R2 of the patients held out, mean over {SPLITS} splits')
        process_logs('')
    process_logs(f'diabetes_regression: R2, mean over {SPLITS} splits (the mean of all: 0)', 1)
    for key, name in NAMES.items():
        right, wrong = means[key]
        words = f'{right:.3f}, with slips {wrong:.3f}, {name}'
        process_logs(f'diabetes_regression: {words}', 1)


if __name__ == '__main__':
    main()
