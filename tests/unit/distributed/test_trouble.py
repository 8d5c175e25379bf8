import pytest

from visualtaste.errors import ClusterError

pytest.importorskip("ray", reason="needs Ray: pip install 'visualtaste[cluster]'")

import ray

from visualtaste.distributed.trouble import told


def test_a_workers_own_error_keeps_its_words():
    trace = 'Traceback (most recent call last):\n  File "x.py"\nvisualtaste.errors.DataError: s3://b: install s3fs\n'
    with pytest.raises(ClusterError, match=r"^extraction, on a worker: s3://b: install s3fs$"), told("extraction"):
        raise ray.exceptions.RayTaskError("decode", trace, ValueError("retry?"))


def test_a_dead_worker_and_anything_else_say_where_the_logs_are():
    with pytest.raises(ClusterError, match=r"a worker died.*is kept.*/tmp/ray"), told("extraction"):
        raise ray.exceptions.WorkerCrashedError
    with pytest.raises(ClusterError, match=r"extraction: out of memory; .*/tmp/ray"), told("extraction"):
        raise ray.exceptions.OutOfMemoryError("out of memory")


def test_other_exceptions_pass():
    with pytest.raises(KeyError), told("extraction"):
        raise KeyError("a bug")
