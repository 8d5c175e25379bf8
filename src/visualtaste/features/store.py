"""Features of a data set's items on disk: one float16 row an item, memory-mapped, resumable.

features.f16    (N, K) little-endian float16
state.u8        (N,) 0 = to do, 1 = done, 2 = photo unusable
failures.jsonl  one line for each unusable photo: row, item, reason, message
store.json      what the rows are features of, and by which encoder
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from visualtaste.errors import DataError, ImageError
from visualtaste.files import write_json
from visualtaste.types import Bool, Float32, Int64, Ragged, offsets_of

TO_DO, DONE, UNUSABLE = 0, 1, 2


class StoreInfo(BaseModel):
    """The content of store.json; a store is only reopened for the very same one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = 1
    encoder: str  # OnnxEncoder.key
    items: str  # digest of the item ids and image names, in order
    rows: int
    feature_size: int


class FeatureStore:
    """Features (N, K) of all items; rows that are not done are zero."""

    def __init__(self, folder: Path, info: StoreInfo) -> None:
        self.folder = folder
        self.info = info
        for name, size in _sizes(info).items():
            found = (folder / name).stat().st_size if (folder / name).exists() else 0
            if found != size:  # NumPy would fill a file that was cut off with zeros and say nothing
                raise DataError(f"{folder / name} has {found} bytes, not {size}: delete the folder and extract again")
        self.matrix: NDArray[np.float16] = np.memmap(
            folder / "features.f16", np.dtype("<f2"), "r+", shape=(info.rows, info.feature_size)
        )
        self._state: NDArray[np.uint8] = np.memmap(folder / "state.u8", np.uint8, "r+", shape=(info.rows,))

    @classmethod
    def open(cls, folder: Path, info: StoreInfo) -> FeatureStore:
        """Open the store for writing, making it when there is none.

        Raises DataError when the folder holds features of other items or of another encoder.
        """
        manifest = folder / "store.json"
        if not manifest.exists():
            folder.mkdir(parents=True, exist_ok=True)
            for name, size in _sizes(info).items():
                with (folder / name).open("wb") as stream:
                    stream.truncate(size)  # a sparse file of zeros: takes no space until rows are written
            write_json(manifest, info.model_dump())
        else:
            _check(manifest, info)
        (folder / "failures.jsonl").touch()
        return cls(folder, info)

    def put(self, rows: Int64, features: Float32) -> None:
        """Write features (n, K) of `rows` (n,), then mark them done."""
        self.matrix[rows] = features
        self.matrix.flush()  # type: ignore[attr-defined]  # the marks must never reach the disk before the features
        self._state[rows] = DONE

    def put_failures(self, failures: dict[int, ImageError], item_ids: list[str]) -> None:
        """Record photos that cannot be used."""
        with (self.folder / "failures.jsonl").open("a", encoding="utf-8") as stream:
            for row, error in failures.items():
                record = {"row": row, "item_id": item_ids[row], "reason": error.reason, "message": str(error)}
                stream.write(json.dumps(record, ensure_ascii=False) + "\n")
        self._state[list(failures)] = UNUSABLE

    def reset_failures(self) -> None:
        """Give unusable photos another chance at the next extraction."""
        self._state[self._state == UNUSABLE] = TO_DO
        (self.folder / "failures.jsonl").write_text("", encoding="utf-8")

    @property
    def done(self) -> Bool:
        """Which rows hold features (N,)."""
        done: Bool = self._state == DONE
        return done

    @property
    def to_do(self) -> Int64:
        """Rows that were never tried."""
        return np.flatnonzero(self._state == TO_DO)

    @property
    def failures(self) -> list[dict[str, str | int]]:
        """The unusable photos, one record each; a row that was tried twice counts once."""
        lines = (self.folder / "failures.jsonl").read_text(encoding="utf-8").splitlines()
        return list({record["row"]: record for record in map(json.loads, lines)}.values())

    def rows(self, rows: Int64) -> Float32:
        """Features (n, K) of the given rows; raises DataError when one of them is not done."""
        missing = rows[self._state[rows] != DONE]
        if len(missing):
            raise DataError(f"{self.folder}: row {missing[0]} has no features: run `visualtaste extract`")
        return self.matrix[rows].astype(np.float32)

    def usable(self, sets: Ragged) -> Ragged:
        """Sets of rows (U, ·) without the rows that have no features; a set may become empty."""
        done = self.done[sets.values]
        lengths = np.bincount(sets.segments[done], minlength=len(sets)).astype(np.int64)
        return Ragged(sets.values[done], offsets_of(lengths))

    def nonempty(self, sets: Ragged) -> tuple[Int64, Ragged]:
        """The sets (rows of them, and what `usable` leaves of them) that keep at least one row."""
        sets = self.usable(sets)
        kept = np.flatnonzero(sets.lengths > 0)
        return kept, sets.take(kept)


def _sizes(info: StoreInfo) -> dict[str, int]:
    """Bytes of the files."""
    return {"features.f16": info.rows * info.feature_size * 2, "state.u8": info.rows}


def _check(manifest: Path, wanted: StoreInfo) -> None:
    try:
        found = StoreInfo.model_validate_json(manifest.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise DataError(f"{manifest}: {error.errors()[0]['msg']}: delete the folder and extract again") from None
    if found != wanted:
        differing = [name for name in StoreInfo.model_fields if getattr(found, name) != getattr(wanted, name)]
        raise DataError(f"{manifest}: made for other {' and '.join(differing)}: delete the folder and extract again")
