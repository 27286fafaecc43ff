"""The same digits by residual blocks and batch normalization."""

from prepare_dataset import prepare_dataset
from sklearn.neural_network import MLPClassifier

from epynn import (
    Activation,
    BatchNorm,
    Convolution,
    Dense,
    Embedding,
    EpyNN,
    GlobalPooling,
    LabelSmoothing,
    Residual,
)
from epynn.commons.logs import process_logs, show_table
from epynn.commons.loss import CCE
from epynn.commons.maths import identity, relu, softmax
from epynn.commons.maths.initializers import he_normal
from epynn.settings import se_hPars


def convolve(units, filter_size=3, strides=1):
    # No activation yet: it comes after the normalization. And no bias, which normalization would
    # take away again. He's initialization is the one for relu.
    return Convolution(
        units, filter_size, strides, padding='same', activate=identity,
        initialization=he_normal, use_bias=False,
    )  # fmt: skip


def block(units, strides=1):
    chain = [
        convolve(units, strides=strides), BatchNorm(), Activation(relu),
        convolve(units), BatchNorm(),
    ]  # fmt: skip
    if strides == 1:
        return Residual(chain)  # A = F(X) + X
    # The chain halves the image and gives it more channels: the way around has to do the same.
    return Residual(chain, shortcut=[convolve(units, 1, strides), BatchNorm()])


def build(seed=1):
    X, Y = prepare_dataset()

    layers = [
        # Three quarters to learn from, none to validate, one quarter held out, in batches of 32.
        Embedding(X, Y, relative_size=(3, 0, 1), batch_size=32, Y_encode=True, drop_last=True),
        # 16 filters look at 3 x 3 points each.
        convolve(16), BatchNorm(), Activation(relu),
        # What they saw, and what two more convolutions have to add to it.
        block(16), Activation(relu),
        # The same for images of half the size: (8, 8, 16) -> (4, 4, 32).
        block(32, strides=2), Activation(relu),
        # The mean of each of the 32 channels, then one unit a digit.
        GlobalPooling(),
        Dense(10, softmax),
    ]  # fmt: skip
    model = EpyNN(layers, name='digits_resnet')

    # After a few epochs each digit learned is right. Smoothed labels, 0.91 for the right digit and
    # 0.01 for each other one, leave something to learn, and nothing to be won by being too sure.
    # The rate falls from 0.01 to almost nothing along half a wave of the cosine. float32, with half
    # the usual precision, is enough to learn, and faster.
    hPars = {**se_hPars, 'learning_rate': 0.01, 'schedule': 'cosine'}
    model.initialize(
        loss=LabelSmoothing(CCE, 0.1), se_hPars=hPars, seed=seed, optimizer='Adam',
        reduction='mean', dtype='float32', verbose=False,
    )  # fmt: skip
    return model


def fit_mlp(model, seed):
    """Train scikit-learn's network on the same digits; return it and its accuracy.

    One hidden layer, with which it has about as many parameters as ours, and batches of the same
    size. All else is as it comes, and it goes on until it stops improving.
    """
    dtrain, dtest = model.embedding.dtrain, model.embedding.dtest
    mlp = MLPClassifier(hidden_layer_sizes=256, batch_size=32, max_iter=1000, random_state=seed)
    mlp.fit(dtrain.X.reshape(len(dtrain.X), -1), dtrain.y)
    return mlp, mlp.score(dtest.X.reshape(len(dtest.X), -1), dtest.y)


def main(epochs=15, seed=1, quiet=False):
    model = build(seed)
    if not quiet:
        model.summary()
    model.train(epochs, verbose=0 if quiet else None, init_logs=not quiet)
    accuracy = model.metrics['accuracy'][2][-1]  # of train, validation, test: the third

    mlp, mlp_accuracy = fit_mlp(model, seed)
    m = len(model.embedding.dtest.X)
    if not quiet:
        size = sum(layer.count_parameters() for layer in model.layers)
        mlp_size = sum(p.size for p in mlp.coefs_ + mlp.intercepts_)
        rows = [
            ('digits_resnet', size, epochs, accuracy),
            ('MLPClassifier of scikit-learn', mlp_size, mlp.n_iter_, mlp_accuracy),
        ]
        show_table(
            ['Network', 'Parameters', 'Epochs', 'Accuracy', f'Wrong,\nof {m}'],
            [[name, f'{n:,}', e, f'{a:.1%}', round((1 - a) * m)] for name, n, e, a in rows],
            'The digits held out',
        )
        process_logs('')
    process_logs(f'digits_resnet: on the held-out {m} digits (chance: 10%)', 1)
    process_logs(f'digits_resnet: {accuracy:.1%} accuracy, residual network', 1)
    process_logs(f'digits_resnet: {mlp_accuracy:.1%} accuracy, MLPClassifier of scikit-learn', 1)


if __name__ == '__main__':
    main()
