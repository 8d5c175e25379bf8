"""Which edition a file is of, by the fields of its first lines."""

from __future__ import annotations

import ast
import json
import warnings
from collections import Counter
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal

from visualtaste.data.amazon.formats import EDITIONS, Edition, EditionName
from visualtaste.data.lines import LineFile
from visualtaste.errors import EditionError

AskedEdition = Literal["auto", "2014", "2018", "2023"]

_SEARCHED = 1000  # lines in which a file must show what it is
_TOLD = 20  # lines that tell are enough


@dataclass(frozen=True)
class Sign:
    """What a line shows of its file."""

    kind: Literal["reviews", "metadata"]
    editions: tuple[EditionName, ...]  # those whose files have such lines

    def __str__(self) -> str:
        return f"{self.kind} of the edition {' or '.join(self.editions)}"


EARLY_REVIEWS = Sign("reviews", ("2014", "2018"))
REVIEWS_2023 = Sign("reviews", ("2023",))
METADATA = {name: Sign("metadata", (name,)) for name in EDITIONS}


def detect_edition(reviews: Path, metadata: Path, asked: AskedEdition = "auto") -> Edition:
    """The edition of both files: that which was asked for, or by itself that of the metadata.

    Raises EditionError when a file is of another edition, or of the other kind, or shows nothing and it was not
    said of which edition it is.
    """
    shown = {reviews: _shown(reviews), metadata: _shown(metadata)}
    for path, kind in ((reviews, "reviews"), (metadata, "metadata")):
        sign = shown[path]
        if sign is not None and sign.kind != kind:
            raise EditionError(f"{path}: has {sign} in it, not {kind}; were the two files exchanged?")
    of_metadata = shown[metadata]
    found = asked
    if found == "auto":
        if of_metadata is None:
            raise EditionError(f"{metadata}: {_beginning(metadata)}")
        found = of_metadata.editions[0]
    for path, sign in shown.items():
        if sign is not None and found not in sign.editions:
            wanted = f"{metadata} is of {found}" if asked == "auto" else f"{found} was asked for"
            raise EditionError(f"{path}: has {sign} in it, but {wanted}")
    return EDITIONS[found]


def sign_of(line: bytes) -> Sign | None:
    """What a line shows of its file, or None."""
    content, is_literal = _content(line)
    if not isinstance(content, dict):
        return None
    fields = content.keys()
    if "reviewerID" in fields:
        return EARLY_REVIEWS
    if "parent_asin" in fields:
        return REVIEWS_2023 if "user_id" in fields else METADATA["2023"]
    if "asin" not in fields:
        return None
    if is_literal:
        return METADATA["2014"]
    if fields & {"category", "imageURL", "imageURLHighRes"}:
        return METADATA["2018"]
    return METADATA["2014"] if fields & {"imUrl", "categories"} else None


def _shown(path: Path) -> Sign | None:
    """What most of the first lines that show anything show."""
    first = next((batch.lines for batch in LineFile(path).batches()), [])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python's, about odd escapes in literals
        signs = (sign for line in first[:_SEARCHED] if (sign := sign_of(line)) is not None)
        most = Counter(islice(signs, _TOLD)).most_common(1)
    return most[0][0] if most else None


def _beginning(path: Path) -> str:
    """What to say of a file that shows no edition."""
    file = LineFile(path)
    lines = chain.from_iterable(batch.lines for batch in file.batches())
    first = next((line for line in lines if line.strip()), None)
    if first is None:
        return f"{file.rest.damage}, in its first line" if file.rest else "has no lines"
    begins = first[:60].decode(errors="replace")
    return f"its first lines are like those of no edition; if it is metadata of one, say which; it begins {begins!r}"


def _content(line: bytes) -> tuple[Any, bool]:
    """What a line says, and whether it says so as a Python literal."""
    try:
        return json.loads(line), False
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval(line.decode()), True
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        return None, False
