"""Recurrent layers in PyTorch, written out."""

from parity.torch_functions import activate, inner


def rnn(X, p, f='tanh', sequences=False):
    h, states = X.new_zeros(len(X), p['V'].shape[0]), []
    for t in range(X.shape[1]):
        h = activate(f, X[:, t] @ p['U'] + h @ p['V'] + p['b'])
        states.append(h)
    return all_or_last(states, sequences)


def lstm(X, p, f='tanh', output='sigmoid', candidate='tanh', enter='sigmoid', forget='sigmoid',
         sequences=False):  # fmt: skip
    h, states = X.new_zeros(len(X), p['Vf'].shape[0]), []
    C = h
    for t in range(X.shape[1]):

        def gate(name, g, t=t, h=h):
            return activate(g, X[:, t] @ p[f'U{name}'] + h @ p[f'V{name}'] + p[f'b{name}'])

        C = C * gate('f', forget) + gate('i', enter) * gate('g', candidate)
        h = gate('o', output) * activate(f, C)
        states.append(h)
    return all_or_last(states, sequences)


def gru(X, p, f='tanh', update='sigmoid', reset='sigmoid', sequences=False):
    h, states = X.new_zeros(len(X), p['Vz'].shape[0]), []
    for t in range(X.shape[1]):

        def gate(name, g, t=t, h=h):
            return activate(g, X[:, t] @ p[f'U{name}'] + h @ p[f'V{name}'] + p[f'b{name}'])

        z, r = gate('z', update), gate('r', reset)
        h = z * h + (1 - z) * gate('hh', f, h=r * h)  # the reset gate acts before the product
        states.append(h)
    return all_or_last(states, sequences)


def gru_after(X, p, f='tanh', update='sigmoid', reset='sigmoid', sequences=False):
    h, states = X.new_zeros(len(X), p['Vz'].shape[0]), []
    for t in range(X.shape[1]):
        z, r = (
            activate(g, X[:, t] @ p[f'U{name}'] + h @ p[f'V{name}'] + p[f'b{name}'])
            for name, g in (('z', update), ('r', reset))
        )
        hh = X[:, t] @ p['Uhh'] + p['bhh'] + r * (h @ p['Vhh'] + p['bV'])
        h = z * h + (1 - z) * activate(f, hh)
        states.append(h)
    return all_or_last(states, sequences)


def all_or_last(states, sequences):
    import torch

    return torch.stack(states, 1) if sequences else states[-1]


def bidirectional(X, p, onward, back, merge, sequences):
    import torch

    A0, A1 = onward(X, inner(p, 0)), back(X.flip(1), inner(p, 1))
    A1 = A1.flip(1) if sequences else A1
    return A0 + A1 if merge == 'sum' else torch.cat([A0, A1], -1)
