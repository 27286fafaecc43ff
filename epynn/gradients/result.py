"""What a check of gradients found: a table, true if all is right."""

from dataclasses import dataclass
from typing import Any

from epynn.commons.logs import show_table, text_table

HEADERS = ('Tensor', 'Shape', 'Checked', 'Worst\nindex', 'Analytic', 'Numeric', 'Error', 'Verdict')


@dataclass(frozen=True)
class TensorCheck:
    """The gradient of one tensor, analytic against numeric, where it is worst.

    Attributes
    ----------
    tensor : str
        ``'dX'`` or ``'dW'``; in a network with the layer in front, ``'2 Dense dW'``.
    shape : tuple of int
        Shape of the tensor.
    checked, kinks : int
        Elements compared, and elements left out because the loss has a kink there.
    index : tuple of int
        Where the error is largest.
    analytic, numeric : float
        The two gradients there.
    error : float
        Their distance, relative to the largest number in the gradient.
    passed : bool
        Whether the error is within the tolerance.
    hint : str
        What the mistake may be.
    """

    tensor: str
    shape: tuple[int, ...]
    checked: int
    kinks: int
    index: tuple[int, ...]
    analytic: float
    numeric: float
    error: float
    passed: bool
    hint: str = ''


@dataclass(frozen=True)
class GradientCheck:
    """What :func:`check_gradients` found: true if all is right, and a table when printed.

    Attributes
    ----------
    name : str
        The layer or network.
    checks : tuple of TensorCheck
        One for each tensor.
    tolerance : float
        Largest relative error accepted.
    remarks : tuple of str
        Mistakes that are no matter of one tensor.
    """

    name: str
    checks: tuple[TensorCheck, ...]
    tolerance: float
    remarks: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every gradient is right, and nothing else is wrong."""
        return all(check.passed for check in self.checks) and not self.remarks

    @property
    def worst(self) -> float:
        """The largest relative error."""
        return max((check.error for check in self.checks), default=0.0)

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        return '\n'.join([self._title(), text_table(HEADERS, self._rows()), *self._hints()])

    __repr__ = __str__

    def show(self) -> None:
        """Show the table; in a notebook a real one."""
        show_table(HEADERS, self._rows(), self._title(), '\n'.join(self._hints()))

    def _title(self) -> str:
        verdict = 'right' if self.passed else 'WRONG'
        return f'Gradients of {self.name}: {verdict} (tolerance {self.tolerance:.0e})'

    def _rows(self) -> list[list[Any]]:
        return [
            [
                check.tensor,
                str(check.shape).replace(' ', ''),
                f'{check.checked}' + (f' - {check.kinks} kinks' if check.kinks else ''),
                str(check.index).replace(' ', ''),
                f'{check.analytic:.6g}',
                f'{check.numeric:.6g}',
                f'{check.error:.1e}',
                'ok' if check.passed else 'WRONG',
            ]
            for check in self.checks
        ]

    def _hints(self) -> list[str]:
        tensors: dict[str, list[str]] = {}
        for check in self.checks:
            if check.hint:
                tensors.setdefault(check.hint, []).append(check.tensor)
        hints = [f'{", ".join(names)}: {hint}' for hint, names in tensors.items()]
        return [*hints, *self.remarks]
