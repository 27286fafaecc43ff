"""Wrong files: written to the wrong place, or read from one that holds no model."""

from pathlib import Path

import numpy as np
from networks import make_classifier, quiet
from safetensors.numpy import save_file

from epynn.commons.errors import ArgumentError, ArgumentTypeError, ModelFileError, StateError
from epynn.commons.library import configure_directory, read_file, read_model, write_model
from epynn.dense.models import Dense
from wrong_uses.shared import Wrong


def mine(x, deriv=False):
    return np.ones_like(x) if deriv else x


def mine_too(x, deriv=False):
    return np.zeros_like(x) if deriv else x


mine_too.__name__ = 'mine'


def write(path):
    quiet(make_classifier()).write(path)


def write_lambda():
    quiet(make_classifier(Dense(5, lambda x, deriv=False: x * 0 + 1 if deriv else x))).write('x')


def write_nan():
    model = quiet(make_classifier())
    model.layers[1].p['W'][0, 0] = np.nan
    model.write('x')


def write_changed():
    model = quiet(make_classifier())
    model.layers.append(Dense(3))
    model.write('x')


def written(custom=False):
    layer = Dense(5, mine) if custom else Dense(5)
    return quiet(make_classifier(layer)).write('model.safetensors')


def bytes_of(data):
    Path('some').write_bytes(data)
    return 'some'


def text(name):
    Path(name).write_text('epynn')
    return name


def empty():
    return bytes_of(b'')


def npz():
    np.savez('arrays.npz', W=np.ones((2, 2)))
    return 'arrays.npz'


def foreign():
    save_file({'W': np.ones((2, 2))}, 'foreign.safetensors')
    return 'foreign.safetensors'


def cut(share):
    data = written().read_bytes()
    return bytes_of(data[:share] if share < 0 else data[: int(share * len(data))])


def flipped():
    data = bytearray(written().read_bytes())
    data[-3] ^= 1
    return bytes_of(bytes(data))


