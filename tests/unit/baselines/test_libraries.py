from __future__ import annotations

import pytest

from support.worlds import needs_compare
from visualtaste.baselines.libraries import compare_library
from visualtaste.errors import MissingExtraError

pytestmark = needs_compare


def test_an_absent_library_names_the_extra() -> None:
    message = r"ALS needs an optional install: pip install 'visualtaste\[compare\]'"
    with pytest.raises(MissingExtraError, match=message), compare_library("ALS"):
        raise ImportError("No module named 'implicit'")


def test_calls_run_on_one_thread() -> None:
    from threadpoolctl import threadpool_info

    with compare_library("ALS"):
        inside = {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}
    assert inside == {1}
