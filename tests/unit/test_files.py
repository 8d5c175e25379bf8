from __future__ import annotations

import errno
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.full_disk import files_of_at_most
from visualtaste import files
from visualtaste.files import (
    atomic_path,
    clear_partials,
    digest_file,
    digest_text,
    digest_texts,
    replace_folder,
    write_bytes,
    write_json,
)

LOOKING = """
import os, sys
missing = 0
while os.path.exists(sys.argv[2]):
    missing += not os.path.exists(sys.argv[1])
print(missing)
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder" / "file.bin"
    write_bytes(target, b"first")
    write_bytes(target, b"second")
    assert target.read_bytes() == b"second"
    assert names(target.parent) == ["file.bin"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "file.txt"
    target.write_text("old")

    def write_half() -> None:
        with atomic_path(target) as partial:
            partial.write_text("half of the n")
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        write_half()
    assert target.read_text() == "old"
    assert names(tmp_path) == ["file.txt"]


def test_a_full_disk_is_said_with_the_name_of_the_file(tmp_path: Path) -> None:
    with files_of_at_most(3), pytest.raises(OSError, match=f"{tmp_path}/file.txt") as caught:
        write_bytes(tmp_path / "file.txt", b"four")
    assert caught.value.errno == errno.EFBIG
    assert names(tmp_path) == []


def test_what_killed_writers_left_is_cleared(tmp_path: Path) -> None:
    for name in (".a.json.7.partial", "b.partial", ".c"):
        (tmp_path / name).touch()
    (tmp_path / ".partial").mkdir()
    clear_partials(tmp_path)
    assert names(tmp_path) == [".c", ".partial", "b.partial"]


def test_json_is_for_people(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"b": "Käse", "a": [1]})
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == '{\n  "b": "Käse",\n  "a": [\n    1\n  ]\n}\n'


def test_a_folder_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "below" / "model"
    for content in ("one", "two"):
        finished = tmp_path / "finished"
        finished.mkdir()
        (finished / content).write_text(content)
        replace_folder(finished, target)
        assert names(target) == [content]
    assert names(target.parent) == ["model"]
    assert not finished.exists()


def test_the_old_folder_survives_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_exchange", lambda *_: False)  # as where the system cannot
    target, finished = tmp_path / "model", tmp_path / "finished"
    target.mkdir()
    (target / "old").touch()
    finished.mkdir()
    replace = os.replace

    def fail_on_the_second(source: Path, destination: Path) -> None:
        if source == finished:
            raise OSError("disk full")
        replace(source, destination)

    monkeypatch.setattr(os, "replace", fail_on_the_second)
    with pytest.raises(OSError, match="disk full"):
        replace_folder(finished, target)
    assert names(target) == ["old"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux exchanges two folders in one step")
def test_there_is_a_whole_folder_at_every_moment(tmp_path: Path) -> None:
    """Somebody else's process looks as often as it can while the folder is replaced again and again."""
    target = tmp_path / "model"
    target.mkdir()
    (target / "file").touch()
    (tmp_path / "go").touch()
    command = [sys.executable, "-c", LOOKING, str(target / "file"), str(tmp_path / "go")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as looking:
        for number in range(300):
            finished = tmp_path / f"{number}"
            finished.mkdir()
            (finished / "file").touch()
            replace_folder(finished, target)
        (tmp_path / "go").unlink()
        assert looking.communicate()[0] == "0\n"
    assert names(tmp_path) == ["model"]


def test_digests(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    assert digest_file(tmp_path / "file") == hashlib.sha256(b"abc").hexdigest()
    assert digest_text("ab", "c") == digest_text("ab", "c")
    assert len({digest_text("ab", "c"), digest_text("a", "bc"), digest_text("abc"), digest_text("ab", "c", "")}) == 4


@pytest.mark.parametrize("count", [0, 1, 65536, 65537, 131_073])
def test_texts_that_come_one_by_one_have_the_digest_of_all_together(count: int) -> None:
    texts = [f'"{number}", é' for number in range(count)]
    expected = hashlib.sha256(json.dumps(texts).encode()).hexdigest()
    assert digest_texts(iter(texts)) == digest_text(*texts) == expected
