"""One request for one address, and what its answer means; redirects are handed back, to be asked for in turn."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from contextlib import aclosing, suppress
from http import HTTPStatus

import httpcore2
import httpx2

from visualtaste.data.downloads.answers import Answer, Failed, Fetched, Redirected
from visualtaste.data.downloads.network import NoSuchHostError, PrivateAddressError
from visualtaste.data.downloads.retries import retry_after
from visualtaste.data.downloads.settings import DownloadSettings

_REDIRECTS = (301, 302, 303, 307, 308)
_LAST_PORT = 65535
_SHORT = 64 * 1024  # bytes
_LONGEST_MESSAGE = 200  # letters; some quote what the server sent


async def fetch(
    transport: httpx2.AsyncBaseTransport, address: str, settings: DownloadSettings, seconds: float
) -> Answer:
    """Ask for `address`, for at most that many seconds; every trouble comes back as a Failed."""
    try:
        url = httpx2.URL(address)
    except httpx2.InvalidURL as error:
        return Failed("refused", f"not an address: {error}")
    if url.scheme not in ("http", "https"):
        return Failed("refused", f"the scheme is {url.scheme or 'missing'!r}, not http or https")
    if not url.host or not 0 <= (url.port or 0) <= _LAST_PORT:
        return Failed("refused", "the host is missing" if not url.host else f"there is no port {url.port}")
    head: list[int] = []
    try:
        async with asyncio.timeout(seconds):
            return await _exchange(transport, url, settings, head)
    except Exception as error:
        return _trouble(error, head[0] if head else None, settings.timeout)


async def _exchange(
    transport: httpx2.AsyncBaseTransport, url: httpx2.URL, settings: DownloadSettings, head: list[int]
) -> Answer:
    """Send the request and read the answer; its status is put into `head` before the body is read."""
    response = await transport.handle_async_request(_request(url, settings))
    try:
        head.append(response.status_code)
        if response.status_code == HTTPStatus.OK:
            return await _body(response, settings.max_bytes)
        answer = _without_picture(response, url)
        await _drain(response)
        return answer
    finally:
        await response.aclose()


def _request(url: httpx2.URL, settings: DownloadSettings) -> httpx2.Request:
    headers = {
        "User-Agent": settings.user_agent,
        "Accept": "image/*",
        "Accept-Encoding": "identity",  # pictures are compressed already
    }
    if url.userinfo:  # those of this very address: they do not follow a redirect to another host
        secret = b64encode(f"{url.username}:{url.password}".encode()).decode()
        headers["Authorization"] = f"Basic {secret}"
    timeouts = {"connect": settings.connect_timeout, "read": settings.read_timeout, "write": settings.read_timeout}
    return httpx2.Request("GET", url, headers=headers, extensions={"timeout": timeouts})


async def _body(response: httpx2.Response, max_bytes: int) -> Answer:
    code = response.status_code
    promised = response.headers.get("Content-Length", "")
    if promised.isdecimal() and int(promised) > max_bytes:
        return Failed("too large", f"{int(promised):,} bytes are more than the limit of {max_bytes:,}", code)
    parts: list[bytes] = []
    size = 0
    async with aclosing(response.aiter_bytes()) as stream:
        async for part in stream:
            size += len(part)
            if size > max_bytes:
                return Failed("too large", f"more bytes than the limit of {max_bytes:,}", code)
            parts.append(part)
    return Fetched(b"".join(parts), code)


async def _drain(response: httpx2.Response) -> None:
    """Read a short body that nobody needs: the connection can be used again then, which a dead catalogue thanks us."""
    promised = response.headers.get("Content-Length", "")
    if promised.isdecimal() and int(promised) <= _SHORT:
        with suppress(httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError):
            async with aclosing(response.aiter_raw()) as stream:
                async for _ in stream:
                    pass


def _without_picture(response: httpx2.Response, url: httpx2.URL) -> Answer:
    code = response.status_code
    said = f"HTTP {code} {response.reason_phrase}".rstrip()
    if code in _REDIRECTS and "Location" in response.headers:
        target = response.headers["Location"]
        try:
            return Redirected(str(url.join(target)))
        except (httpx2.InvalidURL, ValueError):
            return Failed("refused", f"{said} to {target!r}, which is no address", code)
    if code in (404, 410):
        return Failed("gone", said, code)
    if code == HTTPStatus.TOO_MANY_REQUESTS:
        return Failed("busy", said, code, passing=True, wait=retry_after(response.headers))
    if code == HTTPStatus.REQUEST_TIMEOUT:
        return Failed("timeout", said, code, passing=True)
    if code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Failed("server error", said, code, passing=True, wait=retry_after(response.headers))
    if code < HTTPStatus.MULTIPLE_CHOICES:
        return Failed("not an image", f"{said}: an answer without a picture", code)
    return Failed("refused", said, code)


def _trouble(error: Exception, code: int | None, seconds: float) -> Failed:
    """An exception as a Failed; anything that is not the network's doing is raised again."""
    said = " ".join(str(error).split()) or "the connection was lost"
    said = said if len(said) <= _LONGEST_MESSAGE else f"{said[: _LONGEST_MESSAGE - 4]} ..."
    match error:
        case PrivateAddressError():
            return Failed("refused", said)
        case NoSuchHostError():
            return Failed("unreachable", said)
        case TimeoutError():
            return Failed("timeout", f"not done after {seconds:g} s", code, passing=True)
        case httpcore2.TimeoutException():
            what = "no connection" if isinstance(error, httpcore2.ConnectTimeout) else "nothing came"
            return Failed("timeout", f"{what} in time", code, passing=True)
        case httpx2.DecodingError():
            return Failed("truncated", f"its compression is damaged: {said}", code, passing=True)
        case httpcore2.LocalProtocolError():
            return Failed("refused", f"cannot be asked for: {said}")
        case httpcore2.NetworkError() | httpcore2.ProtocolError():
            return Failed("unreachable" if code is None else "truncated", said, code, passing=True)
    raise error
