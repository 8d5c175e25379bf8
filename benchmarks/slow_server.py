"""A server of photos that answers every request after a fixed time, in a process of its own.

    python -m benchmarks.slow_server [--milliseconds 50] [--bytes 12000]

Prints its port and serves /PATH until its standard input ends: a JPEG of about that many bytes, the same picture
with another comment for every path, so that no two paths give the same bytes. It keeps connections alive and does
nothing else, so that the client is what is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from io import BytesIO

import numpy as np
from PIL import Image


def photo_of(size: int) -> bytes:
    """A JPEG of at least that many bytes: noise in as many rows as it takes, 200 pixels wide."""
    random = np.random.default_rng(0)
    content = b""
    rows = 8
    while len(content) < size:
        rows += 8
        stream = BytesIO()
        Image.fromarray(random.integers(0, 256, (rows, 200, 3), dtype=np.uint8)).save(stream, "JPEG", quality=40)
        content = stream.getvalue()
    return content


class Photos(asyncio.Protocol):
    """One connection."""

    def __init__(self, content: bytes, seconds: float) -> None:
        self._content = content
        self._seconds = seconds
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1]
            asyncio.get_running_loop().call_later(self._seconds, self._answer, path)

    def _answer(self, path: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        comment = b"\xff\xfe" + (len(path) + 2).to_bytes(2, "big") + path
        content = self._content[:2] + comment + self._content[2:]
        head = f"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: {len(content)}\r\n\r\n"
        self._transport.write(head.encode() + content)


async def serve(milliseconds: float, size: int) -> None:
    """Serve until the standard input ends."""
    content = photo_of(size)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Photos(content, milliseconds / 1000), "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--milliseconds", type=float, default=50.0)
    arguments.add_argument("--bytes", type=int, default=12_000)
    options = arguments.parse_args()
    asyncio.run(serve(options.milliseconds, options.bytes))


if __name__ == "__main__":
    main()
