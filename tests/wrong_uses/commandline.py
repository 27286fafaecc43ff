"""Wrong words after ``epynn``: the status, and what is said on stderr."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WrongCommand:
    """Words on the command line, the exit status, and what the message has to say."""

    words: str
    status: int
    says: tuple[str, ...]


ROWS = [
    WrongCommand('train boolean', 2, ('COMMAND', "'train'", 'run')),
    WrongCommand('list everything', 2, ('unrecognized arguments: everything',)),
    WrongCommand('--verbose', 2, ('unrecognized arguments: --verbose',)),
    WrongCommand('run', 2, ('required: NAME',)),
    WrongCommand('run digit_cnn', 1, ('NAME', 'digits_cnn', 'got digit_cnn', 'epynn list')),
    WrongCommand('run ../boolean', 1, ('NAME', 'boolean', 'got ../boolean', 'epynn list')),
    WrongCommand('run boolean image', 2, ('unrecognized arguments: image',)),
    WrongCommand('run boolean --speed 3', 2, ('unrecognized arguments: --speed 3',)),
    WrongCommand('run boolean --epochs', 2, ('--epochs', 'expected one argument')),
    WrongCommand('run boolean --epochs 0', 2, ('--epochs', 'at least 1', "got '0'")),
    WrongCommand('run boolean --epochs -3', 2, ('--epochs', 'at least 1', "got '-3'")),
    WrongCommand('run boolean --epochs ten', 2, ('--epochs', 'a whole number', "got 'ten'")),
    WrongCommand('run boolean --epochs 1.5', 2, ('--epochs', 'a whole number', "got '1.5'")),
    WrongCommand('run boolean --seed -1', 2, ('--seed', 'at least 0', "got '-1'")),
    WrongCommand('run boolean --seed one', 2, ('--seed', 'a whole number', "got 'one'")),
    WrongCommand('summary', 2, ('required: NAME',)),
    WrongCommand('summary bolean', 1, ('NAME', 'boolean', 'got bolean', 'epynn list')),
]
