"""What is said where there is no cluster; Ray itself is not asked."""

import socket
import sys

import pytest

from visualtaste.distributed.connection import _refusal, connection
from visualtaste.errors import ClusterError, MissingExtraError

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Ray's, of itself, when it is imported


@pytest.fixture
def closed_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


def test_a_missing_ray_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"visualtaste\[cluster\]"), connection("auto"):
        pass


def test_a_machine_that_does_not_answer_is_told_at_once(closed_port, monkeypatch):
    pytest.importorskip("ray", reason="needs Ray: pip install 'visualtaste[cluster]'")
    address = f"127.0.0.1:{closed_port}"
    with pytest.raises(ClusterError, match=rf"answers at '{address}'.*ray start --head"), connection(address):
        pass
    monkeypatch.setenv("RAY_ADDRESS", address)
    with pytest.raises(ClusterError, match=f"answers at '{address}'"), connection("auto"):
        pass


@pytest.mark.parametrize(
    ("address", "said"), [("somewhere", "give HOST:PORT, auto or local"), ("ray://h:10001", "ray job submit")]
)
def test_what_is_no_address_says_what_one_is(address, said):
    pytest.importorskip("ray", reason="needs Ray: pip install 'visualtaste[cluster]'")
    with pytest.raises(ClusterError, match=said), connection(address):
        pass


def test_why_ray_does_not_connect_is_told_apart():
    assert "runs other versions: Version mismatch: a b" in _refusal("auto", "Version mismatch: a\n  b")
    assert "no Ray cluster runs on this machine" in _refusal("auto", "Could not find any running Ray instance.")
    assert "export RAY_AUTH_MODE=token" in _refusal("h:6379", "Failed to connect to Ray cluster")
    assert "export RAY_AUTH_MODE=token" in _refusal("auto", "Failed to connect to Ray cluster")
