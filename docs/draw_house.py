"""Draw the house from its imports: ``python docs/draw_house.py`` writes ``docs/images/house.svg``.

With ``--check`` it writes nothing, and fails where the picture is not what the imports say.

Each room stands above all that it imports from. Arrows are imports; they pass between the rooms of
the rows that lie between. Of an import that others imply, as that of A from C beside A from B and B
from C, no arrow is drawn. Nothing here depends on fonts, versions or the machine: the same imports
give the same bytes.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from rooms import FLOORS, ROOT, Room, build, find_circles, without_implied

PICTURE = ROOT / 'docs' / 'images' / 'house.svg'

# WHERE THEY STAND

WIDTH, LEFT, WIDEST, GAP, BETWEEN, LINE = 1120, 84, 560, 30, 12, 13
"""In pixels: of the picture; where rooms begin; of the contents of a room, at most; between rows,
between rooms; of a line of text."""
TITLE, LETTER = 8, 7
"""Pixels of a letter, at most, in titles and contents. All numbers are whole: they are the same
everywhere."""


@dataclass
class Box:
    """Where a room stands; with `passes`, where arrows to that room pass between others."""

    name: str
    row: int
    passes: bool = False
    lines: list[str] = field(default_factory=list)
    x: int = 0
    y: int = 0
    width: int = 0
    height: int = 0

    @property
    def middle(self) -> int:
        """Return the middle between left and right."""
        return self.x + self.width // 2


Line = tuple[Box, Box]


def set_rows(rooms: Mapping[str, Room]) -> dict[str, int]:
    """Return the row of each room, counted from the top: above all that it imports from."""

    def level(name: str) -> int:
        inside = [to for to in rooms[name].targets if rooms[to].floor == rooms[name].floor]
        return max((1 + level(target) for target in inside), default=0)

    rows: dict[str, int] = {}
    for floor in FLOORS:
        levels = {name: level(name) for name, room in rooms.items() if room.floor == floor}
        last = max(rows.values(), default=-1) + 1 + max(levels.values(), default=-1)
        rows.update({name: last - depth for name, depth in levels.items()})
    return rows


def connect(rooms: Mapping[str, Room]) -> tuple[list[list[Box]], list[Line]]:
    """Return the boxes by rows, and the lines from row to row that make up the arrows.

    All arrows to one room pass a row in one place.
    """
    rows, arrows = set_rows(rooms), without_implied(rooms)
    boxes = {name: Box(name, row) for name, row in sorted(rows.items())}
    lines: dict[tuple[str, str], Line] = {}
    for source in sorted(arrows):
        for target in sorted(arrows[source]):
            start = source
            for row in range(rows[source] + 1, rows[target]):
                through = f'{target} {row}'
                boxes.setdefault(through, Box(target, row, passes=True))
                lines[start, through] = boxes[start], boxes[through]
                start = through
            lines[start, target] = boxes[start], boxes[target]
    shelves: list[list[Box]] = [[] for _ in range(1 + max(rows.values()))]
    for _, box in sorted(boxes.items()):
        shelves[box.row].append(box)
    return shelves, list(lines.values())


def lay_out(rooms: Mapping[str, Room]) -> tuple[list[list[Box]], list[Line]]:
    """Place the boxes: each row near its neighbours, those above and those below in turn."""
    shelves, lines = connect(rooms)
    y = 16
    for shelf in shelves:
        fill(shelf, rooms)
        height = max(box.height for box in shelf)
        for box in shelf:
            box.y, box.height = y, height if box.passes else box.height
        y += height + GAP
        place(shelf, {id(box): WIDTH * i // len(shelf) for i, box in enumerate(shelf)})
    for sweep in range(24):
        for shelf in shelves[1:] if sweep % 2 else shelves[-2::-1]:
            wanted = {}
            for box in shelf:
                above, below = neighbours(box, lines)
                near = (above if sweep % 2 else below) or [box]
                wanted[id(box)] = sum(other.middle for other in near) // len(near)
            shelf.sort(key=lambda box: (wanted[id(box)], box.name))
            place(shelf, wanted)
    return shelves, lines


def neighbours(box: Box, lines: list[Line]) -> tuple[list[Box], list[Box]]:
    """Return the boxes above and below to which lines lead."""
    return [a for a, b in lines if b is box], [b for a, b in lines if a is box]


def fill(shelf: list[Box], rooms: Mapping[str, Room]) -> None:
    """Give the boxes of a row their texts, and sizes that the row has space for."""
    real = [box for box in shelf if not box.passes]
    titles = sum(len(short(box.name)) * TITLE + 14 for box in real)
    spare = WIDTH - LEFT - 20 - titles - BETWEEN * len(shelf)
    letters = sum(len(' '.join(rooms[box.name].contents)) for box in real)
    for box in real:
        contents = rooms[box.name].contents
        here = len(' '.join(contents))
        share = min(LETTER * here, spare * here // max(1, letters), WIDEST)
        box.width = len(short(box.name)) * TITLE + 14 + share
        box.lines = wrap(contents, (box.width - 14) // LETTER)
        box.height = 22 + LINE * len(box.lines)


def place(shelf: list[Box], wanted: Mapping[int, int]) -> None:
    """Stand boxes side by side, in their order, as near as they fit to where they are wanted.

    Between two packings, from the left and from the right, they take the middle.
    """
    first, last = [], []  # where the left edge of each box may be
    for i in range(len(shelf)):
        first.append(LEFT + sum(box.width + BETWEEN for box in shelf[:i]))
        last.append(WIDTH - 12 + BETWEEN - sum(box.width + BETWEEN for box in shelf[i:]))
    edges = [wanted[id(box)] - box.width // 2 for box in shelf]
    edges = [min(max(x, low), high) for x, low, high in zip(edges, first, last, strict=True)]
    lefts, rights = edges.copy(), edges.copy()
    for i in range(1, len(shelf)):
        lefts[i] = max(lefts[i], lefts[i - 1] + shelf[i - 1].width + BETWEEN)
    for i in range(len(shelf) - 2, -1, -1):
        rights[i] = min(rights[i], rights[i + 1] - shelf[i].width - BETWEEN)
    for box, left, right in zip(shelf, lefts, rights, strict=True):
        box.x = (left + right) // 2


def wrap(words: Iterable[str], letters: int) -> list[str]:
    """Return words in lines of so many letters."""
    lines = ['']
    for word in words:
        longer = f'{lines[-1]} {word}'.strip()
        lines = [*lines[:-1], longer] if len(longer) <= letters else [*lines, word]
    return [line for line in lines if line]


def short(name: str) -> str:
    """Return the title of a room: its name on its floor."""
    return name.rpartition('.')[2]


# THE PICTURE

STYLE = """
    text { font: 11px ui-monospace, Menlo, Consolas, monospace; fill: #24292f }
    .title { font-weight: bold; font-size: 12px }
    .paper { fill: #ffffff } .room { fill: #ffffff; stroke-width: 1.5 }
    .line { fill: none; stroke-width: 1.2; opacity: 0.75 } .floor { opacity: 0.1 }
    .faces { stroke: #b0528b } .files { stroke: #c25700 } .network { stroke: #0068a8 }
    .layers { stroke: #00825f } .commons { stroke: #8a6d00 } .kernels { stroke: #5f6b7a }
    rect.floor { stroke: none } .faces.floor { fill: #b0528b } .files.floor { fill: #c25700 }
    .network.floor { fill: #0068a8 } .layers.floor { fill: #00825f }
    .commons.floor { fill: #8a6d00 } .kernels.floor { fill: #5f6b7a }
    marker path { fill: #57606a }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 } .paper { fill: #0d1117 } .room { fill: #161b22 }
      .floor { opacity: 0.25 } marker path { fill: #b1bac4 }
      .faces { stroke: #e08bbd } .files { stroke: #ff9a4d } .network { stroke: #5cb3f0 }
      .layers { stroke: #3fcf9f } .commons { stroke: #d8b53a } .kernels { stroke: #a9b4c2 }
    }
"""


def draw(root: Path = ROOT) -> str:
    """Return the picture as SVG."""
    rooms = build(root)
    if circles := find_circles({name: room.targets for name, room in rooms.items()}):
        raise SystemExit(f'Rooms that import from each other in circles: {circles}.')
    shelves, lines = lay_out(rooms)
    height = shelves[-1][-1].y + shelves[-1][-1].height + 14
    svg = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        'aria-labelledby="title text">',
        '  <title id="title">The house of epynn: its rooms and their imports</title>',
        f'  <desc id="text">{escape(describe(rooms))}</desc>',
        f'  <style>{STYLE}  </style>',
        '  <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" '
        'markerHeight="6" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>',
        f'  <rect class="paper" width="{WIDTH}" height="{height}"/>',
    ]
    for floor in FLOORS:
        here = [box for shelf in shelves for box in shelf if is_on(box, floor, rooms)]
        if here:
            top, bottom = here[0].y - 9, here[-1].y + here[-1].height + 9
            svg += [
                f'  <rect class="{floor} floor" x="4" y="{top}" width="{WIDTH - 8}" '
                f'height="{bottom - top}" rx="6"/>',
                f'  <text class="title" x="12" y="{top + 24}">{floor}</text>',
            ]
    svg += [draw_line(a, b, lines, rooms) for a, b in lines]
    svg += [draw_box(box, rooms) for shelf in shelves for box in shelf]
    return '\n'.join([*svg, '</svg>', ''])


def is_on(box: Box, floor: str, rooms: Mapping[str, Room]) -> bool:
    """Return whether a box is a room of that floor."""
    return not box.passes and rooms[box.name].floor == floor


def draw_line(a: Box, b: Box, lines: list[Line], rooms: Mapping[str, Room]) -> str:
    """Return a line from the lower edge of a box to the upper edge of another, or through it."""
    ends = sorted(other.middle for other in neighbours(a, lines)[1])
    x1 = a.x + a.width * (1 + ends.index(b.middle)) // (1 + len(ends))
    starts = sorted(other.middle for other in neighbours(b, lines)[0])
    port = b.width * (1 + starts.index(a.middle)) // (1 + len(starts))
    x2 = b.middle if b.passes else b.x + port
    y1, y2 = a.y + a.height, b.y
    half = (y1 + y2) // 2
    end = f'V{b.y + b.height}"' if b.passes else '" marker-end="url(#tip)"'
    return (
        f'  <path class="{rooms[b.name].floor} line" d="M{x1} {y1}C{x1} {half} '
        f'{x2} {half} {x2} {y2}{end}/>'
    )


def draw_box(box: Box, rooms: Mapping[str, Room]) -> str:
    """Return a room with its name and contents; nothing where a line passes."""
    if box.passes:
        return ''
    x, y = box.x + 7, box.y + 15
    texts = [f'<text class="title" x="{x}" y="{y}">{short(box.name)}</text>']
    for number, line in enumerate(box.lines, 1):
        texts.append(f'<text x="{x}" y="{y + 2 + LINE * number}">{line}</text>')
    return (
        f'  <rect class="{rooms[box.name].floor} room" x="{box.x}" y="{box.y}" '
        f'width="{box.width}" height="{box.height}" rx="3"/>' + ''.join(texts)
    )


def describe(rooms: Mapping[str, Room]) -> str:
    """Return the picture in words."""
    arrows = without_implied(rooms)
    sentences = []
    for floor in FLOORS:
        for name in sorted(name for name, room in rooms.items() if room.floor == floor):
            targets = ', '.join(sorted(arrows[name])) or 'nothing'
            sentences.append(f'{name} on the floor of {floor} imports from {targets}.')
    return ' '.join(sentences)


if __name__ == '__main__':
    if '--check' not in sys.argv:
        PICTURE.write_text(draw(), encoding='utf-8')
    elif draw() != PICTURE.read_text(encoding='utf-8'):
        raise SystemExit(f'{PICTURE.name} is old: python docs/draw_house.py draws it anew.')
