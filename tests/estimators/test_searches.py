"""Searches on many cores: the same results, and one core a worker."""

import sys

import pytest

pytest.importorskip('sklearn')

import joblib
from estimators.searched import look, look_around, search


@pytest.fixture(scope='module')
def alone():
    return search(n_jobs=1)


def test_two_processes_find_what_one_finds(alone):
    assert search(n_jobs=2) == alone


def test_threads_find_what_one_finds(alone):
    with joblib.parallel_config('threading'):
        assert search(n_jobs=2) == alone


def test_dask_finds_what_one_finds_and_its_workers_use_one_core(alone, tmp_path, monkeypatch):
    dask = pytest.importorskip('dask')
    distributed = pytest.importorskip('distributed')
    monkeypatch.setattr(sys, 'path', list(sys.path))  # workers put their folders there
    with (
        dask.config.set(temporary_directory=str(tmp_path)),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, processes=False
        ) as cluster,
        distributed.Client(cluster),
        joblib.parallel_config('dask'),
    ):
        assert search(n_jobs=-1) == alone
        assert all(single for _, single in look_around(-1))


@pytest.mark.parametrize('backend', ['loky', 'threading'])
def test_a_worker_uses_one_core(backend):
    with joblib.parallel_config(backend):
        assert all(single for _, single in look_around())
    assert not look()[1]
