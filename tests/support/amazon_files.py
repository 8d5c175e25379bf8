"""Small files of every edition of the Amazon data, as the shop's crawlers wrote them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HOST = "https://images.example/I"


def write_lines(path: Path, lines: Sequence[bytes | str | dict[str, Any]], *, literals: bool = False) -> Path:
    """Write lines; dictionaries as JSON or Python literals; gzipped when the name says so."""
    texts = [repr(line) if literals else json.dumps(line) for line in lines if isinstance(line, dict)]
    found = iter(texts)
    content = [next(found).encode() if isinstance(line, dict) else line for line in lines]
    raw = b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in content)
    path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)
    return path


def early_review(user: str, item: str, time: int = 1_400_000_000) -> dict[str, Any]:
    """A review of 2014 or 2018."""
    return {"reviewerID": user, "asin": item, "reviewText": "It's great \u2013 24\"", "unixReviewTime": time}


def review_2023(user: str, item: str, time: int = 1_600_000_000_123) -> dict[str, Any]:
    return {
        "rating": 5.0,
        "text": "ok",
        "asin": f"{item}-blue",
        "parent_asin": item,
        "user_id": user,
        "timestamp": time,
    }


def item_2014(item: str, *paths: list[str], **fields: Any) -> dict[str, Any]:
    return {"asin": item, "title": item, "imUrl": f"{HOST}/{item}.jpg", "categories": list(paths), **fields}


def item_2018(item: str, *path: str, **fields: Any) -> dict[str, Any]:
    photos = {"imageURL": [f"{HOST}/{item}._SX38_.jpg"], "imageURLHighRes": [f"{HOST}/{item}.jpg"]}
    return {"category": list(path), "title": item, "asin": item, "rank": [], **photos, **fields}


def item_2023(item: str, *path: str, **fields: Any) -> dict[str, Any]:
    photo = {"thumb": f"{HOST}/{item}_t.jpg", "large": f"{HOST}/{item}_l.jpg", "variant": "MAIN", "hi_res": None}
    return {"title": item, "images": [photo], "categories": list(path), "parent_asin": item, **fields}
