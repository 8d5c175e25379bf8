"""The words for what became of an item's photo."""

from __future__ import annotations

from typing import Literal, get_args

Status = Literal[
    "ok",
    "present",
    "placeholder",
    "gone",
    "refused",
    "busy",
    "timeout",
    "unreachable",
    "server error",
    "too many redirects",
    "truncated",
    "not an image",
    "too large",
    "no address",
    "not tried",
]

MEANINGS: dict[Status, str] = {
    "ok": "fetched and decoded",
    "present": "was there already, left as it is",
    "placeholder": "one picture behind many addresses",
    "gone": "404 or 410",
    "refused": "401, 403, another 4xx, or an address that is not asked",
    "busy": "429 at every try",
    "timeout": "took too long",
    "unreachable": "no such host, no connection, no answer",
    "server error": "5xx at every try",
    "too many redirects": "or a loop of them",
    "truncated": "damaged or cut off",
    "not an image": "a page or a file of another kind",
    "too large": "too many bytes or pixels",
    "no address": "neither photo nor address",
    "not tried": "the download has not come to it",
}

WITH_PHOTO: tuple[Status, ...] = ("ok", "present")

# what `retry` tries again; a placeholder came as a good picture, and would again
FAILED: tuple[Status, ...] = tuple(
    status for status in get_args(Status) if status not in ("ok", "present", "placeholder", "no address", "not tried")
)
