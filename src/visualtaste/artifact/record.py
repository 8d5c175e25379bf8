"""What every record in a manifest is made of."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _inside(path: str) -> str:
    """The path, when it is written the one way in which it names a file below the folder on every system."""
    parts = PurePosixPath(path).parts
    if not parts or ".." in parts or "\\" in path or "\0" in path or str(PurePosixPath(path)) != path:
        raise ValueError(f"{path!r} is not a plain relative path inside the folder")
    if PurePosixPath(path).is_absolute() or PureWindowsPath(path).drive:
        raise ValueError(f"{path!r} is not relative to the folder")
    return path


InsidePath = Annotated[str, AfterValidator(_inside)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Share = Annotated[float, Field(ge=0, le=1)]


class Record(BaseModel):
    """Base of everything in a manifest: frozen, unknown keys refused, numbers finite, so that it survives JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class DataReference(Record):
    """A data set that something was learned from or measured on."""

    name: str
    fingerprint: str
