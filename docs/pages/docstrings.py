"""What numpydoc asks of docstrings: of each public name and its methods, when the site is built."""

import inspect
from typing import Any

from numpydoc.validate import validate

LEFT_OUT = {
    'ES01': 'more than a summary: one sentence is often all there is to say',
    'EX01': 'examples: the pages of layers and families are full of them',
    'RT01': 'a section of what is returned: a first line "Return ..." says it',
    'RT02': 'its type alone: a name for what is returned is better',
    'SA01': 'a section "See Also": links stand in the sentences',
}
"""The checks that are not made, and why; all others are."""

OF_NAMES = {'PR01': 'every parameter: of methods the first line names them, and the first is self'}
"""Checks that are made of functions and classes, not of methods."""


def find_faults(module: str, name: str) -> list[str]:
    """Return what is wrong with the docstrings of a public name, and of what a class has."""
    path = f'{module}.{name}'
    thing = getattr(__import__(module, fromlist=[name]), name)
    if not callable(thing):
        return []
    unasked = set(LEFT_OUT)
    members = []
    if inspect.isclass(thing):
        members = [member for member, of in inspect.getmembers(thing, is_ours) if member[0] != '_']
        if '__init__' not in vars(thing):  # its parameters are those of its base
            unasked |= set(OF_NAMES)
    faults = check(path, unasked)
    for member in members:
        faults += check(f'{path}.{member}', {*LEFT_OUT, *OF_NAMES})
    return faults


def is_ours(member: Any) -> bool:
    """Return whether this is a method or property that epynn defines."""
    function = member.fget if isinstance(member, property) else member
    return inspect.isfunction(function) and function.__module__.startswith('epynn')


def check(path: str, unasked: set[str]) -> list[str]:
    """Return what is wrong with one docstring."""
    return [
        f'{path}: {words} ({code})'
        for code, words in validate(path)['errors']
        if code not in unasked
    ]
