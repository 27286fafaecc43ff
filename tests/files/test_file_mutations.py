"""Model files changed at random under a right seal: each works, or gives one typed error."""

import contextlib
import json
import os
import sys
import tracemalloc
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import saved_networks
from model_files import allowed_memory, describe, enclose, nest, parts_of_network
from saved_networks import (
    OWN,
    TABLE,
    make_from_row,
    make_images,
    make_own,
    make_tokens,
    new_input,
)

from epynn.commons.errors import EpynnError, ModelFileError
from epynn.commons.library import read_model

CASES = int(os.environ.get('EPYNN_FUZZ', '1000'))
"""How many files are tried; a nightly run sets 100000."""
ROWS = {type(row.make()): row for row in TABLE.values()}.values()
"""A row of the table for each layer."""


@pytest.fixture(scope='module')
def bases():
    models = [make_tokens(), make_images(), make_own(), *map(make_from_row, ROWS)]
    return {model.name: (model, *parts_of_network(model)) for model in models}


def use(model, X, options):
    """Predict and show all there is to show; of errors, those of epynn are for the user to see."""
    with np.errstate(all='ignore'):
        try:
            model.predict(X, **options)
        except EpynnError:
            return False
        except (TypeError, ValueError, LookupError) as error:
            # Functions of one's own in the place of others are not for epynn to know.
            if not any(frame.path == Path(saved_networks.__file__) for frame in frames(error)):
                raise
            return False
    model.summary()
    model.report()
    return True


def frames(error):
    return pytest.ExceptionInfo.from_exception(error).traceback


# MUTATIONS

NASTY = [
    None, True, False, 0, -1, 1, 2, 3, 10**9, 10**12, -(10**12), 10**400, 2**31, 0.0, -0.5, 0.5,
    1e300, 1e-300, '', 'relu', 'Dense', 'numpy.max', 'CCE', 'custom.bent', 'custom.Scaled', '../x',
    'é\0\ud800', 'x' * 1000, [], {}, [[]], [0, 0], [10**9] * 4, {'tuple': []}, {'tuple': 3},
    {'tuple': [10**9, 10**9]}, {'dict': []}, {'dict': [[[], 1]]}, {'dict': [[1, 1], [1, 2]]},
    {'dict': [[{'dict': []}, 1]]}, {'bytes': 'é'}, {'bytes': '\u0416'}, {'float': 'nan'},
    {'float': '1'}, {'function': 'relu'}, {'function': 'accuracy'}, {'function': 'CCE'},
    {'function': 'numpy.max'}, {'function': 'xavier'}, {'function': 'custom.bent'},
    {'function': 'os.system'}, {'function': 'exp_decay'}, {'function': 'custom.Band'},
    {'object': 'L2', 'arguments': {'coefficient': 1e300}}, {'object': 'SGD', 'arguments': {}},
    {'object': 'TopK', 'arguments': {'k': 10**12}}, {'object': 'Adam', 'arguments': {'beta1': 2}},
    {'object': 'Huber', 'arguments': {'delta': '1'}}, {'object': 'Dense', 'arguments': {}},
    {'object': 'WarmUp', 'arguments': {'epochs': 10**12, 'then': {'function': 'relu'}}},
    {'object': 'custom.bent', 'arguments': {'x': 1}}, {'object': 'subprocess.Popen'},
    {'layer': 'Dense', 'arguments': {'units': 10**12}, 'frozen': False},
    {'layer': 'Dropout', 'arguments': {'axis': 10**9}, 'frozen': False},
    {'layer': 'Reshape', 'arguments': {'shape': {'tuple': [10**9, -1]}}, 'frozen': True},
    {'layer': 'Embedding', 'arguments': {'X_data': [[1.0]]}, 'frozen': False},
    {'layer': 'Residual', 'arguments': {'layers': []}, 'frozen': False},
    {'layer': 'Flatten', 'arguments': {}, 'frozen': False},
    {'layer': 'custom.Scaled', 'arguments': {'factors': 3}, 'frozen': False},
]  # fmt: skip


