"""All words to the user: messages, tables, and progress.

Tables are made by tabulate, colours by termcolor, which honours ``NO_COLOR`` and leaves files
uncoloured, and the progress bar by tqdm. In a notebook, tables are real ones.
"""

import os
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from termcolor import colored

COLOURS = ('white', 'green', 'cyan', 'yellow', 'red')
WIDTH = 80
"""Columns that every table fits in."""


def in_notebook() -> bool:
    """Return whether the output goes to a notebook, where tables are shown as HTML."""
    ipython = sys.modules.get('IPython')
    shell = None if ipython is None else ipython.get_ipython()
    return shell is not None and type(shell).__name__ == 'ZMQInteractiveShell'


def process_logs(msg: str, level: int = 0) -> None:
    """Print a message.

    Parameters
    ----------
    msg : str
        The message.
    level : int, default 0
        Its colour: 0 none, 1 green, 2 cyan, 3 yellow, from 4 on red.
    """
    show(paint(msg, COLOURS[min(max(level, 0), len(COLOURS) - 1)]) if level else msg)


def show(text: str, end: str = '\n', flush: bool = False) -> None:
    """Print a text, or nothing where there is no output, as under ``pythonw``."""
    if is_open(sys.stdout):
        print(text, end=end, flush=flush)


def complain(msg: str) -> None:
    """Print a message to stderr, if there is one."""
    if is_open(sys.stderr):
        print(msg, file=sys.stderr)


def paint(text: str, colour: str | None = None, attrs: Sequence[str] = ()) -> str:
    """Return the text with codes for its colour, where the output shows colours."""
    return colored(text, colour, attrs=attrs) if is_open(sys.stdout) else text


def is_open(stream: Any) -> bool:
    """Return whether there is a stream, and it is not closed."""
    return stream is not None and not getattr(stream, 'closed', False)


def is_terminal(stream: Any) -> bool:
    """Return whether a stream is a terminal; those that do not tell are none."""
    return is_open(stream) and hasattr(stream, 'isatty') and bool(stream.isatty())


def count_columns(stream: Any) -> int:
    """Return how many columns there are for a line: 80, fewer in a narrow terminal."""
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (AttributeError, OSError, ValueError):  # it is no terminal
        columns = shutil.get_terminal_size((WIDTH, 24)).columns
    return min(WIDTH, columns - 1) if columns > 1 else WIDTH


def status_line(msg: str, end: str = '\n') -> None:
    r"""Print a line, padded so that it covers the one before when `end` is ``'\r'``."""
    columns = min(WIDTH - 1, count_columns(sys.stdout))
    show(msg.ljust(columns) if end == '\r' else msg, end=end, flush=end == '\r')


def warn(msg: str) -> None:
    """Warn the user, at the line outside the package that led here."""
    frame, level = sys._getframe(1), 2
    while frame.f_back and str(frame.f_globals.get('__name__')).partition('.')[0] == 'epynn':
        frame, level = frame.f_back, level + 1
    warnings.warn(msg, UserWarning, stacklevel=level)


def make_table(rows: Sequence[Sequence[str]], headers: Sequence[str], **options: Any) -> str:
    """Return what tabulate makes of cells of text; it is imported here, when first needed.

    It takes a fifth of the time that the whole library takes to import, and not every program
    shows a table.
    """
    from tabulate import tabulate

    return tabulate(rows, headers, disable_numparse=True, **options)


def show_table(
    headers: Sequence[str], rows: Sequence[Sequence[Any]], title: str = '', footer: str = ''
) -> None:
    """Show a table: text in a terminal or file, HTML in a notebook.

    There is one header a column. Headers and cells may have several lines; `title` and `footer` are
    a line above and a line below.
    """
    if in_notebook():
        from html import escape  # for notebooks alone, like what follows

        from IPython.display import HTML, display  # the notebook brings it

        parts = [f'<p><b>{title}</b></p>'] if title else []
        cells = [[escape(str(cell)).replace('\n', '<br>') for cell in row] for row in rows]
        heads = [header.replace('\n', '<br>') for header in headers]
        parts.append(make_table(cells, heads, tablefmt='unsafehtml'))
        parts.append(f'<p>{footer}</p>' if footer else '')
        display(HTML(''.join(parts)))
        return
    if title:
        show(paint(f'\n{title}', attrs=['bold']))
    show(text_table(headers, rows))
    if footer:
        show(footer)


def text_table(headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return a table as text, without trailing spaces."""
    cells = [[str(cell) for cell in row] for row in rows]
    text = make_table(cells, headers, tablefmt='simple')
    return '\n'.join(line.rstrip() for line in text.splitlines())


class StreamTable:
    """A table whose rows appear one by one, in columns of so many characters each."""

    def __init__(self, headers: Sequence[str], widths: Sequence[int]) -> None:
        self.headers = list(headers)
        self.template = ['0' * width for width in widths]
        self.started = False

    def row(self, cells: Sequence[str]) -> None:
        """Show one more row, and the headers before the first one."""
        rows = [self.template, list(cells)]
        table = make_table(rows, self.headers, tablefmt='simple', stralign='right').splitlines()
        if not self.started:
            write_line(paint('\n' + '\n'.join(table[:-2]), attrs=['bold']))
            self.started = True
        write_line(table[-1])


def write_line(msg: str) -> None:
    """Print a line, above the progress bars that are on the screen: ours or those of a user."""
    if 'tqdm' in sys.modules and is_open(sys.stdout):
        sys.modules['tqdm'].tqdm.write(msg, file=sys.stdout)
    else:
        show(msg)


@contextmanager
def progress_bar(
    total: int | None, initial: int, label: str, silent: bool, unit: str = 'epoch'
) -> Iterator[Callable[[], object]]:
    """Show a progress bar with rate and time left, in terminals and notebooks only.

    Where the `total` is not known, it counts. In a file there is none: the rows of the table tell
    how far training is. The block is given a function that tells the bar, where there is one, that
    one more `unit` is done. tqdm is imported here, when first needed: it takes a third of the time
    that the whole library takes to import.
    """
    stream = sys.stdout if in_notebook() else sys.stderr
    if silent or not (in_notebook() or is_terminal(stream)):
        yield lambda: None
        return
    from tqdm import tqdm

    width = None if in_notebook() else count_columns(stream)
    with tqdm(
        total=total, initial=initial, desc=label, unit=unit, leave=False, ncols=width,
        file=stream,
    ) as bar:  # fmt: skip
        yield bar.update
