"""The rooms of the house, as its imports make them; ``draw_house.py`` draws them.

Rooms are packages, and on the two lowest floors single files too. The layers are alike and share a
room. Imports that only type checkers follow count as any other.
"""

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOORS = 'faces', 'files', 'network', 'layers', 'commons', 'kernels'
"""From top to bottom: imports only go down."""
LAYER = 'models', 'forward', 'backward', 'parameters'
"""The files that each layer has."""
CONSTANTS = 'settings', 'version'
"""Files beside the packages that stand on the floor of commons: they import nothing."""
CONTRACT = {('commons.library', 'network'), ('commons.library', 'files')}
"""Imports that go up, as old scripts need them; pyproject.toml names them, too."""


# WHAT IS THERE


def find_modules(root: Path = ROOT) -> dict[str, Path]:
    """Return the file of each module by its name, such as ``epynn.dense.forward``."""
    files = {}
    for path in sorted((root / 'epynn').rglob('*.py')):
        parts = path.relative_to(root).with_suffix('').parts
        files['.'.join(parts[:-1] if parts[-1] == '__init__' else parts)] = path
    return files


def find_imports(path: Path, known: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the known modules that a file imports, each with where: '', 'types' or 'function'.

    'types' stands for imports that only type checkers follow, 'function' for those inside one.
    """

    def walk(node: ast.AST, where: str) -> Iterator[tuple[str, str]]:
        for child in ast.iter_child_nodes(node):
            here = where
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                here = 'function'
            elif isinstance(child, ast.If) and ast.unparse(child.test) == 'TYPE_CHECKING':
                here = 'types'
            elif isinstance(child, ast.Import):
                yield from ((alias.name, here) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                for alias in child.names:
                    module = f'{child.module}.{alias.name}'
                    yield (module if module in known else str(child.module)), here
            yield from walk(child, here)

    for module, where in walk(ast.parse(path.read_text(encoding='utf-8')), ''):
        if module in known:
            yield module, where


def graph_modules(root: Path = ROOT) -> dict[str, set[str]]:
    """Return which modules each module imports, in whatever way."""
    files = find_modules(root)
    return {
        name: {target for target, _ in find_imports(path, files)} for name, path in files.items()
    }


def find_circles(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return the groups of more than one that reach each other along the arrows."""
    reach = {name: reachable(graph, name) for name in graph}
    circles = {
        tuple(sorted(other for other in reach[name] if name in reach[other]))
        for name in graph
        if name in reach[name]
    }
    return [list(circle) for circle in sorted(circles)]


def reachable(graph: Mapping[str, Iterable[str]], start: str) -> set[str]:
    """Return all that lies along the arrows from `start`."""
    found: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(graph[name])
    return found


# ROOMS


def find_room(module: str, layers: Collection[str]) -> tuple[str, str]:
    """Return the floor and the room of a module."""
    first, *rest = [*module.split('.')[1:], '']
    if first in layers:
        return 'layers', 'layers'
    if first in CONSTANTS:
        return 'commons', first
    if first in ('commons', 'kernels'):
        return first, f'{first}.{rest[0]}' if rest and rest[0] else first
    if first in FLOORS:
        return first, first
    return 'faces', {'': 'epynn', 'initialize': 'epynn', '__main__': 'cli'}.get(first, first)


@dataclass
class Room:
    """A room: its floor, what is in it, and the rooms that it imports from."""

    name: str
    floor: str
    contents: list[str] = field(default_factory=list)
    targets: set[str] = field(default_factory=set)


def find_content(module: str, floor: str, room: str) -> str:
    """Return what a module is called in its room; '' where it is the room, or one layer's own."""
    path = module.removeprefix('epynn').removeprefix('.')
    if floor == 'layers':
        return next((name for name in LAYER if path.endswith(f'.{name}')), '')
    return path.removeprefix(room).removeprefix('.').split('.')[0]


def build(root: Path = ROOT) -> dict[str, Room]:
    """Return the rooms by name, without those in which there is nothing."""
    graph = graph_modules(root)
    layers = {name.split('.')[1] for name in graph if name.endswith('.parameters')}
    rooms: dict[str, Room] = {}
    for module, targets in graph.items():
        floor, name = find_room(module, layers)
        room = rooms.setdefault(name, Room(name, floor))
        content = find_content(module, floor, name)
        if content not in ('', *room.contents):
            room.contents.append(content)
        room.targets |= {find_room(target, layers)[1] for target in targets}
        room.targets -= {name} | {target for source, target in CONTRACT if source == name}
    used = {target for room in rooms.values() for target in room.targets}
    return {
        name: room for name, room in rooms.items() if room.contents or room.targets or name in used
    }


def without_implied(rooms: Mapping[str, Room]) -> dict[str, set[str]]:
    """Return the imports that no others imply."""
    graph = {name: room.targets for name, room in rooms.items()}
    implied = {
        name: {far for target in graph[name] for far in reachable(graph, target)} for name in graph
    }
    return {name: graph[name] - implied[name] for name in graph}
