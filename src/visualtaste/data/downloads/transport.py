"""httpx over guarded connections.

What httpx's client adds to a transport would do harm here: cookies that pile up over a hundred thousand items,
proxies from the environment (which would connect where we cannot check), redirects followed out of sight.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from typing import Any

import httpcore2
import httpx2

from visualtaste.data.downloads.network import GuardedBackend

_KEPT_ALIVE = 15.0  # seconds that an unused connection is kept
_BROKEN = (httpcore2.RemoteProtocolError, httpcore2.ReadError, httpcore2.WriteError)


class _KeptConnectionError(httpcore2.RemoteProtocolError):
    """A connection that was used before was found broken.

    The server closed it meanwhile, or it was spoilt by the bytes of an answer longer than it said. That is not yet
    an answer to this request, so it is asked once more; the pool has dropped the connection.
    """


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Sends one request and returns the answer's head; its body is still to be read.

    Raises httpcore's errors and those of `GuardedBackend`.
    """

    def __init__(self, backend: GuardedBackend, connections: int) -> None:
        self._backend = backend
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=httpx2.create_ssl_context(),  # once: reading the certificates takes longer than a request
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=_KEPT_ALIVE,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            answer = await self._send(request)
        except _KeptConnectionError:
            answer = await self._send(request)
        return httpx2.Response(answer.status, headers=answer.headers, stream=_Body(answer), request=request)

    async def _send(self, request: httpx2.Request) -> httpcore2.Response:
        connecting = _Connecting()
        try:
            return await self._pool.handle_async_request(_for_pool(request, connecting))
        except _BROKEN as error:
            raise error if connecting.seen else _KeptConnectionError(str(error)) from None

    async def aclose(self) -> None:
        await self._pool.aclose()
        self._backend.close()


class _Connecting:
    """Sees, by httpcore's trace, whether a request had to make a connection."""

    def __init__(self) -> None:
        self.seen = False

    async def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        self.seen |= event == "connection.connect_tcp.started"


def _for_pool(request: httpx2.Request, trace: _Connecting) -> httpcore2.Request:
    url = request.url
    return httpcore2.Request(
        request.method,
        httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        extensions={**request.extensions, "trace": trace},
    )


class _Body(httpx2.AsyncByteStream):
    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert isinstance(self._answer.stream, AsyncIterable)
        async for part in self._answer.stream:
            yield part

    async def aclose(self) -> None:
        await self._answer.aclose()
