"""Downloads from a real server: what comes of every kind of answer, and what is done again and what is not."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl
import pytest

from support.linked_dataset import images_of, impatient, linked_dataset
from support.unruly_server import SAME, UnrulyServer, photo
from visualtaste.data.dataset import Dataset
from visualtaste.data.downloads import download
from visualtaste.data.downloads.download import download_images
from visualtaste.data.downloads.summary import DownloadSummary
from visualtaste.data.photo_names import photo_name
from visualtaste.errors import DataError, InUseError
from visualtaste.locks import exclusive


def fetch(folder: Path, server: UnrulyServer, paths: list[str], **settings: Any) -> dict[str, dict[str, Any]]:
    """Download items with these addresses; the rows of images.parquet by path."""
    linked_dataset(folder, [server.url(path) for path in paths])
    download_images(folder, impatient(**settings))
    return dict(zip(paths, images_of(folder).values(), strict=True))


def again(folder: Path, *, retry: bool = False, **settings: Any) -> DownloadSummary:
    return download_images(folder, impatient(**settings), retry=retry)


def test_a_photo_is_fetched_and_written_down(tmp_path: Path, server: UnrulyServer) -> None:
    row = fetch(tmp_path, server, ["/photo/a"])["/photo/a"]
    name = photo_name("i0", "png")  # by its bytes: the server called it a JPEG
    assert row == {
        "item_id": "i0",
        "image_url": server.url("/photo/a"),
        "status": "ok",
        "tries": 1,
        "bytes": len(photo("a")),
        "digest": hashlib.sha256(photo("a")).hexdigest(),
        "http_status": 200,
        "message": None,
        "image": name,
    }
    dataset = Dataset.read(tmp_path)
    assert dataset.info.image_root == "images"
    assert dataset.items["image"].to_list() == [name]
    assert (tmp_path / "images" / name).read_bytes() == photo("a")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".lock",
        "dataset.json",
        "images",
        "images.parquet",
        "interactions.parquet",
        "items.parquet",
    ]
    assert [path.name for path in (tmp_path / "images").iterdir()] == [name.split("/")[0]]


@pytest.mark.parametrize(
    ("path", "status", "tries", "http_status", "message"),
    [
        ("/status/404", "gone", 1, 404, "HTTP 404 Not Found"),
        ("/status/410", "gone", 1, 410, "HTTP 410 Gone"),
        ("/status/401", "refused", 1, 401, "HTTP 401 Unauthorized"),
        ("/status/403", "refused", 1, 403, "HTTP 403 Forbidden"),
        ("/status/400", "refused", 1, 400, "HTTP 400 Bad Request"),
        ("/status/304", "refused", 1, 304, "HTTP 304 Not Modified"),
        ("/status/204", "not an image", 1, 204, "HTTP 204 No Content: an answer without a picture"),
        ("/status/408", "timeout", 2, 408, "HTTP 408 Request Timeout"),
        ("/status/503", "server error", 2, 503, "HTTP 503 Service Unavailable"),
        ("/fail/1/x", "ok", 2, 200, None),
        ("/busy/1/0/x", "ok", 2, 200, None),
        ("/busy/9/0/x", "busy", 2, 429, "HTTP 429 Too Many Requests"),
        ("/page", "not an image", 1, 200, "not an image (JPEG, PNG, WebP, GIF and BMP are read)"),
        ("/half/x", "truncated", 2, 200, "damaged or cut off: image file is truncated"),
        ("/cut/1/x", "ok", 2, 200, None),
        ("/cut/9/x", "truncated", 2, 200, "peer closed connection without sending complete message body"),
        ("/gone-in-time/x", "ok", 1, 200, None),
        ("/gzip/x", "ok", 1, 200, None),
        ("/bomb", "too large", 1, 200, "more bytes than the limit of 1,000,000"),
        ("/endless", "too large", 1, 200, "more bytes than the limit of 1,000,000"),
        ("/promise/1000001", "too large", 1, 200, "1,000,001 bytes are more than the limit of 1,000,000"),
        ("/reset", "unreachable", 2, None, "the connection was lost"),
        ("/silent", "unreachable", 2, None, "Server disconnected without sending a response."),
        ("/garbage", "unreachable", 2, None, "illegal status line"),
        ("/loop/x", "too many redirects", 1, None, "more than 2 redirects, the last to http://127.0.0.1"),
        ("/to/404", "gone", 1, 404, "HTTP 404"),
    ],
)
def test_every_answer_has_its_status(
    tmp_path: Path, server: UnrulyServer, path: str, status: str, tries: int, http_status: int, message: str
) -> None:
    if path == "/to/404":
        path, message = f"/to/{quote('/status/404', safe='')}", f"{server.url('/status/404')}: HTTP 404 Not Found"
    row = fetch(tmp_path, server, [path], tries=2, max_redirects=2)[path]
    assert (row["status"], row["tries"], row["http_status"]) == (status, tries, http_status)
    assert row["message"] is None if message is None else message in row["message"]
    assert server.hits[path] == (3 if status == "too many redirects" else tries)
    has_photo = status == "ok"
    assert (Dataset.read(tmp_path).items["image"][0] is not None) == has_photo
    assert len(list((tmp_path / "images").rglob("*.png"))) == int(has_photo)


def test_an_answer_longer_than_it_said_spoils_no_other(tmp_path: Path, server: UnrulyServer) -> None:
    paths = ["/short/a", "/photo/b", "/short/c", "/photo/d"]
    rows = fetch(tmp_path, server, paths, tries=2, concurrency=1)
    assert [(row["status"], row["tries"]) for row in rows.values()] == [("truncated", 2), ("ok", 1)] * 2
    assert rows["/short/a"]["message"] == "damaged or cut off: image file is truncated"


@pytest.mark.parametrize(
    ("path", "limit", "message"),
    [
        ("/drip", {"timeout": 0.3}, "not done after 0.3 s"),
        ("/promise/500", {"read_timeout": 0.2}, "nothing came in time"),
        ("/later/9/x", {"read_timeout": 0.2}, "nothing came in time"),
    ],
)
def test_slow_answers_end(
    tmp_path: Path, server: UnrulyServer, path: str, limit: dict[str, float], message: str
) -> None:
    row = fetch(tmp_path, server, [path], tries=1, **limit)[path]
    assert (row["status"], row["message"]) == ("timeout", message)


@pytest.mark.parametrize(
    ("address", "status", "message"),
    [
        ("file:///etc/passwd", "refused", "the scheme is 'file', not http or https"),
        ("ftp://127.0.0.1/x", "refused", "the scheme is 'ftp'"),
        ("data:image/png;base64,AAAA", "refused", "the scheme is 'data'"),
        ("www.shop.example/x.jpg", "refused", "the scheme is 'missing'"),
        ("http:///x.jpg", "refused", "the host is missing"),
        ("http://127.0.0.1:99999/x", "refused", "there is no port 99999"),
        ("http://127.0.0.1:-1/x", "refused", "there is no port -1"),
        (f"http://{'x.' * 150}example/", "unreachable", f"{'x.' * 90}"),  # the beginning of a long message
        ("http://127.0.0.1/\n", "refused", "not an address"),
        ("http://shop.invalid/x", "unreachable", "shop.invalid does not exist"),
        (f"http://{'x' * 64}.example/", "unreachable", "cannot exist"),
        ("http://127.0.0.1:1/x", "unreachable", "All connection attempts failed"),
        (None, "no address", None),
    ],
)
def test_addresses_that_lead_nowhere(tmp_path: Path, address: str | None, status: str, message: str | None) -> None:
    linked_dataset(tmp_path, [address])
    again(tmp_path, tries=1)
    row = images_of(tmp_path)["i0"]
    assert row["status"] == status
    assert row["message"] is None if message is None else message in str(row["message"])


def test_too_many_pixels_are_refused(tmp_path: Path, server: UnrulyServer) -> None:
    row = fetch(tmp_path, server, ["/photo/a"], max_pixels=255)["/photo/a"]
    assert row["status"] == "too large"
    assert row["message"] == "16 x 16 pixels are more than the limit of 255"


def test_a_password_goes_to_its_own_host_alone(tmp_path: Path, server: UnrulyServer) -> None:
    target = f"/to/{quote(server.url('/open/b', 'localhost'), safe='')}"
    linked_dataset(tmp_path, [server.url("/open/a", "name:word@127.0.0.1"), server.url(target, "name:word@127.0.0.1")])
    again(tmp_path)
    assert [row["status"] for row in images_of(tmp_path).values()] == ["ok", "refused"]
    assert "authorization" not in server.headers["/open/b"]


def test_a_second_run_fetches_what_is_missing_and_nothing_else(tmp_path: Path, server: UnrulyServer) -> None:
    paths = ["/photo/a", "/photo/b", "/fail/2/c", "/status/404"]
    fetch(tmp_path, server, paths, tries=1)
    before = (tmp_path / "items.parquet").stat().st_mtime_ns
    assert again(tmp_path, tries=1).addresses == 0
    assert (tmp_path / "items.parquet").stat().st_mtime_ns == before
    (tmp_path / "images" / photo_name("i1", "png")).unlink()
    (tmp_path / "images" / photo_name("i0", "png")).write_bytes(b"")  # as after a power failure
    assert again(tmp_path, tries=1).addresses == 2
    assert dict(server.hits) == {"/photo/a": 2, "/photo/b": 2, "/fail/2/c": 1, "/status/404": 1}


def test_retry_tries_failures_again_and_nothing_else(tmp_path: Path, server: UnrulyServer) -> None:
    fetch(tmp_path, server, ["/photo/a", "/fail/1/b", "/status/404", "/fail/2/c"], tries=1)
    summary = again(tmp_path, retry=True, tries=1)
    assert (summary.addresses, summary.fetched, summary.failed) == (3, 1, 2)
    assert dict(server.hits) == {"/photo/a": 1, "/fail/1/b": 2, "/status/404": 2, "/fail/2/c": 2}
    again(tmp_path, retry=True, tries=1)
    assert [row["status"] for row in images_of(tmp_path).values()] == ["ok", "ok", "gone", "ok"]
    assert Dataset.read(tmp_path).items["image"].null_count() == 1


def test_an_address_of_several_items_is_fetched_once(tmp_path: Path, server: UnrulyServer) -> None:
    linked_dataset(tmp_path, [server.url("/photo/a")] * 30 + [server.url("/photo/b")])
    summary = again(tmp_path, placeholder_addresses=2)
    assert (summary.addresses, summary.fetched, summary.items("ok")) == (2, 2, 31)
    assert server.hits["/photo/a"] == 1
    assert set(Dataset.read(tmp_path).items["image"][:30]) == {photo_name("i0", "png")}


def test_a_picture_behind_many_addresses_is_a_placeholder(tmp_path: Path, server: UnrulyServer) -> None:
    addresses = [server.url(f"/same/{n}") for n in range(4)] + [server.url("/photo/a"), server.url("/photo/b")]
    linked_dataset(tmp_path, addresses)
    assert again(tmp_path, placeholder_addresses=5).items("placeholder") == 0
    assert again(tmp_path, placeholder_addresses=4).items("placeholder") == 4
    rows = images_of(tmp_path)
    assert {rows[f"i{n}"]["digest"] for n in range(4)} == {hashlib.sha256(photo(SAME)).hexdigest()}
    assert rows["i3"]["message"] == "the same picture is behind 4 addresses"
    assert [image is None for image in Dataset.read(tmp_path).items["image"]] == [True] * 4 + [False] * 2
    # nothing lies where a photo of these items would be looked for
    assert sorted(path.name for path in (tmp_path / "images").rglob("i*.png")) == ["i4.png", "i5.png"]
    assert again(tmp_path, placeholder_addresses=4).items("placeholder") == 4
    # judged anew, from the picture that was kept
    assert again(tmp_path, retry=True, placeholder_addresses=0).items("ok") == 6
    dataset = Dataset.read(tmp_path)
    assert [dataset.image_path(row).read_bytes() for row in range(4)] == [photo(SAME)] * 4  # type: ignore[union-attr]
    assert max(server.hits.values()) == 1


def test_variants_of_one_product_may_share_a_picture(tmp_path: Path, server: UnrulyServer) -> None:
    addresses = [server.url(f"/same/{n}") for n in range(4)]
    linked_dataset(tmp_path, addresses, categories=[["shirt", "red"], ["red", "shirt"]] * 2)
    assert again(tmp_path, placeholder_addresses=2).items("ok") == 4


def test_photos_that_are_there_stay_as_they_are(tmp_path: Path, server: UnrulyServer) -> None:
    folder, root = tmp_path / "shop", tmp_path / "elsewhere" / "photos"
    root.mkdir(parents=True)
    (root / "own.png").write_bytes(photo("own"))
    addresses = [server.url("/photo/a"), server.url("/photo/b"), server.url("/photo/c"), None]
    linked_dataset(folder, addresses, images={0: "own.png", 1: "lost.png", 3: "own.png"}, image_root=str(root))
    again(folder)
    dataset = Dataset.read(folder)
    assert dataset.info.image_root == str(root)
    assert [path and path.resolve().read_bytes() for path in map(dataset.image_path, range(4))] == [
        photo("own"),
        photo("b"),
        photo("c"),
        photo("own"),
    ]
    assert dataset.items["image"][0] == "own.png"
    rows = images_of(folder)
    assert [rows[f"i{n}"]["status"] for n in range(4)] == ["present", "ok", "ok", "present"]
    assert rows["i0"]["message"] == "as before: own.png"
    assert again(folder).addresses == 0
    assert dict(server.hits) == {"/photo/b": 1, "/photo/c": 1}
    # moved away from its photos, the dataset finds those again that were fetched for it
    folder.rename(tmp_path / "moved")
    again(tmp_path / "moved")
    moved = Dataset.read(tmp_path / "moved")
    assert moved.image_path(1) is not None
    assert moved.image_path(1).resolve().read_bytes() == photo("b")  # type: ignore[union-attr]
    assert sum(server.hits.values()) == 2


def test_photos_on_another_storage_stay_there(tmp_path: Path, server: UnrulyServer) -> None:
    addresses = [server.url("/photo/a"), server.url("/photo/b")]
    linked_dataset(tmp_path, addresses, images={0: "own.png"}, image_root="s3://bucket/photos")
    again(tmp_path)
    dataset = Dataset.read(tmp_path)
    assert dataset.image_path(0) == "s3://bucket/photos/own.png"
    assert dict(server.hits) == {"/photo/b": 1}
    fetched = dataset.image_path(1)
    assert isinstance(fetched, Path)
    assert fetched.read_bytes() == photo("b")
    assert again(tmp_path).addresses == 0


def test_a_new_address_of_an_item_gets_a_new_photo(tmp_path: Path, server: UnrulyServer) -> None:
    linked_dataset(tmp_path, [server.url("/photo/a"), server.url("/photo/b")])
    again(tmp_path)
    linked_dataset(tmp_path, [server.url("/photo/c"), server.url("/photo/a")])  # imported anew
    again(tmp_path)
    dataset = Dataset.read(tmp_path)
    assert [dataset.image_path(row).read_bytes() for row in (0, 1)] == [photo("c"), photo("a")]  # type: ignore[union-attr]


def test_the_summary_counts_users_who_are_left(tmp_path: Path, server: UnrulyServer) -> None:
    paths = ["/photo/a", "/photo/b", "/status/404", "/photo/c"]  # u0 buys the first and third
    linked_dataset(tmp_path, [server.url(path) for path in paths])
    summary = download_images(tmp_path, impatient(), min_user_items=2)
    assert (summary.users, summary.users_kept) == (2, 1)
    assert [(count.status, count.items, count.example) for count in summary.statuses] == [
        ("ok", 3, "i0"),
        ("gone", 1, "i2"),
    ]
    assert summary.bytes == sum(len(photo(name)) for name in "abc")


def test_nothing_to_do_asks_nothing(tmp_path: Path) -> None:
    linked_dataset(tmp_path, [None, None])
    summary = again(tmp_path)
    assert summary.items("no address") == 2
    assert Dataset.read(tmp_path).info.image_root == "photos"


def test_a_torn_journal_line_is_done_again(tmp_path: Path, server: UnrulyServer) -> None:
    fetch(tmp_path, server, ["/photo/a"])
    journal = tmp_path / "images.journal.jsonl"
    journal.write_text('{"image_url": "' + server.url("/photo/b") + '", "sta')
    linked_dataset(tmp_path, [server.url("/photo/a"), server.url("/photo/b")])
    assert again(tmp_path).fetched == 1
    assert not journal.exists()


def test_a_long_download_writes_the_table_now_and_then(
    tmp_path: Path, server: UnrulyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "_TABLE_EVERY", 0.1)
    seen: list[dict[str, int]] = []
    monkeypatch.setattr(download, "write_images", lambda path, table: seen.append(statuses(table)))
    linked_dataset(tmp_path, [server.url("/photo/a"), server.url("/later/0.6/b")])
    again(tmp_path)
    assert {"ok": 1, "not tried": 1} in seen
    assert seen[-1] == {"ok": 2}


def statuses(table: pl.DataFrame) -> dict[str, int]:
    return dict(table["status"].value_counts().iter_rows())


def test_two_downloads_of_one_dataset_are_refused(tmp_path: Path) -> None:
    linked_dataset(tmp_path, [None])
    with exclusive(tmp_path / ".lock"), pytest.raises(InUseError, match="is being written by process"):
        again(tmp_path)


def test_a_foreign_table_is_refused(tmp_path: Path) -> None:
    linked_dataset(tmp_path, [None])
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "images.parquet")
    with pytest.raises(DataError, match=r"images\.parquet cannot be read: .*delete it"):
        again(tmp_path)
