"""Connections to public addresses only, made to the very address that was checked.

The check stands where the connection is made, so that nothing goes around it: a redirect, a number in a strange
spelling (0x7f.1), a name that resolves to a private address, or to another one the second time (DNS rebinding).
The certificate is still that of the name, which httpcore gives to TLS by itself.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpcore2

from visualtaste.data.downloads.public import is_public
from visualtaste.data.downloads.stream import Stream

_LOOKUPS = 16  # at once; a dead name server takes seconds for each
_REMEMBERED = 60.0  # seconds that a name's addresses are used again
_NAMES = 4096  # that are remembered at once
_AT_MOST = 4  # addresses of one name that are tried

Resolve = Callable[[str, int], Sequence[str]]


class PrivateAddressError(Exception):
    """The host is, or resolves to, an address that is not public."""


class NoSuchHostError(Exception):
    """The host's name does not exist."""


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Resolves a host once, checks all of its addresses, and connects to one that was checked.

    `connect_tcp` raises PrivateAddressError, NoSuchHostError, or what httpcore raises.
    """

    def __init__(self, *, allow_private: bool, resolve: Resolve | None = None) -> None:
        self._allow_private = allow_private
        self._resolve = resolve or look_up
        self._threads = ThreadPoolExecutor(_LOOKUPS, thread_name_prefix="resolve")
        self._known: dict[tuple[str, int], tuple[float, Sequence[str]]] = {}
        self._connector = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        addresses = (await self._checked(host, port, timeout))[:_AT_MOST]
        share = timeout / len(addresses) if timeout is not None else None
        for place, address in enumerate(addresses, start=1):
            try:
                return Stream(await self._connector.connect_tcp(address, port, share, local_address, socket_options))
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if place == len(addresses):
                    raise
        raise NoSuchHostError(f"{host} has no address")

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.AsyncNetworkStream:
        raise PrivateAddressError(f"{path} is a socket of this machine")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def close(self) -> None:
        """Let go of the threads; one that still waits for a name server is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _checked(self, host: str, port: int, timeout: float | None) -> Sequence[str]:
        known = self._known.get((host, port))
        if known is not None and time.monotonic() < known[0]:
            return known[1]
        looking = asyncio.get_running_loop().run_in_executor(self._threads, self._resolve, host, port)
        try:
            addresses = await asyncio.wait_for(looking, timeout)
        except TimeoutError:
            raise httpcore2.ConnectTimeout(f"the name server took more than {timeout:g} s for {host}") from None
        private = [address for address in addresses if not is_public(address)]
        if private and not self._allow_private:
            spelled = f"{host} is" if host == private[0] else f"{host} leads to {private[0]}, which is"
            raise PrivateAddressError(f"{spelled} not a public address")
        if len(self._known) >= _NAMES:
            self._known.clear()
        self._known[host, port] = (time.monotonic() + _REMEMBERED, addresses)
        return addresses


def look_up(host: str, port: int) -> Sequence[str]:
    """The numeric addresses of a host, in the order in which they are to be tried.

    Raises NoSuchHostError, or httpcore's ConnectError when there was no answer to the question.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            raise httpcore2.ConnectError(f"{host} could not be looked up: {error.strerror}") from None
        raise NoSuchHostError(f"{host} does not exist: {error.strerror}") from None
    except (UnicodeError, OverflowError) as error:  # a label of more than 63 letters, a port beyond 65535
        raise NoSuchHostError(f"{host} cannot exist: {error}") from None
    return list(dict.fromkeys(str(place[0]) for *_, place in found))
