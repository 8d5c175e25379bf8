"""The quick way of reading a line comes to what the plain way comes to, for any line, in order or not."""

from __future__ import annotations

import json
import warnings
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from visualtaste.data.amazon.formats import EDITIONS, Edition
from visualtaste.data.amazon.records import RecordReader, UnusableLineError

TEXTS = st.text(
    st.one_of(st.sampled_from("ab'\"\\{}[]:,# \t\nunrtx0"), st.characters(exclude_categories=("Cs",))), max_size=12
)
NAMES = st.one_of(
    TEXTS, st.sampled_from(["asin", "parent_asin", "title", "imUrl", "imageURL", "category", "categories", "images"])
)
VALUES = st.recursive(
    st.one_of(TEXTS, st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)
ITEMS = st.fixed_dictionaries(
    {},
    optional={
        "asin": st.one_of(TEXTS, VALUES),
        "parent_asin": st.one_of(TEXTS, VALUES),
        "title": st.one_of(TEXTS, VALUES),
        "imUrl": TEXTS,
        "imageURL": st.one_of(TEXTS, st.lists(TEXTS, max_size=2)),
        "category": st.lists(TEXTS, max_size=3),
        "categories": st.one_of(st.lists(TEXTS, max_size=2), st.lists(st.lists(TEXTS, max_size=2), max_size=2)),
        "images": st.one_of(
            st.lists(st.dictionaries(st.sampled_from(["large", "variant"]), TEXTS), max_size=2),
            st.dictionaries(st.sampled_from(["large", "variant"]), st.lists(TEXTS, max_size=2)),
        ),
        "other": VALUES,
    },
)
WRITERS = st.sampled_from([repr, json.dumps, lambda content: json.dumps(content, ensure_ascii=False)])
EDITS = st.lists(
    st.tuples(
        st.integers(0, 300),
        st.integers(0, 2),
        st.sampled_from([b"'", b'"', b"\\", b",", b"u", b"\xff", b"\x00", b"\\ud800", b"null", b"\t", b"\r", b"\x0c"]),
    ),
    max_size=2,
)


def plainly(reader: RecordReader[Any], line: bytes) -> tuple[Any, str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return reader.slow(line), ""
    except UnusableLineError as why:
        return None, str(why)


def check(edition: Edition, line: bytes) -> None:
    for kind in (edition.item, edition.review):
        reader: RecordReader[Any] = RecordReader(kind, literals=edition.literals)
        records, faults = reader.read([line])
        expected, why = plainly(reader, line)
        assert records == [expected]
        assert [fault.reason for fault in faults] == ([why] if why else [])


@settings(deadline=None)
@given(ITEMS, WRITERS, st.sampled_from(sorted(EDITIONS)))
def test_lines_in_order(item: dict[str, Any], write: Any, edition: Any) -> None:
    check(EDITIONS[edition], write(item).encode())


@settings(deadline=None)
@given(ITEMS, WRITERS, EDITS, st.sampled_from(sorted(EDITIONS)))
@example({"imUrl": ""}, repr, [(2, 0, b"\\ud800")], "2014")
@example({"asin": "a", "title": "''"}, repr, [(2, 0, b"u")], "2014")
def test_damaged_lines(item: dict[str, Any], write: Any, edits: list[tuple[int, int, bytes]], edition: Any) -> None:
    line = write(item).encode()
    for place, removed, inserted in edits:
        place %= len(line)
        line = line[:place] + inserted + line[place + removed :]
    check(EDITIONS[edition], line.replace(b"\n", b" "))


@settings(deadline=None)
@given(st.binary(max_size=40), st.sampled_from(sorted(EDITIONS)))
def test_any_bytes(line: bytes, edition: Any) -> None:
    check(EDITIONS[edition], line.replace(b"\n", b" "))
