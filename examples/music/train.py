"""Who plucks the string? A GRU listens to spectra."""

from argparse import ArgumentParser

from prepare_dataset import prepare_dataset

from epynn import GRU, Dense, Embedding, EpyNN
from epynn.commons.errors import EpynnError
from epynn.commons.logs import process_logs
from epynn.commons.maths import softmax
from epynn.settings import se_hPars


def build(seed=1, players=None, mix=False):
    X, Y, n_train = prepare_dataset(players, mix)

    layers = [
        # The first n_train clips to learn from, none to validate, the rest held out: whole
        # recordings of which the network hears nothing before.
        Embedding(X, Y, (n_train, 0, len(X) - n_train), batch_size=32, Y_encode=True),
        # Frame by frame: which tones sound, and how fast each of them fades.
        GRU(24),
        # After the last frame: who was it?
        Dense(2, softmax),
    ]
    model = EpyNN(layers, name='music')

    # The rate falls as exp(-0.1 * epoch): a few hundred clips are soon learned by heart.
    hPars = {**se_hPars, 'learning_rate': 0.01, 'schedule': 'exp_decay', 'decay_k': 0.1}
    model.initialize('CCE', hPars, seed=seed, optimizer='Adam', reduction='mean', verbose=False)
    return model


def main(epochs=30, seed=1, quiet=False, players=None, mix=False):
    model = build(seed, players, mix)
    if not quiet:
        model.summary()
    model.train(epochs, verbose=0 if quiet else None, init_logs=not quiet)

    accuracy = model.metrics['accuracy'][2][-1]  # of train, validation, test: the third
    dtest = model.embedding.dtest
    chance = max(dtest.b.values()) / len(dtest.X)  # by always naming the one who is heard more
    process_logs(
        f'music: {accuracy:.1%} accuracy on {len(dtest.X)} clips (chance: {chance:.0%})', 1
    )


if __name__ == '__main__':
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('--players', nargs=2, metavar='FOLDER', help='two folders of WAV files')
    parser.add_argument('--mix', action='store_true', help='mix stereo down to mono')
    parser.add_argument('--epochs', type=int, default=30, metavar='N', help='epochs to train')
    try:
        main(**vars(parser.parse_args()))
    except EpynnError as error:
        raise SystemExit(f'music: {error}') from None
