"""The tables of recorded cases, ``docs/conformance.md``: of the tables that the tests hold to them.

- ``recorded``: ``mapped`` or ``reasons``, of the operators of ONNX; or a kind of recorded models.
"""

from collections import Counter

from conformance import models
from conformance.mapped import MAPPED
from conformance.not_mapped import BY_REASON, NOT_MAPPED
from conformance.recorded import base_name, expanded, model_cases, node_cases, operators_of
from docutils import nodes
from sphinx.application import Sphinx

from pages.layer_pages import PageDirective


def count_cases() -> tuple[Counter[str], Counter[str]]:
    """Return how many cases each operator has, and how many variants that are written out."""
    cases = node_cases()
    operators = operators_of(cases)
    named = [(operators[base_name(case)], expanded(case)) for case in cases]
    own, written_out = ([each for each in named if each[1] == kind] for kind in (False, True))
    return Counter(name for name, _ in own), Counter(name for name, _ in written_out)


def of(agree: int, cases: int) -> str:
    """Return how many cases of how many agree, in words; nothing where there are none."""
    return f'{agree} of {cases}' if cases else ''


def rows_of_mapped() -> list[list[str]]:
    """Return a row for each operator that something here computes, and one of their sums."""
    own, written_out = count_cases()
    rows = [
        [
            f'`{name}`', row.ours,
            both(of(row.agree, own[name]), of(row.written_out, written_out[name])),
            '; '.join(filter(None, [row.others, *sorted(set(row.differ.values()))])),
        ]
        for name, row in sorted(MAPPED.items())
    ]  # fmt: skip
    sums = [sum(row.agree for row in MAPPED.values()), sum(own[name] for name in MAPPED)]
    variants = [row.written_out for row in MAPPED.values()], [written_out[name] for name in MAPPED]
    return [*rows, ['all of these', '', both(of(*sums), of(*map(sum, variants))), '']]


def both(own: str, written_out: str) -> str:
    """Return how many cases agree, and how many of those that are written out, if there are any."""
    return f'{own}; {written_out}' if written_out else own


def rows_of_reasons() -> list[list[str]]:
    """Return a row for each reason, with its operators and the number of their cases."""
    own, written_out = count_cases()
    rows = [
        [reason, ' '.join(f'`{name}` {own[name]}' for name in operators.split())]
        for reason, operators in BY_REASON.items()
    ]
    cases = sum(own[name] for name in NOT_MAPPED), sum(written_out[name] for name in NOT_MAPPED)
    return [*rows, ['all of these', '{} cases, and {} written out'.format(*cases)]]


def rows_of_models(kind: str) -> list[list[str]]:
    """Return a row for the models of a kind that agree, and one for each reason of others."""
    names = {
        case.name.removeprefix('test_').removeprefix('operator_') for case in model_cases(kind)
    }
    listed = models.NOT_MAPPED[kind].items()
    others = {f'no: {reason}': which.split() for reason, which in listed}
    left = {name for which in others.values() for name in which}
    rows = {'**yes**': sorted(names - left), **others}
    return [
        [what, str(len(which)), ' '.join(f'`{name}`' for name in which)]
        for what, which in rows.items()
    ]


class Recorded(PageDirective):
    """``recorded``: a table of recorded cases."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        what = self.arguments[0]
        if what == 'mapped':
            heads = ['Operator', 'Here', 'Agree; written out', 'Why not the others']
            table = self.table(heads, rows_of_mapped())
            table[0]['classes'].append('recorded')
            return table
        if what == 'reasons':
            return self.table(['Why not', 'Operators, and their cases'], rows_of_reasons())
        return self.table(['Agree', 'Models', 'Which'], rows_of_models(what))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive('recorded', Recorded)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
