"""The server that misbehaves, for every test that downloads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.unruly_server import UnrulyServer, serving


@pytest.fixture
def server() -> Iterator[UnrulyServer]:
    with serving() as server:
        yield server
