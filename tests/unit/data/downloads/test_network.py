"""Private addresses are refused wherever they hide: in a spelling, behind a name, behind a redirect."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import pytest

from support.certificate import server_context
from support.linked_dataset import images_of, impatient, linked_dataset
from support.unruly_server import UnrulyServer, photo, serving
from visualtaste.data.downloads import network
from visualtaste.data.downloads.answers import Answer, Failed, Fetched
from visualtaste.data.downloads.download import download_images
from visualtaste.data.downloads.fetch import fetch
from visualtaste.data.downloads.network import GuardedBackend, Resolve
from visualtaste.data.downloads.transport import GuardedTransport


def ask(*addresses: str, resolve: Resolve | None = None, allow_private: bool = False) -> list[Answer]:
    """The answers to some addresses, asked one after another."""
    settings = impatient()

    async def run() -> list[Answer]:
        backend = GuardedBackend(allow_private=allow_private, resolve=resolve)
        async with GuardedTransport(backend, connections=2) as transport:
            return [await fetch(transport, address, settings, 5.0) for address in addresses]

    return asyncio.run(run())


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "0x7f.1",
        "0177.0.0.1",
        "0177.1",
        "2130706433",
        "0x7f000001",
        "127。0。0。1",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "user:word@127.0.0.1",
    ],
)
def test_this_machine_is_refused_in_every_spelling(server: UnrulyServer, host: str) -> None:
    (answer,) = ask(f"http://{host}:{server.port}/photo/a")
    assert isinstance(answer, Failed)
    assert answer.status in ("refused", "unreachable")  # some systems do not read all spellings
    assert any(said in answer.message for said in ("not a public address", "does not exist", "Invalid IPv4 address"))
    assert not server.hits


def test_a_name_is_refused_when_any_of_its_addresses_is_private(server: UnrulyServer) -> None:
    answers = ["93.184.216.34", "127.0.0.1"]
    (answer,) = ask(server.url("/photo/a", "shop.example"), resolve=lambda host, port: answers)
    assert answer == Failed("refused", "shop.example leads to 127.0.0.1, which is not a public address")
    assert not server.hits


def test_a_redirect_to_a_private_address_is_refused(
    tmp_path: Path, server: UnrulyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "is_public", lambda address: address == "127.0.0.1")  # and 127.0.0.2 is private
    inside = server.url("/photo/secret", "127.0.0.2")
    linked_dataset(tmp_path, [server.url("/photo/a"), server.url(f"/to/{quote(inside, safe='')}"), inside])
    download_images(tmp_path, impatient(allow_private=False))
    rows = images_of(tmp_path)
    assert [row["status"] for row in rows.values()] == ["ok", "refused", "refused"]
    assert rows["i1"]["message"] == f"{inside}: 127.0.0.2 is not a public address"
    assert "/photo/secret" not in server.hits


def test_redirects_to_other_schemes_are_refused(tmp_path: Path, server: UnrulyServer) -> None:
    targets = ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:image/png;base64,AAAA", "javascript:0"]
    linked_dataset(tmp_path, [server.url(f"/to/{quote(target, safe='')}") for target in targets])
    download_images(tmp_path, impatient())
    for row, scheme in zip(images_of(tmp_path).values(), ("file", "ftp", "data", "javascript"), strict=True):
        assert row["status"] == "refused"
        assert str(row["message"]).endswith(f"the scheme is {scheme!r}, not http or https")


def test_the_checked_address_is_the_one_that_is_connected_to(
    server: UnrulyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that changes its mind between the check and the connection (DNS rebinding) changes nothing."""
    monkeypatch.setattr(network, "is_public", lambda address: address == "127.0.0.1")
    asked: list[str] = []

    def changing(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    address = server.url("/gone-in-time/a", "shop.example")  # needs a connection for each request
    first, second = ask(address, address, resolve=changing)
    assert first == second == Fetched(photo("a"), 200)
    assert asked == ["shop.example"]
    assert server.headers["/gone-in-time/a"]["host"] == f"shop.example:{server.port}"  # by name, to the address


def test_an_address_that_does_not_answer_leads_to_the_next(server: UnrulyServer) -> None:
    answers = ["127.0.0.1", "::1"]
    resolved = ask(server.url("/photo/a", "shop"), resolve=lambda *_: answers[::-1], allow_private=True)
    assert resolved == [Fetched(photo("a"), 200)]  # the server listens on IPv4 alone


def test_a_dead_name_server_is_a_timeout(server: UnrulyServer) -> None:
    def sleepy(host: str, port: int) -> Sequence[str]:
        raise network.httpcore2.ConnectError("shop.example could not be looked up: Temporary failure")

    (answer,) = ask("http://shop.example/", resolve=sleepy)
    assert isinstance(answer, Failed)
    assert (answer.status, answer.passing, answer.silent) == ("unreachable", True, True)


def test_the_certificate_is_that_of_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, certificate = server_context(tmp_path, "shop.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serving(context) as server:
        right, wrong = (f"https://{name}:{server.port}/photo/a" for name in ("shop.example", "other.example"))
        answers = ask(right, wrong, resolve=lambda *_: ["127.0.0.1"], allow_private=True)
    assert answers[0] == Fetched(photo("a"), 200)
    assert isinstance(answers[1], Failed)
    assert answers[1].status == "unreachable"
    assert "certificate is not valid for 'other.example'" in answers[1].message


def test_proxies_of_the_environment_are_not_used(server: UnrulyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert ask(server.url("/photo/a"), allow_private=True) == [Fetched(photo("a"), 200)]