def places(value, found):
    """Collect every list and dict inside a description."""
    if isinstance(value, (list, dict)) and value:
        found.append(value)
        for item in value.values() if isinstance(value, dict) else value:
            places(item, found)
    return found


def clone(value):
    """Return a deep copy of words, however deep."""
    return json.loads(json.dumps(value))


def mutate_description(description, rng):
    """Change the description at one place: values, names, order, number, depth, length."""
    found = places(description, [])
    box = found[rng.integers(len(found))]
    keys = list(box) if isinstance(box, dict) else list(range(len(box)))
    key, other = (keys[i] for i in rng.integers(len(keys), size=2))
    value = box[key]
    how = rng.integers(12)
    if how <= 2:
        box[key] = clone(NASTY[rng.integers(len(NASTY))])
    elif how == 3 and isinstance(value, (int, float)) and not isinstance(value, bool):
        box[key] = [value + 1, -value, value * 10**9, float(value), value + 0.5, str(value)][
            rng.integers(6)
        ]
    elif how == 4:
        del box[key]
    elif how == 5:
        box[key], box[other] = box[other], box[key]
    elif how == 6 and isinstance(box, dict):
        box[['extra', 'self', 'arguments', 'X_data'][rng.integers(4)]] = value
    elif how == 6:
        box.insert(key, clone(value))
    elif how == 7 and isinstance(box, dict):
        box[f'{key}_'] = box.pop(key)
    elif how == 8:
        kind = rng.integers(3)
        box[key] = nest(value, kind, int(rng.choice([1, 2, 30, 60 if kind else 110])))
    elif how == 9:
        source = found[rng.integers(len(found))]
        box[key] = clone(source)
    elif how == 11:  # many words
        light = [[], [[]], 0, 12345, 0.5, 'é', 'ab', {'tuple': []}][rng.integers(8)]
        box[key] = clone([light] * int(10 ** rng.uniform(1, 4)))
    elif isinstance(value, str):
        box[key] = [value[:-1], value.upper(), 'custom.' + value, value.removeprefix('custom.')][
            rng.integers(4)
        ]


def mutate_arrays(arrays, rng):
    """Change one array: its name, shape, type, numbers, or whether it is there."""
    names = list(arrays)
    name, other = (names[i] for i in rng.integers(len(names), size=2))
    array = np.asarray(arrays[name])
    how = rng.integers(10)
    if how == 0:
        del arrays[name]
    elif how == 1:
        arrays[f'{name}2'] = array
    elif how == 2:
        digits = name.split('.')
        digits[rng.integers(len(digits))] = str(rng.choice(['0', '1', '9', 'p', 's', 'W', '']))
        arrays['.'.join(digits)] = arrays.pop(name)
    elif how == 3:
        arrays[name] = array.T if array.ndim > 1 else array[np.newaxis]
    elif how == 4:
        arrays[name] = array.ravel()[: rng.integers(array.size + 1)]
    elif how == 5:
        arrays[name], arrays[other] = arrays[other], array
    elif how == 6:
        kinds = (np.float32, np.float64, np.int64, np.bool_, np.float16, np.uint8)
        arrays[name] = array.astype(kinds[rng.integers(len(kinds))])
    elif how == 7:
        arrays[name] = np.full_like(array, [0, 1, 3e38, -3e38][rng.integers(4)])
    elif how == 8:
        arrays[name] = np.zeros((*array.shape, [0, 1, 2][rng.integers(3)]), array.dtype)
    else:
        arrays[name] = np.full(array.shape, [np.nan, np.inf][rng.integers(2)])


