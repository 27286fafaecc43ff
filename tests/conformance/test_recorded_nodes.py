"""The recorded cases of the operators of ONNX: those that something here computes agree."""

import numpy as np
import pytest

onnx = pytest.importorskip('onnx', minversion='1.23', reason='cases are recorded by onnx 1.23')
mapped = pytest.importorskip('conformance.mapped')
not_mapped = pytest.importorskip('conformance.not_mapped')
outcomes = pytest.importorskip('conformance.outcomes')
recorded = pytest.importorskip('conformance.recorded')


@pytest.mark.parametrize('operator', mapped.MAPPED)
def test_cases_agree_or_are_refused(operator):
    row, found = mapped.MAPPED[operator], outcomes.node_outcomes(operator)
    refused = {name: words for name, words in found.items() if outcomes.REFUSED in words}
    wrong = {name: words for name, words in found.items() if words and name not in refused}
    assert wrong.keys() <= row.differ.keys(), wrong
    agree = [name for name, words in found.items() if not words]
    written_out = ['_expanded' in name for name in agree].count(True)
    counts = len(agree) - written_out, written_out
    if recorded.IS_KNOWN:
        assert counts == (row.agree, row.written_out), refused
        assert wrong.keys() == row.differ.keys()
        assert any('_expanded' not in name for name in refused) == bool(row.others), refused
    else:  # there may be more
        assert np.all(np.greater_equal(counts, (row.agree, row.written_out))), refused


def test_every_operator_is_mapped_or_has_its_reason():
    if not recorded.IS_KNOWN:
        pytest.skip(f'the tables are of onnx {recorded.KNOWN}')
    cases = recorded.node_cases()
    assert len(cases) == 1884
    operators = set(recorded.operators_of(cases).values())
    assert operators == mapped.MAPPED.keys() | not_mapped.NOT_MAPPED.keys()
    assert not mapped.MAPPED.keys() & not_mapped.NOT_MAPPED.keys()
    reasons = not_mapped.BY_REASON.values()
    assert sum(len(listed.split()) for listed in reasons) == len(not_mapped.NOT_MAPPED)


def test_at_least_213_cases_agree():
    assert sum(row.agree for row in mapped.MAPPED.values()) >= 213
