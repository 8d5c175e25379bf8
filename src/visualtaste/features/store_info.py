"""What a feature store is of, and making an empty one."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from visualtaste.errors import DataError
from visualtaste.files import write_json

_MARKS = "state.u8"  # of every row
_ZEROS = 2**20  # bytes written at a time


class StoreInfo(BaseModel):
    """The content of store.json; a store is only reopened for the very same one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = 1
    encoder: str  # OnnxEncoder.key
    items: str  # Dataset.items_digest
    rows: int
    feature_size: int

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of the files whose size is known from the start."""
        return {"features.f16": self.rows * self.feature_size * 2, _MARKS: self.rows}

    def check_same(self, manifest: Path) -> None:
        """Raise DataError unless the file `manifest` says the same."""
        if not manifest.is_file():
            raise DataError(f"{manifest} is not a plain file: delete the folder and extract again")
        try:
            found = StoreInfo.model_validate_json(manifest.read_bytes())
        except ValidationError as error:
            raise DataError(f"{manifest}: {error.errors()[0]['msg']}: delete the folder and extract again") from None
        if found != self:
            differing = [name for name in StoreInfo.model_fields if getattr(found, name) != getattr(self, name)]
            raise DataError(
                f"{manifest}: made for other {' and '.join(differing)}: delete the folder and extract again"
            )


def make(folder: Path, info: StoreInfo) -> None:
    """An empty store; store.json comes last, so that a killed making is never taken for a store."""
    for name, size in info.sizes.items():
        if name == _MARKS:
            _write_zeros(folder / name, size)
        else:
            with (folder / name).open("wb") as stream:
                stream.truncate(size)  # a sparse file of zeros: takes no space until rows are written
    (folder / "failures.jsonl").write_bytes(b"")
    write_json(folder / "store.json", info.model_dump())


def _write_zeros(path: Path, size: int) -> None:
    """A file that takes up its space at once.

    Where a file system lives in memory, reading a hole of a mapped file takes space, and when there is none left, ends
    the process (SIGBUS).
    """
    try:
        with path.open("wb") as stream:
            for start in range(0, size, _ZEROS):
                stream.write(bytes(min(_ZEROS, size - start)))
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
