"""The recorded models that ship with onnx, most of them by PyTorch: outputs agree."""

import pytest

onnx = pytest.importorskip('onnx', minversion='1.23', reason='cases are recorded by onnx 1.23')
models = pytest.importorskip('conformance.models')
outcomes = pytest.importorskip('conformance.outcomes')
recorded = pytest.importorskip('conformance.recorded')


@pytest.mark.parametrize('kind', models.NOT_MAPPED)
def test_models_agree_or_have_their_reason(kind):
    not_mapped = models.reasons(kind)
    cases = {case.name: case for case in recorded.model_cases(kind)}
    assert not_mapped.keys() <= cases.keys()
    for name, case in cases.items():
        found = outcomes.outcome(case)
        if name in not_mapped:
            assert outcomes.REFUSED in found, name
        else:
            assert found == '' or not recorded.IS_KNOWN, f'{name}: {found}'
    assert len(cases) - len(not_mapped) >= models.AT_LEAST[kind]
