"""Malignant or benign? Class weights and an L2 penalty."""

from prepare_dataset import SPLITS, prepare_dataset
from sklearn.neural_network import MLPClassifier

from epynn import L2, Dense, Embedding, EpyNN, confusion_matrix
from epynn.commons.logs import process_logs, show_table
from epynn.commons.maths import relu, sigmoid
from epynn.settings import se_hPars

UNITS, BATCH, COEFFICIENT = 16, 32, 0.01
NAMES = {
    'balanced': 'epynn, balanced class weights',
    None: 'epynn, no class weights',
    'mlp': 'scikit-learn, no class weights',
}


def build(seed=1, split=0, class_weight='balanced'):
    X, Y, n_train = prepare_dataset(split)

    layers = [
        # Four fifths to learn from, one held out.
        Embedding(X, Y, relative_size=(n_train, 0, len(X) - n_train), batch_size=BATCH),
        # The penalty keeps weights small: 455 tumours are few for 500 of them.
        Dense(UNITS, relu, penalty=L2(COEFFICIENT)),
        # One unit: the probability that the tumour is malignant.
        Dense(1, sigmoid, penalty=L2(COEFFICIENT)),
    ]
    model = EpyNN(layers, name='tumor_dense')

    # Five benign tumours for three malignant ones. 'balanced' lets each malignant one count for
    # more, so that both kinds count for the same in all, and fewer malignant ones are missed.
    hPars = {**se_hPars, 'learning_rate': 0.01, 'schedule': 'cosine'}
    model.initialize(
        loss='BCE', se_hPars=hPars, metrics=['accuracy', 'recall'], seed=seed, optimizer='Adam',
        reduction='mean', class_weight=class_weight, verbose=False,
    )  # fmt: skip
    return model


def fit_mlp(model, seed):
    """Return what scikit-learn's network says of the tumours held out, after the same training set.

    Its MLPClassifier has the same size, optimizer, batches and penalty (`alpha` is divided by the
    batch size) and goes on until it stops improving, at a rate that is as good as its default one
    and sooner done.
    """
    dtrain, dtest = model.embedding.dtrain, model.embedding.dtest
    mlp = MLPClassifier(
        hidden_layer_sizes=UNITS, alpha=COEFFICIENT * BATCH, batch_size=BATCH,
        learning_rate_init=0.003, max_iter=2000, random_state=seed,
    )  # fmt: skip
    return mlp.fit(dtrain.X, dtrain.Y.ravel()).predict(dtest.X)


def main(epochs=40, seed=1, quiet=False):
    counts = {key: [] for key in NAMES}  # a matrix a split, a row for each class of the truth
    for split in range(SPLITS):
        for key in NAMES:
            model = build(seed, split, None if key == 'mlp' else key)
            dtest = model.embedding.dtest
            if key == 'mlp':
                counts[key].append(confusion_matrix(dtest.Y, fit_mlp(model, seed)))
                continue
            first = key == 'balanced' and split == 0 and not quiet
            if first:
                model.summary()
            model.train(epochs, verbose=None if first else 0, init_logs=first)
            counts[key].append(confusion_matrix(dtest.Y, dtest.P))

    rows, lines = [], []
    for key, name in NAMES.items():
        accuracies = [matrix.trace() / matrix.sum() for matrix in counts[key]]
        accuracy = sum(accuracies) / SPLITS
        (_, alarms), (missed, found) = sum(counts[key])
        rows.append([name, f'{accuracy:.1%}', f'{min(accuracies):.1%}', found, missed, alarms])
        lines.append(f'{accuracy:.1%} accuracy, {missed} of {missed + found} missed, {name}')

    if not quiet:
        headers = ['Network', 'Accuracy', 'Worst\nsplit', 'Found', 'Missed', 'False\nalarms']
        show_table(headers, rows, f'Malignant tumours among those held out, over {SPLITS} splits')
        process_logs('')
    process_logs(f'tumor_dense: mean over {SPLITS} splits (chance: 63%)', 1)
    for line in lines:
        process_logs(f'tumor_dense: {line}', 1)


if __name__ == '__main__':
    main()
