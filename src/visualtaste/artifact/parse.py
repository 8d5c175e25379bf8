"""A manifest's JSON, read strictly: damaged, doubled, newer and foreign content is refused with what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails, from_json

from visualtaste.artifact.manifest import SCHEMA_VERSION, Manifest
from visualtaste.errors import ArtifactError

AnyManifest = TypeVar("AnyManifest", bound=Manifest)

COPY_AGAIN = "copy the whole folder again"

# 1000 categories and a long history make some 200 kB; what is far beyond was not written by visualtaste.
_MAX_MANIFEST_BYTES = 16 * 2**20


def parse(path: Path, kind: type[AnyManifest]) -> AnyManifest:
    """The manifest in the file `path`; raises ArtifactError, naming it, when it is not one of this kind and version."""
    if path.stat().st_size > _MAX_MANIFEST_BYTES:
        raise ArtifactError(f"{path} is larger than any manifest: it was not written by visualtaste")
    content = path.read_bytes()
    try:
        version = from_json(content).get("schema_version")
        json.loads(content, object_pairs_hook=_refuse_doubled)
    except _DoubledKeyError as error:
        raise ArtifactError(f"{path}: key {str(error)!r} stands there twice: {COPY_AGAIN}") from None
    except (ValueError, AttributeError):
        raise ArtifactError(f"{path} is not a JSON object: it is damaged, {COPY_AGAIN}") from None
    if not isinstance(version, int) or version < 1:
        raise ArtifactError(f"{path}: schema_version is {version!r}, not a number from 1: {COPY_AGAIN}")
    if version > SCHEMA_VERSION:
        raise ArtifactError(
            f"{path} has version {version}, this program reads {SCHEMA_VERSION}: pip install -U visualtaste"
        )
    try:
        return kind.model_validate_json(content, strict=True)
    except ValidationError as error:
        raise ArtifactError(f"{path}: {first_problem(error.errors()[0])}: {COPY_AGAIN}") from None


def first_problem(error: ErrorDetails) -> str:
    """What pydantic found, in words."""
    key = ".".join(map(str, error["loc"]))
    if not key.isprintable():
        key = repr(key)
    if error["type"] == "extra_forbidden":
        return f"unknown key {key!r}"
    message = error["msg"].removeprefix("Value error, ")  # of a check of ours, whose message says it all
    return message if not key or error["type"] == "value_error" else f"{key}: {message}"


class _DoubledKeyError(Exception):
    """A key that an object has twice: who reads the file may see the one value, and a program takes the other."""


def _refuse_doubled(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise _DoubledKeyError(key)
        seen.add(key)
