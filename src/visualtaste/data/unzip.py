"""The bytes of a plain or gzipped text file, block by block; of a damaged gzip file everything before the damage."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from visualtaste.errors import DataError

_GZIP = b"\x1f\x8b"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # what Windows puts before UTF-8
# files that are no text, by how they begin, and what to do with them
_NO_TEXT = {
    b"PK\x03\x04": "is a ZIP archive: unpack it and give the file that is in it",
    b"BZh": "is compressed by bzip2: unpack it, or compress it by gzip",
    b"\xfd7zXZ\x00": "is compressed by xz: unpack it, or compress it by gzip",
    b"\x28\xb5\x2f\xfd": "is compressed by zstd: unpack it, or compress it by gzip",
    b"7z\xbc\xaf\x27\x1c": "is a 7-Zip archive: unpack it and give the file that is in it",
    b"PAR1": "is a Parquet file, not text",
    b"\x89PNG": "is a PNG image, not text",
    b"\xff\xd8\xff": "is a JPEG image, not text",
    b"\xff\xfe": "is UTF-16, not UTF-8: convert it",
    b"\xfe\xff": "is UTF-16, not UTF-8: convert it",
}
_READ = 1 << 18  # compressed bytes; what a damaged spot can take with it is at most as many
_BLOCK = 1 << 22  # decompressed bytes at a time, however well they were compressed


class Blocks:
    """Iterates over a file's content once, in blocks of at most 4 MiB, without the mark that Windows puts before UTF-8.

    Afterwards `damage` says why a gzip file ended early, or is None. Raises DataError when the file cannot be opened
    or is a pipe, an archive, an image or the like.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damage: str | None = None
        self.read = 0  # bytes of the file so far, compressed or not
        with self._opened() as file:
            if not file.seekable():
                raise DataError(f"{path}: is a pipe, and is read more than once: give a file, which may be gzipped")
            self._refuse_foreign(file.read(8))
            self.size = file.seek(0, 2)

    def __iter__(self) -> Iterator[bytes]:
        with self._opened() as file:
            start = file.read(len(_GZIP))
            file.seek(0)
            blocks = self._pieces(file, _READ if start == _GZIP else _BLOCK)
            content = self._decompressed(blocks) if start == _GZIP else blocks
            yield next(content, b"").removeprefix(_BYTE_ORDER_MARK)
            yield from content

    def _refuse_foreign(self, start: bytes) -> None:
        for beginning, what in _NO_TEXT.items():
            if start.startswith(beginning):
                raise DataError(f"{self.path}: {what}")

    def _opened(self) -> BinaryIO:
        try:
            return self.path.open("rb")
        except (FileNotFoundError, NotADirectoryError):
            raise DataError(f"{self.path}: no such file") from None
        except IsADirectoryError:
            raise DataError(f"{self.path}: is a folder, not a file") from None
        except OSError as error:
            raise DataError(f"{self.path}: cannot be read: {error.strerror}") from None

    def _pieces(self, file: BinaryIO, amount: int) -> Iterator[bytes]:
        while piece := file.read(amount):
            self.read += len(piece)
            yield piece

    def _decompressed(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        member = _member()
        compressed = b""
        while compressed or (compressed := next(pieces, b"")):
            if member.eof:  # gzip files may be laid end to end, and padded with zeros
                compressed = compressed.lstrip(b"\0")
                if not compressed:
                    continue
                if not compressed.startswith(_GZIP[: len(compressed)]):
                    self.damage = "goes on after its end with something that is not gzip"
                    return
                member = _member()
            try:
                yield member.decompress(compressed, _BLOCK)
            except zlib.error:
                self.damage = "is damaged: a part of it does not decompress"
                return
            compressed = member.unused_data if member.eof else member.unconsumed_tail
        while not member.eof and (rest := member.decompress(b"", _BLOCK)):
            yield rest
        if not member.eof:
            self.damage = "is cut off: its end is missing"


def _member() -> zlib._Decompress:
    return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
