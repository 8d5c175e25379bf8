"""Finding a Ray cluster, quietly, or saying what to do where there is none."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from visualtaste.errors import ClusterError, MissingExtraError

_PATIENCE = 5  # seconds for a machine to accept a connection
_START = "start one with `ray start --head` here, and `ray start --address HOST:6379` on the other machines"


@contextmanager
def connection(address: str) -> Iterator[None]:
    """Be connected to the cluster at `address` (HOST:PORT), the one that this machine belongs to (auto), or one
    that is made of this machine for as long as this lasts (local).

    Raises MissingExtraError without Ray, ClusterError when no cluster answers or it runs another Ray or Python.
    """
    if address.startswith("ray://"):
        raise ClusterError(
            f"{address}: Ray's client cannot run these jobs: run the command on a machine of the cluster, with "
            "--cluster auto, or send it there with `ray job submit`"
        )
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # a cluster made for one command has no usage to report
    try:
        import ray
    except ModuleNotFoundError as error:
        raise MissingExtraError("--cluster", "cluster") from error

    if ray.is_initialized():  # by whoever uses us as a library: the connection is theirs
        yield
        return
    _refuse_silence(os.environ.get("RAY_ADDRESS", address) if address == "auto" else address)
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, configure_logging=True)
    except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        raise ClusterError(_refusal(address, str(error))) from None
    try:
        yield
    finally:
        ray.shutdown()


def _refuse_silence(address: str) -> None:
    """Raise ClusterError when nothing listens at HOST:PORT, of which Ray itself makes sure for many minutes."""
    if address in ("auto", "local"):
        return
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise ClusterError(f"{address!r} is no address of a cluster: give HOST:PORT, auto or local")
    try:
        socket.create_connection((host, int(port)), timeout=_PATIENCE).close()
    except (OSError, OverflowError) as error:
        raise ClusterError(f"no Ray cluster answers at {address!r} ({error}): {_START}") from None


def _refusal(address: str, message: str) -> str:
    """What to say when Ray does not connect."""
    said = " ".join(message.split())
    if "ersion mismatch" in message:
        return f"the cluster at {address} runs other versions: {said}"
    if address == "auto" and "ould not find any" in message:
        return f"no Ray cluster runs on this machine: {_START}"
    return (
        f"the cluster at {address!r} does not let this process join ({said[:200]}): if it has a token, export "
        "RAY_AUTH_MODE=token and have the token on this machine; if its head is gone, start it again; see `ray status`"
    )
