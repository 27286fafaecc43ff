"""Recurrent layers on sequences of different lengths, in PyTorch: packed, or one by one."""


def packed(X, p, cell, gates, lengths, sequences=False):
    """Packed sequences through ``RNN``, ``LSTM`` or ``GRU`` of torch, its gates in that order."""
    import torch

    def side_by_side(symbol):
        return torch.cat([p[f'{symbol}{gate}'] for gate in gates], 1).T

    net = getattr(torch.nn, cell)(X.shape[2], p[f'V{gates[0]}'].shape[0], batch_first=True).double()
    b = side_by_side('b')[:, 0]
    state = torch.zeros_like(b)
    if cell == 'GRU':  # the candidate has a bias of its own for the state
        state = torch.cat([state[: -p['bV'].shape[1]], p['bV'][0]])
    names = 'weight_ih_l0', 'weight_hh_l0', 'bias_ih_l0', 'bias_hh_l0'
    values = side_by_side('U'), side_by_side('V'), b, state
    pack = torch.nn.utils.rnn.pack_padded_sequence(
        X, torch.tensor(lengths), batch_first=True, enforce_sorted=False
    )
    states, last = torch.func.functional_call(net, dict(zip(names, values, strict=True)), (pack,))
    if not sequences:
        return (last[0] if cell == 'LSTM' else last)[0]
    unpack = torch.nn.utils.rnn.pad_packed_sequence
    return unpack(states, batch_first=True, total_length=X.shape[1])[0]


def one_by_one(X, p, function, lengths, sequences=False):
    """Each sequence without its padding through a function; steps behind it are 0."""
    import torch

    A = [
        function(X[i : i + 1, :length], p, sequences=sequences)[0]
        for i, length in enumerate(lengths)
    ]
    if not sequences:
        return torch.stack(A)
    return torch.nn.utils.rnn.pad_sequence(A, batch_first=True)