def mutate_text(text, rng):
    """Change the JSON itself: what json.dumps would never say."""
    marks = [i for i, letter in enumerate(text) if letter in ',:{}[]"']
    i = marks[rng.integers(len(marks))]
    how = rng.integers(5)
    if how == 0:
        return (
            text[:i]
            + ['NaN', '1e999', '-Infinity', '{', '"', '\\', '\x00'][rng.integers(7)]
            + text[i:]
        )
    if how == 1:
        return text[:i] + text[i + 1 :]
    if how == 2:
        return text.replace('"name":', '"name": "twice", "name":', 1)
    if how == 3:
        return text[:i]
    return text[:i] + '[' * int(rng.choice([1, 2000, 20_000])) + text[i:]


def make_case(case, bases):
    """Return a network and a sealed file of it with one to three changes."""
    rng = np.random.default_rng([3, case])
    model, text, arrays = list(bases.values())[rng.integers(len(bases))]
    description, arrays = json.loads(text), dict(arrays)
    for _ in range(rng.choice([1, 1, 2, 3])):
        if rng.random() < 0.75:
            mutate_description(description, rng)
        elif arrays:
            mutate_arrays(arrays, rng)
    text = describe(description)
    return model, enclose(mutate_text(text, rng) if rng.random() < 0.1 else text, arrays)


class Watch:
    """Notes what the interpreter is asked for while it is on: hooks cannot be taken off again."""

    def __init__(self):
        self.on, self.events = False, []
        sys.addaudithook(self.note)

    def note(self, event, arguments):
        if self.on and event not in HARMLESS:
            self.events.append((event, arguments))


HARMLESS = ('builtins.id', 'object.__getattr__')  # which inspect asks for


@pytest.fixture(scope='module')
def watch():
    return Watch()


def read_watched(path, watch):
    """Return the network in a file, or None if it was refused, and the share of memory it took.

    All that it may do is to open the file for reading, once.
    """
    again, allowed = None, allowed_memory(path.read_bytes())
    watch.events.clear()
    tracemalloc.start()
    try:
        watch.on = True
        with contextlib.suppress(ModelFileError):
            again = read_model(path, custom=OWN)
        watch.on = False
        share = tracemalloc.get_traced_memory()[1] / allowed
    finally:
        watch.on = False
        tracemalloc.stop()
    ((event, (name, _, flags)),) = watch.events
    assert (event, name) == ('open', str(path))
    assert not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
    assert share <= 1
    return again, share


def try_case(case, bases, path, watch):
    """Return what came of a file, 'refused', 'works', or 'refuses input', and its memory."""
    model, data = make_case(case, bases)
    path.write_bytes(data)
    again, share = read_watched(path, watch)
    if again is None:
        return 'refused', share
    X, options = (np.ones((2, 4)), {}) if model.name == 'own' else new_input(model)
    return ('works' if use(again, X, options) else 'refuses input'), share


@pytest.mark.filterwarnings('ignore::RuntimeWarning')  # of numbers close to the largest
def test_structured_mutations_give_a_network_that_works_or_a_typed_error(
    bases, capsys, tmp_path, watch, record_property
):
    """Each of the files is read with no event but its own opening, and memory in bounds."""
    outcomes, worst, path = Counter(), 0, tmp_path / 'model'
    read_model(bases['own'][0].write(path), custom=OWN)  # what is imported late comes in now
    for case in range(CASES):
        try:
            outcome, share = try_case(case, bases, path, watch)
        except Exception as error:
            raise AssertionError(f'case {case}: {error!r}') from error
        outcomes[outcome] += 1
        worst = max(worst, share)
        capsys.readouterr()
    record_property('outcomes', dict(outcomes))
    record_property('memory, as a share of what is allowed', worst)
    assert outcomes.total() == CASES
    assert outcomes['refused'] > CASES / 2
    assert outcomes['works'] > CASES / 20
    assert outcomes['refuses input'] <= CASES / 100  # of tokens or functions of yours
    assert worst > 0.2  # or no file was heavy
