"""The command ``epynn``: lists, runs and summarizes the bundled networks, verifies saved ones.

A bundled network is a folder of ``examples/`` with a ``train.py``. Its docstring starts with the
line that ``epynn list`` shows; its ``main()`` is what ``epynn run`` calls, and its ``build()``
returns the network for ``epynn summary``.
"""

import argparse
import ast
import importlib
import inspect
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from epynn.commons.arguments import as_int
from epynn.commons.errors import ArgumentError, EpynnError, MissingExtraError
from epynn.commons.library import read_model
from epynn.commons.logs import complain, is_open, process_logs
from epynn.interchange.drawn import drawn_set
from epynn.interchange.verify import verify_on
from epynn.version import __version__

PACKAGE = Path(__file__).resolve().parent
STOPPED = 130
"""The status of a program that was stopped by Ctrl-C: 128 and the number of the signal."""
EXTRA_PACKAGES = {
    'sklearn': 'scikit-learn', 'matplotlib': 'matplotlib', 'PIL': 'pillow',
    'distributed': 'distributed', 'statsmodels': 'statsmodels',
}  # fmt: skip
"""What examples may import beyond epynn's own requirements -> its name for pip."""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after ``epynn``, by default those of the command line.

    Raises
    ------
    SystemExit
        With a message for stderr and a non-zero status, where something is wrong.
    """
    parser = make_parser()
    arguments = parser.parse_args(argv)
    try:
        if arguments.command == 'list':
            list_networks()
        elif arguments.command == 'run':
            run_network(arguments.name, arguments.epochs, arguments.seed, arguments.quiet)
        elif arguments.command == 'summary':
            summarize_network(arguments.name)
        elif arguments.command == 'verify':
            verify_network(arguments.file, arguments.against, arguments.steps)
        else:
            process_logs(parser.format_help().rstrip())
        if is_open(sys.stdout):
            sys.stdout.flush()  # here, where it is known what to do when the disk is full
    except EpynnError as error:
        raise SystemExit(f'epynn: {error}') from None
    except KeyboardInterrupt:
        complain('epynn: stopped.')
        raise SystemExit(STOPPED) from None
    except OSError as error:
        if error.filename is not None:  # it is not about the output
            raise
        # What is left to be written goes nowhere, so that Python does not try again at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # who reads it, such as head, has seen enough
            raise SystemExit(1) from None
        raise SystemExit(f'epynn: the output cannot be written: {error.strerror}.') from None


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog='epynn',
        description='Neural networks that can be read from end to end.',
        epilog='Start with: epynn run digits_cnn',
    )
    parser.add_argument('--version', action='version', version=f'epynn {__version__}')
    commands = parser.add_subparsers(dest='command', title='commands', metavar='COMMAND')

    commands.add_parser('list', help='list the bundled networks')

    run = commands.add_parser('run', help='train a bundled network and show how it does')
    run.add_argument('name', metavar='NAME', help='one of those that "epynn list" shows')
    run.add_argument('--epochs', type=whole_number(1), metavar='N', help='epochs to train')
    run.add_argument('--seed', type=whole_number(0), metavar='N', help='seed of random numbers')
    run.add_argument('--quiet', action='store_true', help='show the result alone, no tables')

    summary = commands.add_parser('summary', help='show the layers and shapes of a network')
    summary.add_argument('name', metavar='NAME', help='one of those that "epynn list" shows')

    verify = commands.add_parser('verify', help='compare a saved network with another library')
    verify.add_argument('file', metavar='FILE', help='a file that model.write made')
    verify.add_argument('--against', default='torch', metavar='LIBRARY', help='torch, keras, onnx')
    verify.add_argument('--steps', type=whole_number(1), default=3, metavar='N', help='steps')
    return parser


class whole_number:
    """Reads a whole number of at least `minimum`, in the words that argparse shows on error."""

    def __init__(self, minimum: int) -> None:
        self.minimum = minimum

    def __call__(self, text: str) -> int:
        """Return the number that `text` spells."""
        try:
            return as_int(int(text), 'number', self.minimum)
        except ValueError:
            expected = f'expected a whole number of at least {self.minimum}'
            raise argparse.ArgumentTypeError(f'{expected}, got {text!r}') from None


def list_networks() -> None:
    """Show the bundled networks, one line each."""
    folders = find_networks()
    width = max(map(len, folders))
    for name, folder in folders.items():
        process_logs(f'{name:<{width}}  {describe_network(folder)}')


def run_network(name: str, epochs: int | None, seed: int | None, quiet: bool) -> None:
    """Call `main` of the network's ``train.py`` with the options that were given."""
    options = {'epochs': epochs, 'seed': seed}
    given = {option: value for option, value in options.items() if value is not None}
    train = load_network(name)
    for option in given:
        if option not in inspect.signature(train.main).parameters:
            raise ArgumentError(
                f'--{option}', 'an example that trains a network', name,
                f'Run it by: epynn run {name}',
            )  # fmt: skip
    train.main(**given, quiet=quiet)


def summarize_network(name: str) -> None:
    """Show the summary of the network that `build` of its ``train.py`` returns."""
    train = load_network(name)
    if not hasattr(train, 'build'):
        raise ArgumentError(
            'summary', 'an example that trains a network', name,
            f'Run it by: epynn run {name}',
        )  # fmt: skip
    model = train.build()
    if not model.initialized:
        model.initialize(verbose=False)
    model.summary()


def verify_network(file: str, against: str, steps: int) -> None:
    """Show what a saved network computes beside another library, of samples that are drawn."""
    model = read_model(file)
    os.environ.setdefault('KERAS_BACKEND', 'torch')  # read when Keras is imported, if it is
    found = verify_on(model, drawn_set(model), against, steps)
    found.show()
    if not found:
        raise SystemExit(1)


def find_networks() -> dict[str, Path]:
    """Return the folders of the bundled networks by name.

    An installed package carries them in ``epynn/examples/``; in a checkout, they are beside the
    package.
    """
    for examples in (PACKAGE / 'examples', PACKAGE.parent / 'examples'):
        folders = {script.parent.name: script.parent for script in examples.glob('*/train.py')}
        if folders:
            return dict(sorted(folders.items()))
    raise EpynnError(
        'examples', f'the bundled networks in {PACKAGE / "examples"}', 'none',
        'Install epynn again.',
    )  # fmt: skip


def describe_network(folder: Path) -> str:
    """Return the first line of the docstring of ``train.py``, which is read and not run."""
    module = ast.parse((folder / 'train.py').read_text(encoding='utf-8'))
    return (ast.get_docstring(module) or '').partition('\n')[0]


def load_network(name: str) -> ModuleType:
    """Import ``train.py`` as if it were started in its own folder: one network a process."""
    folders = find_networks()
    if name not in folders:
        raise ArgumentError('NAME', f'one of {", ".join(folders)}', name, 'See: epynn list')
    sys.path.insert(0, str(folders[name]))
    try:
        return importlib.import_module('train')
    except ModuleNotFoundError as error:
        package = (error.name or '').partition('.')[0]
        if package not in EXTRA_PACKAGES:
            raise
        raise MissingExtraError(
            name, f'{EXTRA_PACKAGES[package]} to be installed', 'none',
            f'Install it by: python -m pip install {EXTRA_PACKAGES[package]}',
        ) from None  # fmt: skip