ROWS = [
    Wrong('write at once', lambda: make_classifier().write('x'), StateError, 'EpyNN.write',
          'an initialized network', 'one that is not', 'Call initialize() or train() first'),
    Wrong('write to no folder', lambda: write('nowhere/model'), ArgumentError, 'EpyNN.write(path)',
          'a file in a folder that exists', "'nowhere/model'", 'Make nowhere first'),
    Wrong('write to a folder', lambda: write('.'), ArgumentError, 'EpyNN.write(path)',
          'a file in a folder that exists', "'.'", 'Name a file in it'),
    Wrong('write below a file', lambda: write(Path(text('a.txt')) / 'model'), ArgumentError,
          'EpyNN.write(path)', 'a file in a folder that exists', "'a.txt/model'",
          'Make a.txt first'),
    Wrong('write to a number', lambda: write(3.5), ArgumentError, 'EpyNN.write(path)',
          'the path of a file', '3.5 (float)', 'Pass a string or a Path'),
    Wrong('write to a name of nothing', lambda: write(''), ArgumentError, 'EpyNN.write(path)',
          'the path of a file', "'' (str)", 'Pass a string or a Path'),
    Wrong('write to a name that is too long', lambda: write('x' * 300), ArgumentError,
          'EpyNN.write(path)', 'a file that can be written', 'xxx (',
          'Check the name, who may write'),
    Wrong('write NaN', lambda: write_nan(), ArgumentError, 'array 1.p.W', 'finite numbers',
          'NaN or infinity', 'Set it to finite numbers'),
    Wrong('write a network with a layer too many', lambda: write_changed(), StateError,
          'EpyNN.write', 'the 3 layers that were initialized', '4, which differ at layer 3',
          'Call initialize() again; params=False'),
    Wrong('write a number', lambda: write_model(3), ArgumentTypeError, 'write_model(model)',
          'a network', '3 (int)', 'Pass an EpyNN object'),
    Wrong('write a layer', lambda: write_model(Dense(3)), ArgumentTypeError, 'write_model(model)',
          'a network', 'Dense(', 'Pass an EpyNN object'),
    Wrong('write a function of a lambda', lambda: write_lambda(), ArgumentError,
          'EpyNN.write, layers[1], Dense(activate)', 'functions and classes, each with a name of',
          'a lambda', 'Define it by def or class, under'),
    Wrong('read with no models', lambda: read_model(), ArgumentError, 'read_model(path)', 'a file',
          'none, and no model file in models/', 'Write one first'),
    Wrong('read an empty file', lambda: read_model(empty()), ModelFileError, 'some', 'a model file',
          'something else or a part of one', 'Find a copy'),
    Wrong('read a text', lambda: read_model(text('model.txt')), ModelFileError, 'model.txt',
          'a model file', 'something else or a part of one', 'Find a copy'),
    Wrong('read a pickle', lambda: read_model(bytes_of(b'\x80\x04\x95\x0b\x00\x00\x00')),
          ModelFileError, 'some', 'a model file', 'something else or a part of one', 'Find a copy'),
    Wrong('read an npz', lambda: read_model(npz()), ModelFileError, 'arrays.npz', 'a model file',
          'something else or a part of one', 'Find a copy'),
    Wrong('read a part of a file', lambda: read_model(cut(0.5)), ModelFileError, 'some',
          'a model file', 'something else or a part of one', 'Find a copy'),
    Wrong('read a file without its last byte', lambda: read_model(cut(-1)), ModelFileError, 'some',
          'a file as it was written', 'a damaged one', 'Find a copy'),
    Wrong('read a file of one changed byte', lambda: read_model(flipped()), ModelFileError, 'some',
          'a file as it was written', 'a damaged one', 'Find a copy'),
    Wrong('read without custom', lambda: read_model(written(custom=True)), ModelFileError,
          'model.safetensors', 'your own mine to be handed in', 'custom=[]',
          'Pass it: read_model(path'),
    Wrong('read a model that is not there', lambda: read_model('nothing'), ArgumentError,
          'read_model(path)', 'a file that can be read', 'nothing (',
          'Check the name, and the folder that'),
    Wrong('read a model from a folder', lambda: read_model('.'), ArgumentError, 'read_model(path)',
          'a file that can be read', '. (', 'Check the name, and the folder that'),
    Wrong('read a model of a number', lambda: read_model(3), ArgumentError, 'read_model(path)',
          'the path of a file', '3 (int)', 'Pass a string or a Path'),
    Wrong('read a model of no name', lambda: read_model(''), ArgumentError, 'read_model(path)',
          'the path of a file', "'' (str)", 'Pass a string or a Path'),
    Wrong('read arrays of others', lambda: read_model(foreign()), ModelFileError,
          'foreign.safetensors', 'a model file of epynn', 'another safetensors file',
          'Pass a file that EpyNN.write wrote'),
    Wrong('custom that is no list', lambda: read_model(written(), custom=mine), ArgumentError,
          'read_model(custom)', 'a list of classes and functions', 'mine (function)',
          'For example custom=[MyLayer'),
    Wrong('custom of an instance', lambda: read_model(written(), custom=[Dense(3)]),
          ArgumentError, 'read_model(custom)', 'layer classes and functions',
          'Dense(', 'Pass the class itself'),
    Wrong('custom of one name twice', lambda: read_model(written(), custom=[mine, mine_too]),
          ArgumentError, 'read_model(custom)', 'each name once', 'a second mine',
          'Leave out the other one'),
    Wrong('read text from a folder', lambda: read_file('.'), ArgumentError, 'read_file(path)',
          'a file that can be read', '. (', 'Check the name, and the folder that'),
    Wrong('read text that is not there', lambda: read_file('nothing.txt'), ArgumentError,
          'read_file(path)', 'a file that can be read', 'nothing.txt (',
          'Check the name, and the folder that'),
    Wrong('read text of bytes', lambda: read_file(bytes_of(b'\xff\xfe\xfd')), ArgumentError,
          'read_file(path)', 'a text file in UTF-8', 'some, which is not',
          'Save it as UTF-8, or read it by'),
    Wrong('read text of a number', lambda: read_file(3.5), ArgumentError, 'read_file(path)',
          'the path of a file', '3.5 (float)', 'Pass a string or a Path'),
    Wrong('read text of None', lambda: read_file(None), ArgumentError, 'read_file(path)',
          'the path of a file', 'None (NoneType)', 'Pass a string or a Path'),
    Wrong('clear as a string', lambda: configure_directory('yes'), ArgumentTypeError,
          'configure_directory(clear)', 'True or False', "'yes' (str)", 'Pass one of the two'),
    Wrong('clear 1', lambda: configure_directory(clear=1), ArgumentTypeError,
          'configure_directory(clear)', 'True or False', '1 (int)', 'Pass one of the two'),
    Wrong('folders where a file is', lambda: (text('datasets'), configure_directory()),
          ArgumentError, 'configure_directory', 'datasets/, models/ and plots/ to be folders',
          'datasets (', 'Change to another folder first'),
]  # fmt: skip
