"""A Ray cluster of several machines, as far as Ray can tell, on this one: each is started as people start them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

PATIENCE = 300  # seconds until a machine must have joined
_MACHINE = ("--node-ip-address", "127.0.0.1", "--num-cpus", "1", "--object-store-memory", "150000000", "--block")


@contextmanager
def local_cluster(machines: int) -> Iterator[str]:
    """The address of a cluster that lives as long as this lasts."""
    # sockets lie below its folder, and their paths must be short
    with tempfile.TemporaryDirectory(prefix="ray", dir="/tmp", ignore_cleanup_errors=True) as folder, ExitStack() as up:
        address = f"127.0.0.1:{_free_port()}"
        head = ("--head", "--port", address.split(":")[1], "--include-dashboard", "false", "--temp-dir", folder)
        up.enter_context(_machine(Path(folder) / "head.log", *head))
        for number in range(1, machines):
            up.enter_context(_machine(Path(folder) / f"machine-{number}.log", "--address", address))
        up.callback(_kill_those_of, folder)
        yield address


@contextmanager
def _machine(log: Path, *options: str) -> Iterator[None]:
    command = [str(Path(sys.executable).with_name("ray")), "start", *options, *_MACHINE]
    # Ray runs its workers at the lowest priority, which on a busy machine is none
    environment = os.environ | {"RAY_worker_niceness": "0"}
    with (
        log.open("wb") as output,
        subprocess.Popen(command, stdout=output, stderr=output, env=environment) as process,
    ):
        try:
            deadline = time.monotonic() + PATIENCE
            while b"Ray runtime started" not in log.read_bytes():
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
            yield
        finally:
            process.kill()


def _kill_those_of(folder: str) -> None:
    """Kill what the machines started: Ray's own stop takes half a minute once a worker was killed."""
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with suppress(OSError):  # it ended meanwhile
                if folder.encode() in (process / "cmdline").read_bytes():
                    os.kill(int(process.name), signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port: int = server.getsockname()[1]
        return port
