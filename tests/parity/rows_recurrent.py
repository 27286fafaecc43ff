"""RNN, LSTM, GRU and Bidirectional."""

from dataclasses import replace
from functools import partial
from itertools import product

from parity import torch_lengths as of_lengths
from parity import torch_recurrent as r
from parity.rows import LayerRow

import epynn as e

CELLS = {
    'RNN': (partial(e.RNN, clip_gradients=False), r.rnn),
    'LSTM': (e.LSTM, r.lstm),
    'GRU': (e.GRU, r.gru),
    'GRU after': (partial(e.GRU, reset_after=True), r.gru_after),
}
ACTIVATIONS = {
    'RNN': [{'f': f} for f in ('relu', 'sigmoid', 'softmax', 'identity', 'lrelu', 'gelu')],
    'LSTM': [
        {'f': 'identity'}, {'f': 'softsign', 'candidate': 'relu'}, {'output': 'tanh'},
        {'enter': 'hard_sigmoid'}, {'forget': 'softmax'}, {'candidate': 'elu', 'forget': 'tanh'},
    ],
    'GRU': [
        {'f': 'relu'}, {'update': 'tanh'}, {'reset': 'softmax'}, {'f': 'softsign', 'reset': 'tanh'},
        {'update': 'hard_sigmoid'}, {'f': 'identity', 'update': 'softmax'},
    ],
    'GRU after': [{'f': 'relu'}, {'update': 'tanh'}, {'f': 'identity', 'reset': 'softmax'}],
}  # fmt: skip
ARGUMENTS = {
    'f': 'activate', 'output': 'activate_output', 'candidate': 'activate_candidate',
    'enter': 'activate_input', 'forget': 'activate_forget', 'update': 'activate_update',
    'reset': 'activate_reset',
}  # fmt: skip
"""The activations of the layers, by their names in `torch_functions`."""

CLIPPED = {'RNN': e.RNN, 'LSTM': e.LSTM, 'GRU': e.GRU, 'GRU after': CELLS['GRU after'][0]}


def cells():
    """One and several samples, steps, elements and units; the last state or all."""
    for name, sequences, (m, s, n), u in product(
        CELLS, (False, True), ((1, 1, 3), (3, 1, 2), (1, 5, 1), (3, 6, 4), (9, 3, 5)), (1, 3)
    ):
        make, function = CELLS[name]
        yield LayerRow(
            f'{name} {u} {(m, s, n)} sequences={sequences}',
            partial(make, u, sequences=sequences),
            (m, s, n),
            partial(function, sequences=sequences),
        )


def other_activations():
    for name, sequences in product(CELLS, (False, True)):
        make, function = CELLS[name]
        for functions in ACTIVATIONS[name]:
            given = {ARGUMENTS[role]: getattr(e, f) for role, f in functions.items()}
            yield LayerRow(
                f'{name} {functions} sequences={sequences}',
                partial(make, 3, sequences=sequences, **given),
                (2, 4, 3),
                partial(function, sequences=sequences, **functions),
            )


def clipped():
    """Gradients of the parameters limited to a joint norm of 0.25, that of the input not."""
    for name, cls in CLIPPED.items():
        for u in (1, 4):
            yield LayerRow(
                f'{name} {u} clipped',
                partial(cls, u, clip_gradients=True),
                (6, 4, 3),
                CELLS[name][1],
                clip=0.25,
            )


def bidirectional(onward, back, merge, sequences, shape):
    """Return the row of two cells, one for each direction."""

    def make():
        cells = [CELLS[name][0](2, sequences=sequences) for name in (onward, back)]
        return e.Bidirectional(cells[0], merge, None if onward == back else cells[1])

    functions = [partial(CELLS[name][1], sequences=sequences) for name in (onward, back)]
    return LayerRow(
        f'Bidirectional {onward} {back} {merge} {shape} sequences={sequences}',
        make,
        shape,
        partial(r.bidirectional, onward=functions[0], back=functions[1], merge=merge,
                sequences=sequences),
    )  # fmt: skip


def bidirectionals():
    for (onward, back), merge, sequences, shape in product(
        (('RNN', 'RNN'), ('LSTM', 'LSTM'), ('GRU', 'GRU'), ('LSTM', 'GRU'), ('GRU', 'GRU after')),
        ('concatenate', 'sum'), (False, True), ((1, 1, 2), (3, 5, 4)),
    ):  # fmt: skip
        yield bidirectional(onward, back, merge, sequences, shape)


def masked():
    """Sequences of several lengths, padded behind."""
    functions = {
        'RNN': partial(of_lengths.packed, cell='RNN', gates=['']),
        'LSTM': partial(of_lengths.packed, cell='LSTM', gates='ifgo'),
        'GRU': partial(of_lengths.one_by_one, function=r.gru),  # torch has the other one
        'GRU after': partial(of_lengths.packed, cell='GRU', gates=['r', 'z', 'hh']),
    }
    for name, sequences, (lengths, n), u in product(
        CELLS, (False, True), (((6, 3, 1, 5), 2), ((1, 4), 3)), (1, 3)
    ):
        yield LayerRow(
            f'{name} {u} {n} masked {lengths} sequences={sequences}',
            partial(CELLS[name][0], u, sequences=sequences),
            (len(lengths), max(lengths), n),
            partial(functions[name], lengths=lengths, sequences=sequences),
            lengths=lengths,
        )


def masked_bidirectionals():
    for name, merge, sequences in product(CELLS, ('concatenate', 'sum'), (False, True)):
        row, lengths = bidirectional(name, name, merge, sequences, (4, 6, 3)), (2, 6, 1, 5)
        alone = partial(
            of_lengths.one_by_one, function=row.torch, lengths=lengths, sequences=sequences
        )
        yield replace(row, name=f'{row.name} masked {lengths}', torch=alone, lengths=lengths)


ROWS = [
    *cells(), *other_activations(), *clipped(), *bidirectionals(), *masked(),
    *masked_bidirectionals(),
]  # fmt: skip
