"""A fold that several tests work on."""

from __future__ import annotations

import pytest

from support.tiny_fold import prepare_tiny_fold
from visualtaste.comparison.fold import FoldFolder


@pytest.fixture(scope="session")
def tiny_fold(tmp_path_factory: pytest.TempPathFactory) -> FoldFolder:
    """The colour shop, prepared; shared, so nothing may be changed in it."""
    return prepare_tiny_fold(tmp_path_factory.mktemp("fold"))
