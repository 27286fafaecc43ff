"""A node of a graph that is read: its inputs, and its settings, each of the type it has to be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from epynn.commons.errors import ModelFileError


@dataclass(eq=False)
class Node:
    """A node of ONNX.

    Attributes
    ----------
    op, name : str
        Its operator and its name; that of its output if it has none.
    inputs, outputs : list of str
        Names of arrays, '' for one that is left out.
    settings : dict
        Attributes of the protocol by name.
    number_in_order : int
        Its place in an order in which the graph computes.
    """

    op: str
    name: str
    inputs: list[str]
    outputs: list[str]
    settings: Mapping[str, Any]
    number_in_order: int = 0

    @property
    def where(self) -> str:
        """The node, in errors."""
        return f'read_onnx, node {self.name[:80]} ({self.op[:40]})'

    def refuse(self, expected: str, got: str, remedy: str) -> ModelFileError:
        """Return the error to raise about it."""
        return ModelFileError(self.where, expected, got[:300], remedy)

    def setting(self, name: str, kind: int, default: Any) -> Any:
        """Return an attribute, if it is of a kind of the protocol."""
        if name not in self.settings:
            return default
        attribute = self.settings[name]
        if attribute.type != kind or attribute.ref_attr_name:
            raise self.refuse(f'{name} of type {kind}', f'type {attribute.type}', 'Find a copy.')
        return attribute

    def whole(self, name: str, default: int) -> int:
        """Return a whole number."""
        found = self.setting(name, 2, default)
        return found if found is default else int(found.i)

    def number(self, name: str, default: float) -> float:
        """Return a number, of float32."""
        found = self.setting(name, 1, default)
        return found if found is default else float(found.f)

    def text(self, name: str, default: str) -> str:
        """Return a text."""
        found = self.setting(name, 3, default)
        return found if found is default else found.s.decode('utf-8', 'replace')

    def wholes(self, name: str) -> tuple[int, ...] | None:
        """Return whole numbers, or None for none."""
        found = self.setting(name, 7, None)
        return None if found is None else tuple(found.ints)

    def texts(self, name: str) -> list[str]:
        """Return texts."""
        found = self.setting(name, 8, None)
        return [] if found is None else [text.decode('utf-8', 'replace') for text in found.strings]

    def numbers(self, name: str) -> tuple[float, ...]:
        """Return numbers, of float32."""
        found = self.setting(name, 6, None)
        return () if found is None else tuple(found.floats)

    def input(self, i: int) -> str:
        """Return the name of an input, '' for one that is left out."""
        return self.inputs[i] if i < len(self.inputs) else ''
