"""Is there a wave in the noise? Dense, Dropout, RNN, GRU."""

from prepare_dataset import prepare_dataset

from epynn import GRU, RNN, Dense, Dropout, Embedding, EpyNN, Flatten
from epynn.commons.logs import process_logs
from epynn.commons.maths import relu, softmax
from epynn.settings import se_hPars

BODIES = {
    # Every step has weights of its own: 667 signals are soon learned by heart ...
    'Dense': lambda: [Flatten(), Dense(256, relu)],
    # ... unless a part of the steps and of the units is absent, others each time.
    'Dense, Dropout': lambda: [Flatten(), Dropout(0.3), Dense(256, relu), Dropout(0.5)],
    # Step by step with the same weights, wherever the wave is; the second layer reads the first.
    'RNN, RNN': lambda: [RNN(16, sequences=True), RNN(16)],
    # Gates keep what was found from fading.
    'GRU': lambda: [GRU(16)],
}


def build(seed=1, body='GRU'):
    X, Y = prepare_dataset()

    # Two thirds to learn from, none to validate, one third held out, in batches of 32.
    embedding = Embedding(X, Y, relative_size=(2, 0, 1), batch_size=32, Y_encode=True)
    model = EpyNN([embedding, *BODIES[body](), Dense(2, softmax)], name=f'time_series, {body}')
    # The steps get smaller: exp(-0.05 * epoch).
    hPars = {**se_hPars, 'learning_rate': 0.01, 'schedule': 'exp_decay', 'decay_k': 0.05}
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
        learned, _, held_out = model.metrics['accuracy']  # of train, validation, test
        loss = model.metrics['CCE'][2][-1]
        results.append(
            f'{held_out[-1]:.1%} accuracy, loss {loss:.2f} (learned: {learned[-1]:.1%}), {body}'
        )

    m = len(model.embedding.dtest.X)
    process_logs(f'time_series: on the held-out {m} signals (chance: 50%)', 1)
    for result in results:
        process_logs(f'time_series: {result}', 1)


if __name__ == '__main__':
    main()
