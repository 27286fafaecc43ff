"""The numbered steps of a layer's functions, read from their source."""

import ast
import importlib
import inspect
import re
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any

NUMBERED = re.compile(r'^ *# \((\d+)\) (.*)$')
CALLS = {
    'receive_input': 'X', 'receive_steps': 'X', 'give_states': 'A',
    'receive_gradient': 'dA', 'receive_states_gradient': 'dA',
}  # fmt: skip
"""Method of a layer -> the array that it keeps."""


@dataclass
class Step:
    """A numbered comment: its number, its words, and the way of the shapes if it has one."""

    number: int
    title: str
    trail: str = ''


@dataclass
class Group:
    """Steps that share lines of code, as those of a convolution that one product does."""

    steps: list[Step]
    first: int
    """Number of the first line, in the function."""

    kept: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    @property
    def code(self) -> str:
        """Return the lines without the space in front of all of them."""
        return dedent('\n'.join(self.lines)).strip('\n')


def find_function(name: str) -> Any:
    """Return a function of a layer by its name: ``dense_forward``, ``dense_compute_gradients``."""
    folder, _, part = name.partition('_')
    way, _, _ = part.partition('_')
    file = way if way in {'forward', 'backward'} else 'parameters'
    return getattr(importlib.import_module(f'epynn.{folder}.{file}'), name)


def read_steps(name: str) -> list[Group]:
    """Return the steps of a function, each with its lines; those before the first go with it."""
    source = inspect.getsource(find_function(name))
    tree = ast.parse(source).body[0]
    assert isinstance(tree, ast.FunctionDef)
    words = tree.body[0] if ast.get_docstring(tree) else None
    begin = words.end_lineno if words else tree.body[0].lineno - 1
    groups: list[Group] = []
    before: list[str] = []
    for number, line in enumerate(source.splitlines()[begin:], (begin or 0) + 1):
        match = NUMBERED.match(line)
        if match and (not groups or has_code(groups[-1])):
            groups.append(Group([], number - len(before), lines=before))
            before = []
        if match:
            groups[-1].steps.append(as_step(int(match[1]), match[2]))
        (groups[-1].lines if groups else before).append(line)
    if not groups:
        groups = [Group([], (begin or 0) + 1, lines=before)]
    if not has_code(groups[-1]) and len(groups) > 1:  # words about what the lines above do
        last = groups.pop()
        groups[-1].steps += last.steps
        groups[-1].lines += last.lines
    for line, array in sorted(find_kept(tree)):
        group = [group for group in groups if group.first <= line][-1]
        if array not in group.kept:
            group.kept.append(array)
    return groups


def find_kept(tree: ast.FunctionDef) -> set[tuple[int, str]]:
    """Return line and name of the arrays that a function keeps with its layer."""
    kept = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in (part for whole in node.targets for part in ast.walk(whole)):
                if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                    kept.add((node.lineno, str(target.slice.value)))
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called == 'keep_steps':
                kept |= {(node.lineno, str(keyword.arg)) for keyword in node.keywords}
            elif called.removeprefix('layer.') in CALLS:
                kept.add((node.lineno, CALLS[called.removeprefix('layer.')]))
    return kept


def has_code(group: Group) -> bool:
    """Return whether a group has lines other than comments."""
    return any(line.strip() and not line.lstrip().startswith('#') for line in group.lines)


def as_step(number: int, words: str) -> Step:
    """Return a step of the words of its comment: title, and shapes behind a colon."""
    title, colon, rest = words.partition(': ')
    if colon and '->' in rest:
        return Step(number, title, rest)
    return Step(number, title)
