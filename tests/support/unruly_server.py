"""A real HTTP server on this machine that misbehaves in every way the world's servers do, by path.

/photo/NAME             a good photo, another one for every name
/same/NAME              a good photo, the same one for all names
/later/SECONDS/NAME     a good photo after a while
/status/CODE            an error page
/fail/TIMES/NAME        500 so many times, then a good photo
/busy/TIMES/WAIT/NAME   429 so many times, with Retry-After: WAIT, then a good photo
/to/URL                 a redirect there, the address percent-encoded
/loop/NAME              a redirect to itself
/page                   a page, said to be a JPEG
/half/NAME              half of a photo, said to be all of it
/cut/TIMES/NAME         so many times the connection ends in the middle of the photo
/gone-in-time/NAME      no Content-Length, the end of the connection is the end of the photo
/drip                   a byte now and then, for ten seconds
/endless                bytes without end
/promise/BYTES          a Content-Length and nothing that keeps it
/short/NAME             a Content-Length smaller than the photo that comes
/gzip/NAME              a good photo, compressed
/bomb                   100 MB of zeros, compressed
/reset                  the connection is reset
/silent                 the connection is closed without a word
/garbage                not HTTP
/open/NAME              a photo for those with the right name and word alone
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
import time
import zlib
from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from io import BytesIO
from urllib.parse import unquote

from PIL import Image

SAME = "the same"


def photo(name: str) -> bytes:
    """A small PNG, another one for every name."""
    pixels = b"".join(blake2b(f"{name}/{row}".encode(), digest_size=48).digest() for row in range(16))
    stream = BytesIO()
    Image.frombytes("RGB", (16, 16), pixels).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


class UnrulyServer:
    """What was asked, and when; see `serving`."""

    def __init__(self) -> None:
        self.port = 0
        self.hits: Counter[str] = Counter()
        self.times: defaultdict[str, list[float]] = defaultdict(list)
        self.headers: dict[str, dict[str, str]] = {}
        self.under_way = 0
        self.most_under_way = 0
        self.hold_after: int | None = None  # requests beyond so many wait until this is None again

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while await self._answer(reader, writer):
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
        path = head[0].split()[1]
        self.hits[path] += 1
        self.times[path].append(time.monotonic())
        self.headers[path] = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            while self.hold_after is not None and sum(self.hits.values()) > self.hold_after:
                await asyncio.sleep(0.01)
            _, kind, *rest = path.split("/")
            behaviour = getattr(self, "_" + kind.replace("-", "_"))
            return bool(await behaviour(writer, path, *rest))
        finally:
            self.under_way -= 1

    async def _photo(self, writer: asyncio.StreamWriter, path: str, name: str) -> bool:
        return _send(writer, photo(name))

    async def _same(self, writer: asyncio.StreamWriter, path: str, name: str) -> bool:
        return _send(writer, photo(SAME))

    async def _later(self, writer: asyncio.StreamWriter, path: str, seconds: str, name: str) -> bool:
        await asyncio.sleep(float(seconds))
        return _send(writer, photo(name))

    async def _status(self, writer: asyncio.StreamWriter, path: str, code: str) -> bool:
        return _send(writer, b"sorry", int(code))

    async def _fail(self, writer: asyncio.StreamWriter, path: str, times: str, name: str) -> bool:
        return _send(writer, b"sorry", 500) if self.hits[path] <= int(times) else _send(writer, photo(name))

    async def _busy(self, writer: asyncio.StreamWriter, path: str, times: str, wait: str, name: str) -> bool:
        if self.hits[path] > int(times):
            return _send(writer, photo(name))
        return _send(writer, b"slowly", 429, f"Retry-After: {unquote(wait)}")

    async def _to(self, writer: asyncio.StreamWriter, path: str, url: str) -> bool:
        return _send(writer, b"", 302, f"Location: {unquote(url)}")

    async def _loop(self, writer: asyncio.StreamWriter, path: str, name: str) -> bool:
        return _send(writer, b"", 301, f"Location: {path}")

    async def _page(self, writer: asyncio.StreamWriter, path: str) -> bool:
        return _send(writer, b"<html>not here</html>")

    async def _half(self, writer: asyncio.StreamWriter, path: str, name: str) -> bool:
        return _send(writer, photo(name)[:-300])

    async def _cut(self, writer: asyncio.StreamWriter, path: str, times: str, name: str) -> bool:
        content = photo(name)
        if self.hits[path] > int(times):
            return _send(writer, content)
        writer.write(_head(200, f"Content-Length: {len(content)}") + content[:-100])
        return False

    async def _gone_in_time(self, writer: asyncio.StreamWriter, path: str, name: str) -> bool:
        writer.write(_head(200, "Connection: close") + photo(name))
        return False

    async def _drip(self, writer: asyncio.StreamWriter, path: str) -> bool:
        writer.write(_head(200, "Content-Length: 1000"))
        for _ in range(1000):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)
        return True

    async def _endless(self, writer: asyncio.StreamWriter, path: str) -> bool:
        writer.write(_head(200, "Transfer-Encoding: chunked"))
        while True:
            writer.write(b"10000\r\n" + bytes(0x10000) + b"\r\n")
            await writer.drain()

    async def _promise(self, writer: asyncio.StreamWriter, path: str, size: str) -> bool:
        writer.write(_head(200, f"Content-Length: {size}") + b"x")
        await asyncio.sleep(60)
        return False

    async def _short(self, writer: asyncio.StreamWriter, path: str, name: str) -> bool:
        content = photo(name)
        writer.write(_head(200, f"Content-Length: {len(content) - 300}") + content)
        return True

    async def _gzip(self, writer: asyncio.StreamWriter, path: str, name: str) -> bool:
        return _send(writer, _gzipped(photo(name)), 200, "Content-Encoding: gzip")

    async def _bomb(self, writer: asyncio.StreamWriter, path: str) -> bool:
        return _send(writer, _gzipped(bytes(100_000_000)), 200, "Content-Encoding: gzip")

    async def _reset(self, writer: asyncio.StreamWriter, path: str) -> bool:
        taken = writer.get_extra_info("socket")
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        return False

    async def _silent(self, writer: asyncio.StreamWriter, path: str) -> bool:
        return False

    async def _garbage(self, writer: asyncio.StreamWriter, path: str) -> bool:
        writer.write(b"220 mail.example ESMTP\r\n\r\n")
        return False

    async def _open(self, writer: asyncio.StreamWriter, path: str, name: str) -> bool:
        right = f"Basic {b64encode(b'name:word').decode()}"
        return (
            _send(writer, photo(name)) if self.headers[path].get("authorization") == right else _send(writer, b"", 401)
        )


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[UnrulyServer]:
    """A server on all addresses of this machine, in a thread of its own."""
    unruly = UnrulyServer()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)

    async def close(server: asyncio.Server) -> None:
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    thread.start()
    try:
        starting = asyncio.start_server(unruly.talk, "0.0.0.0", 0, ssl=tls)
        server = asyncio.run_coroutine_threadsafe(starting, loop).result()
        unruly.port = server.sockets[0].getsockname()[1]
        try:
            yield unruly
        finally:
            asyncio.run_coroutine_threadsafe(close(server), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _send(writer: asyncio.StreamWriter, content: bytes, code: int = 200, *headers: str) -> bool:
    writer.write(_head(code, f"Content-Length: {len(content)}", "Content-Type: image/jpeg", *headers) + content)
    return True


def _head(code: int, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {code} So", *headers, "", ""]).encode()


def _gzipped(content: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return packer.compress(content) + packer.flush()
