"""Addresses of photos as the editions give them: escaped, without scheme, or of a picture that says "no picture"."""

from __future__ import annotations

import html
from collections.abc import Iterable

_NO_PHOTO = "/no-img-"  # no-img-sm._CB192198896_.gif: what the shop shows where it has no photo


def first_address(candidates: Iterable[str | None]) -> str | None:
    """The first of the candidates that is an address, completed where it lacks its scheme; None when none is."""
    for candidate in candidates:
        if candidate and (address := _address(candidate)):
            return address
    return None


def _address(text: str) -> str | None:
    text = html.unescape(text).strip() if "&" in text else text.strip()
    if text.startswith("//"):
        text = f"https:{text}"
    return text if text.lower().startswith(("https://", "http://")) and _NO_PHOTO not in text else None
