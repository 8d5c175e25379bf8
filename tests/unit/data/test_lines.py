"""Lines of plain, gzipped and damaged files."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
from pathlib import Path

import pytest

from visualtaste.data.lines import LONGEST, LineFile
from visualtaste.data.unzip import Blocks
from visualtaste.errors import DataError

TEXT = b"".join(b"line %d %s\n" % (number, b"x" * (number % 50)) for number in range(1, 20_001))


def lines_of(path: Path) -> tuple[list[bytes], LineFile]:
    file = LineFile(path)
    lines: list[bytes] = []
    for batch in file.batches():
        assert batch.first == len(lines) + 1
        lines += batch.lines
    return lines, file


@pytest.mark.parametrize(
    "content",
    [TEXT, gzip.compress(TEXT), gzip.compress(TEXT[:5000]) + gzip.compress(TEXT[5000:]) + b"\0" * 700],
    ids=["plain", "gzip", "members"],
)
def test_all_lines_come_in_order(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)  # the name says nothing about the format
    lines, file = lines_of(tmp_path / "file")
    assert lines == TEXT.splitlines()
    assert file.rest is None


@pytest.mark.parametrize(("content", "lines"), [(b"", []), (b"a\n\nb", [b"a", b"", b"b"]), (b"\n", [b""])])
def test_the_last_line_needs_no_end(tmp_path: Path, content: bytes, lines: list[bytes]) -> None:
    (tmp_path / "file").write_bytes(content)
    assert lines_of(tmp_path / "file")[0] == lines


@pytest.mark.parametrize("share", [0.0001, 0.3, 0.9, 0.99999])
def test_a_file_that_is_cut_off_gives_everything_before_the_cut(tmp_path: Path, share: float) -> None:
    whole = gzip.compress(TEXT)
    (tmp_path / "file.gz").write_bytes(whole[: int(len(whole) * share)])
    lines, file = lines_of(tmp_path / "file.gz")
    assert lines == TEXT.splitlines()[: len(lines)]
    assert file.rest is not None
    assert file.rest.line == len(lines) + 1
    assert file.rest.damage == "is cut off: its end is missing"
    decompressed = b"".join(line + b"\n" for line in lines) + file.rest.content
    assert TEXT.startswith(decompressed)
    assert len(decompressed) >= share * len(TEXT) * 0.8 - 1000


def test_a_damaged_file_ends_before_the_damage(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(TEXT, compresslevel=0))  # blocks of plain bytes: the damage stays where it is
    content[len(content) // 2 : len(content) // 2 + 70_000] = b"\xff" * 70_000
    (tmp_path / "file.gz").write_bytes(bytes(content))
    lines, file = lines_of(tmp_path / "file.gz")
    assert file.rest is not None
    assert "does not decompress" in file.rest.damage
    assert lines[:2] == TEXT.splitlines()[:2] or not lines


def test_what_follows_the_end_is_damage_too(tmp_path: Path) -> None:
    (tmp_path / "file.gz").write_bytes(gzip.compress(b"a\nb\n") + b"<html>")
    lines, file = lines_of(tmp_path / "file.gz")
    assert lines == [b"a", b"b"]
    assert file.rest is not None
    assert (file.rest.line, file.rest.content) == (3, b"")
    assert "not gzip" in file.rest.damage


def test_well_compressed_bytes_come_in_small_blocks(tmp_path: Path) -> None:
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(b"0" * 50_000_000))
    sizes = [len(block) for block in Blocks(tmp_path / "bomb.gz")]
    assert max(sizes) <= 1 << 22
    assert sum(sizes) == 50_000_000


def test_a_line_without_end_is_cut_and_cannot_be_taken_for_whole(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"a\n" + b'"' + b"0" * (LONGEST + 9_000_000) + b'"\nb\n')
    lines, _ = lines_of(tmp_path / "file")
    assert [len(line) < LONGEST + 5_000_000 for line in lines] == [True] * 3
    assert b"\0" in lines[1]
    assert (lines[0], lines[2]) == (b"a", b"b")


def test_what_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone: no such file"):
        LineFile(tmp_path / "gone")
    with pytest.raises(DataError, match="is a folder"):
        LineFile(tmp_path)


def test_the_mark_that_windows_puts_before_utf8_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    marked = b"\xef\xbb\xbfa\nb\n"
    for content in (marked, gzip.compress(marked)):
        (tmp_path / "file").write_bytes(content)
        assert lines_of(tmp_path / "file")[0] == [b"a", b"b"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04\x14\0", "is a ZIP archive: unpack it"),
        (bz2.compress(TEXT), "is compressed by bzip2"),
        (lzma.compress(TEXT), "is compressed by xz"),
        (b"PAR1\x15", "is a Parquet file"),
        ("a\n".encode("utf-16"), "is UTF-16, not UTF-8"),
        (b"\x89PNG\r\n", "is a PNG image"),
    ],
)
def test_files_of_other_kinds_are_named(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "file.gz").write_bytes(content)
    with pytest.raises(DataError, match=rf"file\.gz: {message}"):
        Blocks(tmp_path / "file.gz")


def test_a_pipe_is_refused_as_it_cannot_be_read_twice(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = os.open(tmp_path / "pipe", os.O_RDWR)  # so that opening does not wait
    with pytest.raises(DataError, match="pipe: is a pipe, and is read more than once"):
        LineFile(tmp_path / "pipe")
    os.close(writer)
