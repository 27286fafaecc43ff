"""Carbon dioxide of the next twelve months: GRU, convolution."""

from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt
from prepare_dataset import HORIZON, prepare_dataset

from epynn import GRU, Convolution1D, Dense, Embedding, EpyNN, Flatten
from epynn.commons.logs import process_logs, show_table
from epynn.commons.maths import identity, relu
from epynn.settings import se_hPars

SEASONAL = 'the same as a year before'
GROWING = 'and as much more as the last month was'
BODIES = {
    # Month by month; what matters of three years is carried along in 32 numbers.
    'GRU': lambda: [GRU(32)],
    # Sixteen filters as long as a year, at all months.
    'Convolution1D': lambda: [Convolution1D(16, 12, strides=1, activate=relu), Flatten()],
}


def build(seed=1, body='GRU'):
    data = prepare_dataset()
    train, validation, test = ((data.X[part], data.Y[part]) for part in data.parts.values())

    layers = [
        Embedding(*train, batch_size=32, validation=validation, test=test),
        *BODIES[body](),
        # All twelve months at once, any numbers: (m, u) -> (m, 12)
        Dense(HORIZON, identity),
    ]
    model = EpyNN(layers, name=f'forecast, {body}')
    # Large steps first, small ones at the end.
    hPars = {**se_hPars, 'learning_rate': 0.003, 'schedule': 'cosine'}
    model.initialize(
        'MSE', hPars, metrics=['R2'], seed=seed, optimizer='Adam', reduction='mean', verbose=False
    )
    return model


def forecast_naively(data):
    """Return two forecasts ``(m, 12)`` that need no network, by what they are called."""
    year_before = data.t[:, np.newaxis] + np.arange(HORIZON) - 12  # known at month t: before it
    seasonal = data.x[year_before]
    growth = data.x[data.t - 1] - data.x[data.t - 13]  # over the last twelve months
    return {
        SEASONAL: seasonal,
        GROWING: seasonal + growth[:, np.newaxis],
    }


def measure(data, forecast, part):
    """Return the mean absolute scaled error of forecasts: of each of the twelve months, (12,).

    It is the mean error, divided by the one that "the same as a year before" makes on average in
    the months to learn from (Hyndman and Koehler, 2006).
    """
    future = data.in_ppm(data.Y)
    errors = np.abs(forecast - future)[data.parts[part]].mean(axis=0)  # (m, 12) -> (12,)
    known = data.x[: data.t[data.parts['validation']][0]]
    return errors / np.abs(known[12:] - known[:-12]).mean()


def draw(data, forecasts, path):
    """Draw each January's forecast of the months held out, beside what came."""
    figure, axis = plt.subplots(figsize=(8, 4), layout='constrained')
    shown = data.months >= np.datetime64('1991-01')
    axis.plot(data.months[shown], data.x[shown], 'o', color='0.6', markersize=3, label='measured')
    for (name, forecast), colour in zip(forecasts.items(), ('#d55e00', '#0072b2'), strict=True):
        for i in np.flatnonzero(data.parts['test'])[::12]:
            months = data.months[data.t[i] : data.t[i] + HORIZON]
            label = name if months[0] == np.datetime64('1992-01') else None
            axis.plot(months, forecast[i], color=colour, label=label)
    axis.set(ylabel='CO2 at Mauna Loa, ppm', title='Forecasts of twelve months, each in January')
    axis.legend()
    figure.savefig(path)
    plt.close(figure)


def main(epochs=100, seed=1, quiet=False):
    data = prepare_dataset()
    forecasts = forecast_naively(data)
    for body in BODIES:
        model = build(seed, body)
        first = body == 'GRU' and not quiet
        if first:
            model.summary()
        model.train(epochs, verbose=None if first else 0, init_logs=first)
        forecasts[body] = data.in_ppm(model.predict(data.X).A)

    if not quiet:
        rows = []
        for name, forecast in forecasts.items():
            validation, test = (measure(data, forecast, part) for part in ('validation', 'test'))
            numbers = validation.mean(), test.mean(), test[0], test[-1]
            rows.append([name, *(f'{number:.2f}' for number in numbers)])
        headers = ['Forecast', 'validation', 'test', 'test,\n1st month', 'test,\n12th month']
        show_table(headers, rows, 'Mean absolute scaled error (MASE)')
        process_logs('')

    process_logs(f'forecast: MASE on {data.parts["test"].sum()} windows held out', 1)
    for name, forecast in forecasts.items():
        process_logs(f'forecast: {measure(data, forecast, "test").mean():.2f}, {name}', 1)
    if not quiet:
        path = Path('forecast.png').resolve()
        draw(data, {name: forecasts[name] for name in (SEASONAL, 'GRU')}, path)
        process_logs(f'\n{path}')


if __name__ == '__main__':
    main()
