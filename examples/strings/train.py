"""Is a word in the string? Dense against RNN, LSTM and GRU."""

from prepare_dataset import prepare_dataset

from epynn import GRU, LSTM, RNN, Dense, Embedding, EpyNN, Flatten
from epynn.commons.logs import process_logs
from epynn.commons.maths import relu, softmax
from epynn.settings import se_hPars

BODIES = {
    # A weight for each letter at each place: the word has to be learned at every place anew.
    'Dense': lambda: [Flatten(), Dense(32, relu)],
    # Letter by letter with the same weights; what matters so far is carried along in 16 numbers.
    'RNN': lambda: [RNN(16)],
    # The same with a memory that gates protect: found once, remembered to the end.
    'LSTM': lambda: [LSTM(16)],
    'GRU': lambda: [GRU(16)],
}


def build(seed=1, body='GRU'):
    X, Y = prepare_dataset()

    # Letters become columns: (m, 16) letters -> (m, 16, 4). Two thirds to learn from, none to
    # validate, one third held out, in batches of 32.
    embedding = Embedding(
        X, Y, relative_size=(2, 0, 1), batch_size=32, X_encode=True, Y_encode=True
    )
    model = EpyNN([embedding, *BODIES[body](), Dense(2, softmax)], name=f'strings, {body}')
    hPars = {**se_hPars, 'learning_rate': 0.01}
    model.initialize(
        'CCE', se_hPars=hPars, seed=seed, optimizer='Adam', reduction='mean', verbose=False
    )
    return model


def main(epochs=30, seed=1, quiet=False):
    results = []
    for body in BODIES:
        model = build(seed, body)
        if not quiet:
            process_logs(f'\n{body}', 2)
        model.train(epochs, verbose=0 if quiet else None, init_logs=not results and not quiet)
        accuracy = model.metrics['accuracy'][2][-1]  # of train, validation, test: the third
        parameters = sum(layer.count_parameters() for layer in model.layers)
        results.append(f'{accuracy:.1%} accuracy, {body}, {parameters:,} parameters')

    m = len(model.embedding.dtest.X)
    process_logs(f'strings: on the held-out {m} strings (chance: 50%)', 1)
    for result in results:
        process_logs(f'strings: {result}', 1)


if __name__ == '__main__':
    main()
